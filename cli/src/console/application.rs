use std::convert::Infallible;
use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use axum::body::Body;
use axum::http::{StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use futures_util::stream::{self, StreamExt as _};
use minijinja::context;
use tokio::sync::{Mutex as Lock, OwnedMutexGuard};
use tokio::time::{Instant, timeout};

use super::fields::Fields;
use super::forms::Forms;
use super::jobs::Jobs;
use super::notices::Notices;
use super::render::{Frame, Page, Start};
use super::session::Session;
use crate::event_log::EventLog;
use crate::target::Target;

/// How long a page waits for another operation on the dead-letter queue.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(10);
/// The parameter of an address whose page loads itself again.
pub(super) const LIVE: &str = "live";
/// How long the configuration of the event log is used.
const MAX_CONFIGURATION_AGE: Duration = Duration::from_secs(15);

/// The rest of a page if no template can be rendered.
const LAST_RESORT: &str = r#"<main id="content" tabindex="-1">
<h1>This page cannot be shown</h1>
<p id="error" class="problem" role="alert"><strong>✕ Error:</strong> the console cannot render this page. The other commands of
<code>hookline</code> show the same.</p>
</main>
</body>
</html>"#;

/// A running console.
pub(super) struct Console {
    pub(super) target: Target,
    pub(super) port: u16,
    pub(super) session: Session,
    pub(super) jobs: Jobs,
    pub(super) forms: Forms,
    frame: Frame,
    notices: Notices,
    queue: Arc<Lock<()>>,
    /// The event log as it was configured a moment ago.
    event_log: Lock<Option<(Instant, Option<Arc<EventLog>>)>>,
}

/// What a handler responds.
pub(super) enum Reply {
    /// A page.
    Page(Page),
    /// Another page, after an action: its path and the notice that it shows.
    Redirect(String, Option<String>),
}

impl Console {
    /// Creates the console of a deployment.
    pub(super) fn new(target: Target, workspace: Option<String>, is_production: bool, port: u16) -> Self {
        let session = Session::new(port);
        let service = target.resources.prefix().to_owned();
        let workspace = workspace.unwrap_or_else(|| service.clone());
        let frame = Frame {
            is_production: is_production || is_production_name(&workspace) || is_production_name(&service),
            is_emulator: target.sdk.endpoint_url().is_some(),
            csrf: session.csrf().to_owned(),
            notice: None,
            workspace,
            service,
        };
        let (notices, queue, event_log) = (Notices::default(), Arc::default(), Lock::default());
        let (jobs, forms) = (Jobs::default(), Forms::default());
        Self { target, port, session, jobs, forms, frame, notices, queue, event_log }
    }

    /// Returns the name of the workspace.
    pub(super) fn workspace(&self) -> &str {
        &self.frame.workspace
    }

    /// Checks that an operator has typed the name of the workspace, which production needs.
    ///
    /// # Errors
    ///
    /// If another name was typed.
    pub(super) fn check_confirmation(&self, typed: Option<&str>) -> Result<()> {
        let Frame { workspace, is_production, .. } = &self.frame;
        if *is_production && typed.map(str::trim) != Some(workspace) {
            bail!("nothing was changed: type `{workspace}` to confirm an action in production");
        }
        Ok(())
    }

    /// Returns the event log, or `None` if it is switched off. The configuration of the functions is read again after some
    /// seconds.
    ///
    /// # Errors
    ///
    /// If the configuration cannot be read.
    pub(super) async fn event_log(&self) -> Result<Option<Arc<EventLog>>> {
        let mut known = self.event_log.lock().await;
        if let Some((read_at, log)) = &*known
            && read_at.elapsed() < MAX_CONFIGURATION_AGE
        {
            return Ok(log.clone());
        }
        let log = EventLog::read(self.target.clone()).await?.map(Arc::new);
        *known = Some((Instant::now(), log.clone()));
        Ok(log)
    }

    /// Waits until no other operation uses the dead-letter queue: each of them hides messages from the others.
    ///
    /// # Errors
    ///
    /// If another operation takes longer.
    pub(super) async fn dead_letter_queue(&self) -> Result<OwnedMutexGuard<()>> {
        let lock = timeout(QUEUE_TIMEOUT, Arc::clone(&self.queue).lock_owned()).await;
        lock.ok().context(
            "another operation uses the dead-letter queue: the page Dead-letter messages has its progress; reload this \
             page later",
        )
    }

    /// Renders what a handler returns for the address of a page. An error becomes a page that has the navigation.
    pub(super) fn respond(&self, nav: &'static str, uri: &Uri, reply: Result<Reply>) -> Response {
        self.respond_or(uri, reply, |reason| error_page(nav, reason))
    }

    /// Renders what a handler returns for a form. An error becomes a page with a link to `back`, the page that the form
    /// belongs to: the address of a form has no page, so the browser cannot load it again.
    pub(super) fn respond_to_form(&self, nav: &'static str, back: &str, uri: &Uri, reply: Result<Reply>) -> Response {
        self.respond_or(uri, reply, |reason| form_error_page(nav, back, reason))
    }

    fn respond_or(&self, uri: &Uri, reply: Result<Reply>, error_page: impl FnOnce(&str) -> Page) -> Response {
        let fields = Fields::of(uri);
        match reply {
            Ok(Reply::Page(page)) => self.page(StatusCode::OK, &page, self.notices.take(&fields)),
            Ok(Reply::Redirect(path, notice)) => {
                let address = notice.map_or_else(|| path.clone(), |notice| self.notices.keep(&path, notice));
                (StatusCode::SEE_OTHER, [(header::LOCATION, address)]).into_response()
            }
            Err(error) => self.page(StatusCode::BAD_GATEWAY, &error_page(&format!("{error:#}")), None),
        }
    }

    /// Responds with the start of a page at once, and with its content when the handler has read it: AWS can take longer than
    /// a reader wants to look at an empty window. So the status is 200, also if the content is an error.
    pub(super) fn stream(
        self: Arc<Self>,
        start: Start<'_>,
        uri: &Uri,
        content: impl Future<Output = Result<Reply>> + Send + 'static,
    ) -> Response {
        let fields = Fields::of(uri);
        let nav = start.nav;
        let is_live = start.is_live || fields.get(LIVE).is_some();
        let first = Start { is_live, ..start }.render(&self.frame);
        let rest = async move {
            let (page, notice) = match content.await {
                Ok(Reply::Page(page)) => (page, self.notices.take(&fields)),
                Ok(Reply::Redirect(..)) => (error_page(nav, "the page has moved"), None),
                Err(error) => {
                    // The next read may succeed. The notice stays until then.
                    let is_live = fields.get(LIVE).is_some();
                    (Page { is_live, ..error_page(nav, &format!("{error:#}")) }, None)
                }
            };
            Ok::<_, Infallible>(rest(&page, &Frame { notice, ..self.frame.clone() }))
        };
        match first {
            Ok(first) => {
                let parts = stream::once(ready(Ok(first))).chain(stream::once(rest));
                Html(Body::from_stream(parts)).into_response()
            }
            Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}")).into_response(),
        }
    }

    /// Renders the page for a path that the console does not have.
    pub(super) fn not_found(&self, path: &str) -> Response {
        let reason = format!("the console has no page `{path}`: use the navigation");
        self.page(StatusCode::NOT_FOUND, &missing_page(&reason), None)
    }

    fn page(&self, status: StatusCode, page: &Page, notice: Option<String>) -> Response {
        match page.render(&Frame { notice, ..self.frame.clone() }) {
            Ok(html) => (status, html).into_response(),
            Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}")).into_response(),
        }
    }
}

