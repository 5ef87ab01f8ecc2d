//! Sends a plain-text e-mail through SES.
//!
//! Facts: <https://docs.aws.amazon.com/ses/latest/APIReference/API_SendEmail.html>.

use std::num::NonZeroU64;
use std::time::Duration;

use aws_sdk_ses::error::BuildError;
use aws_sdk_ses::types::{Body, Content, Destination, Message as Mail};
use hookline_event::Event;
use serde::Deserialize;
use url::Url;

use super::message::{Facts, Message, Style};
use super::{Attempt, DestinationError, Failure, aws};
use crate::egress::Guard;
use crate::reason::Reason;

/// Far less than SES takes, and more than anybody reads.
const MAX_UNITS: usize = 20_000;
const MAX_SUBJECT_UNITS: usize = 200;

const BODY: Style = Style { escape: str::to_owned, link, max_units: MAX_UNITS };
const SUBJECT: Style = Style { max_units: MAX_SUBJECT_UNITS, ..BODY };
const DEFAULT_SUBJECT: &str = "{{ event.type }} ({{ event.source }})";

/// As Terraform writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The sender, of an identity that SES has verified.
    from: String,
    /// The recipients.
    to: Vec<String>,
    /// How long an attempt may take.
    timeout_ms: NonZeroU64,
    /// A template for the subject, instead of type and source.
    subject: Option<String>,
    /// Instead of the templates that there are.
    template: Option<String>,
}

/// A few mailboxes.
#[derive(Debug)]
pub(crate) struct Email {
    from: String,
    to: Vec<String>,
    subject: Message,
    body: Message,
    timeout: Duration,
}

impl Email {
    pub(super) fn new(_name: &str, config: Config, _guard: &Guard) -> Result<Self, DestinationError> {
        if let Some(bad) = config.to.iter().chain([&config.from]).find(|address| !is_address(address)) {
            return Err(DestinationError::BadAddress { address: bad.clone() });
        }
        let subject = config.subject.unwrap_or_else(|| DEFAULT_SUBJECT.to_owned());
        Ok(Self {
            from: config.from,
            to: config.to,
            subject: Message::new(SUBJECT, Some(subject))?,
            body: Message::new(BODY, config.template)?,
            timeout: Duration::from_millis(config.timeout_ms.get()),
        })
    }

    pub(super) async fn deliver(&self, event: &Event, attempt: Attempt<'_>) -> Result<(), Failure> {
        let facts = Facts::of(event);
        // A subject is one line.
        let subject = self.subject.render(&facts)?.replace(['\r', '\n', '\t'], " ");
        let mail = mail(subject, self.body.render(&facts)?).map_err(|_| Reason::Template)?;
        let to = Destination::builder().set_to_addresses(Some(self.to.clone())).build();
        let send = attempt.clients.ses().send_email().source(&self.from).destination(to).message(mail);
        let send = Box::pin(send.send());
        let failed = |error| aws::failure("ses", hookline_aws::Failure::of(&error));
        let send = async { send.await.map(|_| ()).map_err(failed) };
        super::in_time(attempt.until(self.timeout), send).await
    }
}

fn mail(subject: String, body: String) -> Result<Mail, BuildError> {
    let content = |data: String| Content::builder().data(data).charset("UTF-8").build();
    let body = Body::builder().text(content(body)?).build();
    Ok(Mail::builder().subject(content(subject)?).body(body).build())
}

/// Enough to keep a second recipient or a header out of a field; whether the mailbox exists, SES says.
fn is_address(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !b",;<>()[]:\\\"".contains(&byte));
    let split = text.split_once('@');
    plain && split.is_some_and(|(user, domain)| !user.is_empty() && domain.contains('.') && !domain.contains('@'))
}

fn link(url: &Url, text: &str) -> String {
    format!("{text} ({url})")
}
