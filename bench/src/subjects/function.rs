use anyhow::Result;
use axum::body::Bytes;
use serde::Serialize;

use crate::runner::events;

/// The function whose work a program does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Function {
    /// One signed request per event
    Ingest,
    /// Ten messages per event, and a destination that responds after 5 ms
    Process,
}

impl Function {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Process => "process",
        }
    }

    /// Returns a new event whose bodies have about `bytes` bytes.
    pub(crate) fn event(self, bytes: usize) -> Result<Bytes> {
        match self {
            Self::Ingest => events::request(bytes),
            Self::Process => events::batch(bytes),
        }
    }

    /// Returns a check whether a response reports success.
    pub(crate) fn is_success(self) -> fn(&[u8]) -> bool {
        let is_accepted = |response: &[u8]| parse(response)["statusCode"] == 202;
        let has_no_failures =
            |response: &[u8]| parse(response)["batchItemFailures"].as_array().is_some_and(Vec::is_empty);
        match self {
            Self::Ingest => is_accepted,
            Self::Process => has_no_failures,
        }
    }
}

fn parse(response: &[u8]) -> serde_json::Value {
    serde_json::from_slice(response).unwrap_or_default()
}