/// Renders what follows the start of a page. The browser has the start already, so an error becomes a part of the page.
fn rest(page: &Page, frame: &Frame) -> String {
    let Page { nav, is_live, .. } = *page;
    let rest = page.render_rest(frame).or_else(|error| {
        let page = Page { is_live, ..error_page(nav, &format!("{error:#}")) };
        page.render_rest(frame)
    });
    rest.unwrap_or_else(|_| LAST_RESORT.to_owned())
}

/// Returns the page for a page that cannot be read. Its link loads the same address again.
fn error_page(nav: &'static str, reason: &str) -> Page {
    Page::new(nav, "This page cannot be shown", "error", context! { kind => "page", back => "", reason })
}

/// Returns the page for an action that has failed.
fn form_error_page(nav: &'static str, back: &str, reason: &str) -> Page {
    Page::new(nav, "The action has failed", "error", context! { kind => "form", back, reason })
}

/// Returns the page for a path that the console does not have.
fn missing_page(reason: &str) -> Page {
    Page::new("", "This page does not exist", "error", context! { kind => "missing", back => "/", reason })
}

/// Whether a part of a name begins with `prod`.
fn is_production_name(name: &str) -> bool {
    name.split(['-', '_']).any(|part| part.to_ascii_lowercase().starts_with("prod"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn production_is_known_by_its_name() {
        for name in ["prod", "production", "hookline-prod", "prod-eu", "hookline_PROD2"] {
            assert!(is_production_name(name), "{name}");
        }
        assert!(!["dev", "hookline-e2e", "staging", "reproduce"].into_iter().any(is_production_name));
    }
}
