//! A stack that is up: where it is, what Terraform named, and clients for what the harness does to it.

mod alarms;
mod claims;
mod elsewhere;
mod emulator_policy;
mod left;
mod logs;
mod mails;
mod mapping;
mod policy;
mod queues;
mod recorder;
mod secrets;
mod sources;
mod state;
mod token;
mod variables;

use aws_credential_types::Credentials;
use aws_types::SdkConfig;
use std::time::Duration;

pub(crate) use self::alarms::Alarm;
pub(crate) use self::elsewhere::Elsewhere;
pub(crate) use self::left::left;
pub(crate) use self::logs::log_events;
pub use self::policy::Withdrawn;

pub(crate) use self::emulator_policy::EMULATOR_POLICY;
pub(crate) use self::mails::{RECIPIENT, SENDER};
pub(crate) use self::queues::Depth;
pub(crate) use self::recorder::Recorder;
pub(crate) use self::secrets::Secrets;
pub(crate) use self::sources::{Pair, sources};
pub(crate) use self::state::State;
pub(crate) use self::variables::{given_variables, terraform_variables};
use crate::sdk::{self, Timeouts};
use crate::terraform::{Outputs, REGION};

/// Timeouts for an emulator that may be busy with a burst.
const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(5),
    attempt: Duration::from_secs(20),
    call: Duration::from_secs(40),
    attempts: 3,
};

/// Handles to a stack.
pub struct Stack {
    /// Where all services are.
    pub endpoint: String,
    /// What Terraform named.
    pub outputs: Outputs,
    pub(crate) http: reqwest::Client,
    sdk: SdkConfig,
}

impl Stack {
    pub(crate) fn new(endpoint: &str, outputs: Outputs) -> Self {
        let credentials = Credentials::new("test", "test", None, None, "emulator");
        let sdk = sdk::config(REGION, credentials, Some(endpoint.to_owned()), TIMEOUTS);
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(35)).build().unwrap_or_default();
        Self { endpoint: endpoint.to_owned(), outputs, http, sdk }
    }

    /// For clients of any service.
    pub(crate) fn sdk_config(&self) -> SdkConfig {
        self.sdk.clone()
    }

    /// Where a path of the API is on the emulator: what AWS resolves by the host's name is a prefix here.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        let Outputs { api_id, stage_name, .. } = &self.outputs;
        format!("{}/restapis/{api_id}/{stage_name}/_user_request_{path}", self.endpoint)
    }
}
