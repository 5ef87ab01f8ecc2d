//! The sources with what their senders need, their secrets and their last requests.

use anyhow::{Context, Result};
use futures_util::stream::{self, StreamExt as _};
use hookline_senders::Sender;
use serde::Serialize;
use uuid::Uuid;

use crate::clock::{unix_milliseconds, unix_seconds};
use crate::console::activity::{Activity, Requests};
use crate::console::application::{Console, Reply};
use crate::console::fields::Fields;
use crate::console::render::Page;
use crate::console::times::Shown;
use crate::http_request::{self, Response};
use crate::secrets::{SecretFault, SecretForm, SecretStore, Version, source_signing_key};
use crate::signed_event::{Endpoint, SignedEvent};
use crate::source_scheme::SourceScheme;
use crate::target::Target;
use crate::webhook_url;

pub(super) const PATH: &str = "/sources";
/// The number of secrets that are read at the same time.
const CONCURRENCY: usize = 16;
/// The longest shown response.
const MAX_RESPONSE_CHARACTERS: usize = 2000;

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::console) struct View {
    pub(in crate::console) sources: Vec<Row>,
}

/// One source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::console) struct Row {
    pub(super) name: String,
    /// The sender's name; `None` for a scheme that is spelled out.
    sender: Option<String>,
    documentation: Option<String>,
    url: Option<String>,
    /// `ok` or the state of a fault.
    pub(super) secret: &'static str,
    secret_reason: String,
    accepted: Option<Shown>,
    rejected: Option<Shown>,
    rejected_reason: String,
    can_test: bool,
}

/// What the page after a test event shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::console) struct Tested {
    source: String,
    is_accepted: bool,
    status: u16,
    milliseconds: u128,
    response: String,
    /// The id of the accepted event.
    event: Option<String>,
}

impl Row {
    /// Returns what is shown of a source. `secret` has no value of the secret, only its fault.
    pub(in crate::console) fn new(
        name: &str,
        scheme: &SourceScheme,
        url: Option<String>,
        secret: Result<(), SecretFault>,
        (requests, now_ms): (Option<&Requests>, i64),
    ) -> Self {
        let sender = scheme.sender.as_deref().and_then(|slug| Sender::read(slug)?.ok());
        let rejected = requests.and_then(|requests| requests.rejected.as_ref());
        let fault = secret.err();
        Self {
            name: name.to_owned(),
            can_test: sender.is_some() && url.is_some() && fault.is_none(),
            documentation: sender.as_ref().map(|sender| sender.documentation.clone()),
            sender: sender.map(|sender| sender.name),
            url,
            secret: fault.as_ref().map_or("ok", SecretFault::name),
            secret_reason: fault.as_ref().map(|fault| fault.reason().to_owned()).unwrap_or_default(),
            accepted: requests.and_then(|requests| Some(Shown::milliseconds(requests.accepted_ms?, now_ms))),
            rejected: rejected.map(|(at, _)| Shown::milliseconds(*at, now_ms)),
            rejected_reason: rejected.map(|(_, reason)| reason.clone()).unwrap_or_default(),
        }
    }
}

impl View {
    /// Returns the page.
    pub(in crate::console) fn page(&self) -> Page {
        Page::new(PATH, "Sources", "sources", self)
    }

    /// Returns the sources with their last requests.
    pub(super) fn new(configured: Configured, activity: &Activity, now_ms: i64) -> Self {
        let Configured { sources, base } = configured;
        let row = |(name, scheme, secret): (String, SourceScheme, Result<(), SecretFault>)| {
            let url = base.as_ref().map(|base| format!("{base}{name}"));
            Row::new(&name, &scheme, url, secret, (activity.sources.get(&name), now_ms))
        };
        Self { sources: sources.into_iter().map(row).collect() }
    }
}

/// The sources with the states of their secrets.
pub(super) struct Configured {
    sources: Vec<(String, SourceScheme, Result<(), SecretFault>)>,
    /// The URL of each source without its name.
    base: Option<String>,
}

impl Configured {
    /// Reads the configuration and the secrets of all sources.
    pub(super) async fn read(target: &Target) -> Result<Self> {
        let store = SecretStore::new(&target.sdk);
        let sources = async {
            let sources = stream::iter(target.source_schemes().await?).map(async |(name, scheme)| {
                let secret = match store.read(&target.resources.source_secret_name(&name), Version::Current).await {
                    Ok(value) => SecretForm::Source(scheme.clone()).parse(value).map(|_| ()),
                    Err(error) => Err(SecretFault::Unreadable(format!("{error:#}"))),
                };
                (name, scheme, secret)
            });
            anyhow::Ok(sources.buffered(CONCURRENCY).collect().await)
        };
        let (sources, base) = tokio::join!(sources, webhook_url::find(target, ""));
        Ok(Self { sources: sources?, base: base.ok() })
    }
}

impl Tested {
    /// Returns what is shown of a response.
    pub(in crate::console) fn new(source: &str, response: &Response) -> Self {
        let body = serde_json::from_str::<serde_json::Value>(&response.body).unwrap_or_default();
        Self {
            source: source.to_owned(),
            is_accepted: (200..300).contains(&response.status),
            status: response.status,
            milliseconds: response.duration.as_millis(),
            response: response.body.chars().take(MAX_RESPONSE_CHARACTERS).collect(),
            event: ["event_id", "id"].iter().find_map(|name| body[*name].as_str()).map(str::to_owned),
        }
    }

    /// Returns the page.
    pub(in crate::console) fn page(&self) -> Page {
        Page::new(PATH, format!("Test event for source {}", self.source), "test_event", self)
    }
}

/// What the page before a test event shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Confirmation {
    action: &'static str,
    source: String,
    sender: String,
}

pub(super) async fn show(console: &Console) -> Result<Reply> {
    let now_ms = i64::try_from(unix_milliseconds())?;
    let (configured, activity) = tokio::try_join!(
        Box::pin(Configured::read(&console.target)),
        Box::pin(Activity::read(&console.target, now_ms))
    )?;
    Ok(Reply::Page(View::new(configured, &activity, now_ms).page()))
}

/// Returns the page before a test event.
pub(in crate::console) fn confirmation(source: &str, sender: &str) -> Page {
    let confirmation = Confirmation { action: "test", source: source.to_owned(), sender: sender.to_owned() };
    Page::new(PATH, format!("Send a test event to source {source}?"), "confirm", confirmation)
}

pub(super) async fn confirm(console: &Console, fields: &Fields) -> Result<Reply> {
    let source = fields.require("name")?;
    let scheme = console.target.source_scheme(source).await?;
    Ok(Reply::Page(confirmation(source, slug(&scheme)?)))
}

pub(super) async fn test(console: &Console, fields: &Fields) -> Result<Reply> {
    let source = fields.require("source")?;
    console.check_confirmation(fields.get("workspace"))?;
    let scheme = console.target.source_scheme(source).await?;
    let sender = hookline_senders::scheme(slug(&scheme)?)?;
    let secret = source_signing_key(&console.target, source, &scheme).await?;
    let url = webhook_url::find(&console.target, source).await?;
    let id = Uuid::new_v4().to_string();
    let endpoint = Endpoint { url, scheme, secret };
    let SignedEvent { url, headers, body } = SignedEvent::new(&sender, &endpoint, &id, unix_seconds())?;
    let response = http_request::post(&url, &headers, body).await?;
    Ok(Reply::Page(Tested::new(source, &response).page()))
}

fn slug(scheme: &SourceScheme) -> Result<&str> {
    scheme.sender.as_deref().context("the source has a scheme of its own, and no example event: use `hookline sign`")
}
