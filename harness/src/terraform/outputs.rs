use std::collections::BTreeMap;

use anyhow::{Context, Result};
use hookline::target::{LogGroupNames, Resources};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What the harness reads of the root's outputs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Outputs {
    /// `rest` or `http`.
    pub api_type: String,
    /// Id of the API.
    pub api_id: String,
    /// Name of its stage.
    pub stage_name: String,
    /// URL of the intake queue.
    pub queue_url: String,
    /// URL of the dead-letter queue.
    pub dlq_url: String,
    /// ARN of the intake queue.
    pub queue_arn: String,
    /// ARN of the dead-letter queue.
    pub dlq_arn: String,
    /// Name of each source's secret.
    pub source_secret_names: BTreeMap<String, String>,
    /// Name of the secret of each destination that needs one.
    pub destination_secret_names: BTreeMap<String, String>,
    /// Name of each function.
    pub function_names: Functions,
    /// The latest published version of each function.
    pub function_versions: Functions,
    /// The version that ingest's alias is at.
    pub ingest_alias_version: String,
    /// The version that process's alias is at.
    pub process_alias_version: String,
    /// Name of each function's role.
    pub role_names: Functions,
    /// Name of the policy that says what a function may do.
    pub role_policy_names: Functions,
    /// Name of each function's log group.
    pub log_group_names: Functions,
    /// Name of the log group of the API's access log.
    pub api_log_group_name: Option<String>,
    /// Name of each alarm, by what it is about.
    pub alarm_names: BTreeMap<String, String>,
    /// Name of the table that keeps what was delivered.
    pub idempotency_table: Option<String>,
    /// Id of the user pool.
    pub user_pool_id: Option<String>,
    /// Id of the machine client.
    pub client_id: Option<String>,
    /// Scope of an access token for `POST /events`.
    pub scope: Option<String>,
}

/// One value for each function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Functions {
    /// Ingest's.
    pub ingest: String,
    /// Process's.
    pub process: String,
}

impl Outputs {
    /// The version that each function's alias is at.
    pub(crate) fn alias_versions(&self) -> Functions {
        Functions { ingest: self.ingest_alias_version.clone(), process: self.process_alias_version.clone() }
    }

    /// Returns the part of the outputs that operators' commands need.
    pub(crate) fn resources(&self) -> Resources {
        let Functions { ingest, process } = self.log_group_names.clone();
        Resources {
            queue_url: self.queue_url.clone(),
            queue_arn: self.queue_arn.clone(),
            dlq_url: self.dlq_url.clone(),
            dlq_arn: self.dlq_arn.clone(),
            log_group_names: LogGroupNames { ingest, process },
            api_log_group_name: self.api_log_group_name.clone(),
        }
    }

    /// Reads `terraform output -json`.
    pub(crate) fn read(json: &[u8]) -> Result<Self> {
        let outputs: BTreeMap<String, Value> = serde_json::from_slice(json).context("terraform's outputs")?;
        let values: Value = outputs.into_iter().map(|(name, mut output)| (name, output["value"].take())).collect();
        serde_json::from_value(values).context("terraform's outputs are not those that the harness knows")
    }
}
