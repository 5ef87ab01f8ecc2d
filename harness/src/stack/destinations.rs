//! Destinations of the local stack.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::aws_receivers::{self, API_PATH, FIFO_QUEUE, NAME, arn};
use super::emails::{RECIPIENT, SENDER};
use crate::emulator::{Capabilities, Capability};
use crate::traffic::credential::Credential;
use crate::traffic::script::Script;
use crate::traffic::sink::Sink;

/// The timeout of each destination.
pub(super) const DESTINATION_TIMEOUT_SECONDS: u32 = 5;

/// The discard service, which nothing listens on.
const CLOSED_PORT: u16 = 9;

/// The chat of the local Telegram destination.
pub(crate) const TELEGRAM_CHAT: &str = "-1001234567890";

/// A destination of the local stack.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Destination {
    pub(crate) name: &'static str,
    pub(crate) kind: DestinationKind,
    /// The responses of the sink at the destination's path.
    pub(crate) script: Script,
    /// The age of a delivery at which Hookline gives up. `None`: the retry policy of the stack.
    give_up_seconds: Option<u32>,
    /// Further options in the Terraform variable `destinations`.
    options: BTreeMap<&'static str, Value>,
}

/// The kind of a destination, as in the Terraform variable `destinations`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DestinationKind {
    Http,
    /// A receiver that requires a client certificate.
    MutualTls,
    /// A method of API Gateway that requires IAM authorization. The sink has HTTPS in front of it.
    SignedApi,
    /// A closed port of the sink's host.
    UnreachableHttp,
    Discord,
    MicrosoftTeams,
    Slack,
    Telegram,
    Email,
    Eventbridge,
    Queue,
    FifoQueue,
    Topic,
    Function,
    StateMachine,
    Stream,
    Archive,
}

impl Destination {
    /// Returns a destination of a kind, at which every attempt succeeds.
    pub(crate) const fn new(name: &'static str, kind: DestinationKind) -> Self {
        Self { name, kind, script: Script::Succeeds, give_up_seconds: None, options: BTreeMap::new() }
    }

    /// Returns a destination at the sink's path with the same name.
    pub(crate) fn http(name: &'static str, script: Script) -> Self {
        Self { script, ..Self::new(name, DestinationKind::Http) }
    }

    /// Returns a destination at the sink's path with the same name, with a value of the option `auth`.
    pub(crate) fn authenticated(name: &'static str, auth: &str) -> Self {
        Self::new(name, DestinationKind::Http).option("auth", json!(auth))
    }

    /// Sets an option of the Terraform variable `destinations`.
    pub(crate) fn option(mut self, name: &'static str, value: Value) -> Self {
        self.options.insert(name, value);
        self
    }

    /// Sets the responses of the sink.
    pub(crate) fn with_script(self, script: Script) -> Self {
        Self { script, ..self }
    }

    /// Lets Hookline give up deliveries at this age.
    pub(crate) fn given_up_after(self, seconds: u32) -> Self {
        Self { give_up_seconds: Some(seconds), ..self }
    }

    /// Returns the value of the option `auth`.
    pub(super) fn auth(&self) -> &str {
        self.options.get("auth").and_then(Value::as_str).unwrap_or("none")
    }

    /// Returns the credential that the sink requires at the destination's path.
    pub(super) fn credential(&self) -> Option<Credential> {
        match self.auth() {
            _ if self.kind == DestinationKind::MutualTls => Some(Credential::Certificate),
            "bearer" => Some(Credential::Bearer),
            "basic" => Some(Credential::Basic),
            "header" => Some(Credential::Header),
            "oauth2_client_credentials" => Some(Credential::AccessToken),
            _ => None,
        }
    }

    /// Returns `false` if the emulator does not have the destination's service.
    pub(crate) fn is_available(&self, capabilities: &Capabilities) -> bool {
        self.kind.needs().is_none_or(|capability| capabilities.unavailable_reason(capability).is_none())
    }

    /// Returns the entry in the Terraform variable `destinations`. `sink` is the sink's URL without a path.
    pub(crate) fn terraform_value(&self, sink: &str) -> Value {
        let mut value = self.kind.terraform_value(self.name, sink);
        value["timeout_seconds"] = json!(DESTINATION_TIMEOUT_SECONDS);
        if let Some(seconds) = self.give_up_seconds {
            value["give_up_after_hours"] = json!(f64::from(seconds) / 3600.0);
        }
        if self.credential() == Some(Credential::AccessToken) {
            value["token_url"] = json!(Credential::token_url(sink, self.name));
        }
        for (name, option) in &self.options {
            value[*name] = option.clone();
        }
        value
    }
}

impl DestinationKind {
    /// Returns what not every emulator has.
    fn needs(self) -> Option<Capability> {
        match self {
            Self::Email => Some(Capability::Ses),
            Self::Eventbridge => Some(Capability::Eventbridge),
            Self::StateMachine => Some(Capability::StepFunctions),
            Self::Stream => Some(Capability::Firehose),
            Self::Http
            | Self::MutualTls
            | Self::SignedApi
            | Self::UnreachableHttp
            | Self::Discord
            | Self::MicrosoftTeams
            | Self::Slack
            | Self::Telegram
            | Self::Queue
            | Self::FifoQueue
            | Self::Topic
            | Self::Function
            | Self::Archive => None,
        }
    }

    fn terraform_value(self, name: &str, sink: &str) -> Value {
        match self {
            Self::Http => json!({ "kind": "http", "url": format!("{sink}/{name}") }),
            Self::MutualTls => {
                json!({ "kind": "http", "url": format!("{}/{name}", Sink::secure_url(sink)), "auth": "mtls" })
            }
            Self::SignedApi => {
                let url = aws_receivers::api_url(&Sink::secure_url(sink));
                json!({ "kind": "http", "url": url, "auth": "sigv4", "api": arn("execute-api", API_PATH) })
            }
            Self::UnreachableHttp => {
                let host = sink.rsplit_once(':').map_or(sink, |(host, _)| host);
                json!({ "kind": "http", "url": format!("{host}:{CLOSED_PORT}/{name}") })
            }
            // The secret has the URL.
            Self::Discord => json!({ "kind": "discord" }),
            Self::MicrosoftTeams => json!({ "kind": "microsoft-teams" }),
            Self::Slack => json!({ "kind": "slack" }),
            Self::Telegram => json!({ "kind": "telegram", "chat": TELEGRAM_CHAT, "thread": 7 }),
            Self::Email => json!({ "kind": "email", "from": SENDER, "to": [RECIPIENT] }),
            Self::Eventbridge => json!({ "kind": "eventbridge", "bus": "default" }),
            Self::Queue => json!({ "kind": "sqs", "queue": arn("sqs", NAME) }),
            Self::FifoQueue => json!({ "kind": "sqs", "queue": arn("sqs", FIFO_QUEUE) }),
            Self::Topic => json!({ "kind": "sns", "topic": arn("sns", NAME) }),
            Self::Function => json!({ "kind": "lambda", "function": arn("lambda", &format!("function:{NAME}")) }),
            Self::StateMachine => {
                json!({ "kind": "stepfunctions", "state_machine": arn("states", &format!("stateMachine:{NAME}")) })
            }
            Self::Stream => {
                json!({ "kind": "firehose", "stream": arn("firehose", &format!("deliverystream/{NAME}")) })
            }
            Self::Archive => json!({ "kind": "s3", "bucket": format!("arn:aws:s3:::{}", aws_receivers::ARCHIVE) }),
        }
    }
}
