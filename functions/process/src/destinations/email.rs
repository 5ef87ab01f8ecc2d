//! Sends a plain-text e-mail through SES.
//!
//! API: <https://docs.aws.amazon.com/ses/latest/APIReference/API_SendEmail.html>.

use aws_sdk_ses::error::BuildError;
use aws_sdk_ses::types::{Body, Content, Destination, Message};
use hookline_event::Event;
use serde::Deserialize;
use url::Url;

use super::attempt::{Attempt, before_deadline};
use super::aws;
use super::error::DestinationError;
use super::escaping::Escaping;
use super::kind::{Kind, Preview, Setup};
use super::limits;
use super::template::{Format, MessageTemplate, TemplateContext};
use crate::failure::Failure;
use crate::reason::Reason;

const BODY: Format = Format { escaping: Escaping::NONE, link, max_units: limits::EMAIL_TEXT };
const SUBJECT: Format = Format { max_units: limits::EMAIL_SUBJECT, ..BODY };
const DEFAULT_SUBJECT: &str = "{{ event.type }} ({{ event.source }})";

/// The configuration of an e-mail destination, as Terraform writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The sender's address, which belongs to a verified identity of SES.
    from: String,
    /// The recipients' addresses.
    to: Vec<String>,
    /// A template for the subject. The default subject is the event's type and source.
    subject: Option<String>,
    /// A template that replaces the built-in templates.
    template: Option<String>,
}

/// The recipients of an e-mail and its templates.
#[derive(Debug)]
pub(crate) struct Email {
    from: String,
    to: Vec<String>,
    subject: MessageTemplate,
    body: MessageTemplate,
}

impl Kind for Email {
    const NAME: &'static str = "email";
    type Config = Config;

    fn new(config: Config, _: &Setup<'_>) -> Result<Self, DestinationError> {
        if let Some(invalid) = config.to.iter().chain([&config.from]).find(|address| !is_address(address)) {
            return Err(DestinationError::InvalidAddress { address: invalid.clone() });
        }
        if config.to.len() > limits::EMAIL_RECIPIENTS {
            return Err(DestinationError::TooManyRecipients { count: config.to.len(), max: limits::EMAIL_RECIPIENTS });
        }
        let subject = config.subject.unwrap_or_else(|| DEFAULT_SUBJECT.to_owned());
        Ok(Self {
            from: config.from,
            to: config.to,
            subject: MessageTemplate::new(SUBJECT, Some(subject))?,
            body: MessageTemplate::new(BODY, config.template)?,
        })
    }

    fn preview(&self, event: &Event) -> Result<Preview, Failure> {
        let (subject, text) = self.render(&TemplateContext::new(event))?;
        let headers = [("From", self.from.clone()), ("To", self.to.join(", ")), ("Subject", subject)];
        Ok(Preview {
            target: "SES".to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value)).into(),
            body: text.into(),
        })
    }

    async fn deliver(&self, event: &Event, attempt: Attempt<'_>) -> Result<(), Failure> {
        let (subject, body) = self.render(&TemplateContext::new(event))?;
        let message = message(subject, body).map_err(|_| Reason::TemplateFailed)?;
        let to = Destination::builder().set_to_addresses(Some(self.to.clone())).build();
        let send = attempt.clients.ses().send_email().source(&self.from).destination(to).message(message);
        let send = Box::pin(send.send());
        let failure = |error| aws::call_failure("ses", hookline_aws::Failure::from_sdk_error(&error));
        let send = async { send.await.map(|_| ()).map_err(failure) };
        before_deadline(attempt.deadline, send).await
    }
}

impl Email {
    /// Renders the subject, which is one line, and the body.
    fn render(&self, context: &TemplateContext<'_>) -> Result<(String, String), Failure> {
        let subject = self.subject.render(context)?.replace(['\r', '\n', '\t'], " ");
        Ok((subject, self.body.render(context)?))
    }
}

/// Creates the message of SES.
fn message(subject: String, body: String) -> Result<Message, BuildError> {
    let content = |data: String| Content::builder().data(data).charset("UTF-8").build();
    let body = Body::builder().text(content(body)?).build();
    Ok(Message::builder().subject(content(subject)?).body(body).build())
}

/// Checks that a text cannot contain a second recipient or a header. SES reports whether the mailbox exists.
fn is_address(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !b",;<>()[]:\\\"".contains(&byte));
    let split = text.split_once('@');
    plain && split.is_some_and(|(user, domain)| !user.is_empty() && domain.contains('.') && !domain.contains('@'))
}

fn link(url: &Url, text: &str) -> String {
    format!("{text} ({url})")
}
