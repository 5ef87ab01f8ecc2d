use std::collections::BTreeMap;

use anyhow::{Context, Result};
use hookline::target::{FunctionNames, LogGroupNames, Resources};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The outputs of the root module that the harness uses.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Outputs {
    /// Type of the API: `rest` or `http`.
    pub api_type: String,
    /// Id of the API.
    pub api_id: String,
    /// Name of the API's stage.
    pub stage_name: String,
    /// URL of the intake queue.
    pub queue_url: String,
    /// URL of the dead-letter queue.
    pub dlq_url: String,
    /// URL of the retry queue.
    pub retry_queue_url: String,
    /// ARN of the retry queue.
    pub retry_queue_arn: String,
    /// ARN of the intake queue.
    pub queue_arn: String,
    /// ARN of the dead-letter queue.
    pub dlq_arn: String,
    /// Name of the secret of each source.
    pub source_secret_names: BTreeMap<String, String>,
    /// Name of the secret of each destination that has one.
    pub destination_secret_names: BTreeMap<String, String>,
    /// Name of the secret for GitHub's API of each source with `recover`; `None` if no source has it.
    pub recovery_secret_names: Option<BTreeMap<String, String>>,
    /// Name of each function.
    pub function_names: Functions,
    /// Latest published version of each function.
    pub function_versions: Functions,
    /// Version that the alias of the ingest function points to.
    pub ingest_alias_version: String,
    /// Version that the alias of the process function points to.
    pub process_alias_version: String,
    /// Version that the alias of the recover function points to; `None` without the function.
    pub recover_alias_version: Option<String>,
    /// Name of the role of each function.
    pub role_names: Functions,
    /// Name of the inline policy with the permissions of each function.
    pub role_policy_names: Functions,
    /// Name of the log group of each function.
    pub log_group_names: Functions,
    /// Name of the log group of the API's access log; `None` without an access log.
    pub api_log_group_name: Option<String>,
    /// Full name of each alarm by its short name.
    pub alarm_names: BTreeMap<String, String>,
    /// Name of the idempotency table; `None` without idempotency.
    pub idempotency_table: Option<String>,
    /// Id of the Cognito user pool.
    pub user_pool_id: Option<String>,
    /// Id of the machine-to-machine client.
    pub client_id: Option<String>,
    /// Scope that an access token needs for `POST /events`.
    pub scope: Option<String>,
}

/// One value for each function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Functions {
    /// Value of the ingest function.
    pub ingest: String,
    /// Value of the process function.
    pub process: String,
    /// Value of the recover function, which exists only if a source has `recover`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recover: Option<String>,
}

impl Functions {
    /// Returns the short name of each function with its value.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let recover = self.recover.as_ref().map(|value| ("recover", value));
        [("ingest", &self.ingest), ("process", &self.process)].into_iter().chain(recover)
    }
}

impl Outputs {
    /// Returns the version that the alias of each function points to.
    pub(crate) fn alias_versions(&self) -> Functions {
        Functions {
            ingest: self.ingest_alias_version.clone(),
            process: self.process_alias_version.clone(),
            recover: self.recover_alias_version.clone(),
        }
    }

    /// Returns the part of the outputs that operators' commands need.
    pub(crate) fn resources(&self) -> Resources {
        let Functions { ingest, process, .. } = self.function_names.clone();
        let function_names = FunctionNames { ingest, process };
        let Functions { ingest, process, .. } = self.log_group_names.clone();
        Resources {
            queue_url: self.queue_url.clone(),
            queue_arn: self.queue_arn.clone(),
            retry_queue_url: self.retry_queue_url.clone(),
            retry_queue_arn: self.retry_queue_arn.clone(),
            dlq_url: self.dlq_url.clone(),
            dlq_arn: self.dlq_arn.clone(),
            function_names,
            log_group_names: LogGroupNames { ingest, process },
            api_log_group_name: self.api_log_group_name.clone(),
        }
    }

    /// Parses the output of `terraform output -json`.
    pub(crate) fn from_json(json: &[u8]) -> Result<Self> {
        let outputs: BTreeMap<String, Value> =
            serde_json::from_slice(json).context("cannot parse Terraform's outputs")?;
        let values: Value = outputs.into_iter().map(|(name, mut output)| (name, output["value"].take())).collect();
        serde_json::from_value(values).context("Terraform's outputs do not match those that the harness expects")
    }
}
