use std::time::Duration;

use aws_types::SdkConfig;
use hookline::aws::{self, Timeouts};
use hookline::target::Target;

use crate::terraform::Outputs;

/// Timeouts for an emulator that a burst of requests may keep busy.
const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(5),
    attempt: Duration::from_secs(20),
    call: Duration::from_secs(40),
    attempts: 3,
};

/// Handle to a running stack.
pub struct Stack {
    /// Endpoint of all AWS services of the emulator.
    pub endpoint: String,
    /// Outputs of the applied Terraform configuration.
    pub outputs: Outputs,
    pub(crate) http: reqwest::Client,
    pub(super) sdk: SdkConfig,
}

impl Stack {
    /// Returns a handle to the stack with these outputs on the emulator at `endpoint`.
    pub(crate) fn new(endpoint: &str, outputs: Outputs) -> Self {
        let sdk = aws::emulator_config(endpoint.to_owned(), TIMEOUTS);
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(35)).build().unwrap_or_default();
        Self { endpoint: endpoint.to_owned(), outputs, http, sdk }
    }

    /// Returns the configuration for clients of any AWS service.
    pub(crate) fn sdk_config(&self) -> SdkConfig {
        self.sdk.clone()
    }

    /// Returns the stack as the deployment that operators' commands work on.
    pub(crate) fn target(&self) -> Target {
        Target { sdk: self.sdk_config(), resources: self.outputs.resources() }
    }

    /// Returns the URL of a path of the API. AWS finds the API by its host name; an emulator finds it by a path prefix.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        let Outputs { api_id, stage_name, .. } = &self.outputs;
        format!("{}/restapis/{api_id}/{stage_name}/_user_request_{path}", self.endpoint)
    }
}
