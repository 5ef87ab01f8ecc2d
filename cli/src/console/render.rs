//! Renders templates. Each value is escaped, and a missing one is an error.

use std::sync::LazyLock;

use anyhow::{Context, Result};
use axum::response::Html;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use serde::Serialize;
use url::form_urlencoded::byte_serialize;

const TEMPLATES: [(&str, &str); 14] = [
    ("confirm", include_str!("templates/confirm.html")),
    ("dead_letters", include_str!("templates/dead_letters.html")),
    ("destinations", include_str!("templates/destinations.html")),
    ("error", include_str!("templates/error.html")),
    ("event", concat!(include_str!("templates/event.html"), include_str!("templates/payload.html"))),
    ("events", include_str!("templates/events.html")),
    ("job", include_str!("templates/job.html")),
    ("layout_rest", include_str!("templates/layout_rest.html")),
    ("layout_start", include_str!("templates/layout_start.html")),
    ("message", concat!(include_str!("templates/message.html"), include_str!("templates/payload.html"))),
    ("overview", include_str!("templates/overview.html")),
    ("rejection", include_str!("templates/rejection.html")),
    ("sources", include_str!("templates/sources.html")),
    ("test_event", include_str!("templates/test_event.html")),
];

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true);
    if let Ok(syntax) = syntax.build() {
        environment.set_syntax(syntax);
    }
    environment.add_filter("urlencode", |text: String| byte_serialize(text.as_bytes()).collect::<String>());
    for (name, text) in TEMPLATES {
        // Tests render each template; one that is malformed is missing there.
        let _ = environment.add_template(name, text);
    }
    environment
});

/// What all pages show around their content.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Frame {
    /// The name of the workspace, or the prefix of the deployment.
    pub(super) workspace: String,
    /// The prefix of all AWS resources.
    pub(super) service: String,
    pub(super) is_production: bool,
    pub(super) is_emulator: bool,
    pub(super) csrf: String,
    /// The result of the action before.
    pub(super) notice: Option<String>,
}

/// The start of a page, which a browser shows before the content is read: the workspace and the navigation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start<'a> {
    /// The path of the entry of the navigation.
    pub(super) nav: &'static str,
    pub(super) title: &'a str,
    pub(super) is_live: bool,
}

impl Start<'_> {
    /// Renders the start of a page.
    ///
    /// # Errors
    ///
    /// If the template needs a value that is missing, which tests exclude.
    pub(super) fn render(self, frame: &Frame) -> Result<String> {
        let Self { nav, title, is_live } = self;
        let start = render("layout_start", context! { frame => Value::from(Serde(frame)), title, nav, is_live })?;
        // Templates have no line break at their ends.
        Ok(start + "\n")
    }
}

/// The content of a page.
#[derive(Debug, Clone)]
pub(super) struct Page {
    /// The path of the entry of the navigation.
    pub(super) nav: &'static str,
    pub(super) title: String,
    pub(super) template: &'static str,
    pub(super) data: Value,
    /// Whether the page loads itself again where no script does.
    pub(super) is_live: bool,
}

impl Page {
    /// Returns a page that shows `data`.
    pub(super) fn new(
        nav: &'static str,
        title: impl Into<String>,
        template: &'static str,
        data: impl Serialize,
    ) -> Self {
        Self { nav, title: title.into(), template, data: Value::from(Serde(data)), is_live: false }
    }

    /// Renders the page.
    ///
    /// # Errors
    ///
    /// If the template needs a value that is missing, which tests exclude.
    pub(super) fn render(&self, frame: &Frame) -> Result<Html<String>> {
        let start = Start { nav: self.nav, title: &self.title, is_live: self.is_live }.render(frame)?;
        Ok(Html(start + &self.render_rest(frame)?))
    }

    /// Renders what follows the [start](Start) of the page.
    ///
    /// # Errors
    ///
    /// The same as [`Page::render`].
    pub(super) fn render_rest(&self, frame: &Frame) -> Result<String> {
        let Self { title, template, data, is_live, .. } = self;
        let frame = Value::from(Serde(frame));
        let content = render(template, context! { frame => &frame, title, page => data })?;
        let content = Value::from_safe_string(content);
        render("layout_rest", context! { frame, title, is_live, content })
    }
}

/// Renders the page of a request that the guard does not let through. It needs no other file.
pub(super) fn rejection(reason: &str) -> Html<String> {
    Html(render("rejection", context! { reason }).unwrap_or_else(|_| "rejected".to_owned()))
}

fn render(template: &str, values: Value) -> Result<String> {
    let template = ENVIRONMENT.get_template(template).context("the page has no template")?;
    template.render(values).context("cannot render the page")
}
