use std::time::Duration;

use aws_types::SdkConfig;

use super::resources::Resources;
use crate::aws::Timeouts;

pub(super) const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(5),
    attempt: Duration::from_secs(20),
    call: Duration::from_secs(60),
    attempts: 4,
};

/// A deployment: clients' configuration and the names of its AWS resources.
#[derive(Debug, Clone)]
pub struct Target {
    /// Configuration for clients of any AWS service.
    pub sdk: SdkConfig,
    /// Names of the queues, functions and log groups.
    pub resources: Resources,
}

/// Endpoint that overrides all AWS endpoints, for a deployment on an emulator.
pub(super) fn endpoint_url() -> Option<String> {
    std::env::var("AWS_ENDPOINT_URL").ok().filter(|url| !url.is_empty())
}
