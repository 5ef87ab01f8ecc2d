//! Terraform variables of the local stack.

use serde_json::{Value, json};

use super::destinations::DESTINATION_TIMEOUT_SECONDS;
use super::stack_config::StackConfig;
use crate::build::package::{Packages, architecture};
use crate::emulator::{ApiType, Capabilities, Capability, Emulator};

/// The timeout of the process function. It is short, so that the messages of a killed function are redelivered within a run.
/// Terraform requires at least eight seconds more than the timeout of a destination.
pub(crate) const PROCESS_TIMEOUT_SECONDS: u32 = DESTINATION_TIMEOUT_SECONDS + 8;

/// Returns the variables that depend on the machine and the emulator: the packages, and switches for the services that
/// the emulator does not have.
pub(crate) fn emulator_variables(packages: &Packages, capabilities: &Capabilities) -> Value {
    let mut variables = json!({
        "packages": { "ingest": packages.ingest, "process": packages.process, "recover": packages.recover },
        "architecture": architecture(),
    });
    let is_missing = |capability| capabilities.unavailable_reason(capability).is_some();
    if is_missing(Capability::Cognito) {
        variables["identity_enabled"] = json!(false);
    }
    if is_missing(Capability::Dynamodb) {
        variables["idempotency"] = json!({ "enabled": false });
    }
    if is_missing(Capability::SamplingRules) {
        variables["trace_sampling"] = Value::Null;
    }
    if is_missing(Capability::SavedQueries) {
        variables["saved_queries"] = json!(false);
    }
    variables
}

/// Returns the variables of the root module. Retry delays and the secret cache are short, so that scenarios wait less.
pub(crate) fn terraform_variables(
    config: &StackConfig,
    packages: &Packages,
    emulator: &Emulator,
    api: ApiType,
    sink_port: u16,
) -> Value {
    let host = emulator.info.host;
    let mut variables = emulator_variables(packages, &emulator.capabilities);
    let declared = config.terraform_variables(&emulator.capabilities, &format!("http://{host}:{sink_port}"));
    let has_table = emulator.capabilities.unavailable_reason(Capability::Dynamodb).is_none();
    let fixed = json!({
        "region": crate::emulator::REGION,
        "api_type": if api == ApiType::Http { "http" } else { "rest" },
        "private_networks": [format!("{host}/32")],
        "functions": { "process": { "timeout_seconds": PROCESS_TIMEOUT_SECONDS } },
        "retry": { "base_seconds": 1, "max_seconds": 3, "give_up_after_hours": 1 },
        "breaker": { "cool_down_seconds": 5, "max_cool_down_seconds": 10 },
        "secret_cache": { "refresh_seconds": 1 },
        "event_log": has_table.then(|| json!({ "days": 14 })),
        "listen": has_table,
        // The sources, routes and destinations of both functions are objects in S3.
        "max_environment_bytes": 2048,
        "throttle": { "rate": 10_000, "burst": 5_000 },
        "account_concurrency": 100_000,
        "secret_recovery_days": 0,
        "force_destroy": true,
    });
    for (name, value) in [declared, fixed].iter().flat_map(|part| part.as_object().into_iter().flatten()) {
        variables[name] = value.clone();
    }
    // An HTTP API has no resource policy, and Terraform rejects the option.
    if api == ApiType::Http {
        for source in variables["sources"].as_object_mut().into_iter().flatten() {
            source.1.as_object_mut().map(|options| options.remove("allowed_ips"));
        }
    }
    variables
}
