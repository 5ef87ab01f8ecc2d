use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Names of the AWS resources of a deployment, as in the outputs of the Terraform root module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resources {
    /// URL of the intake queue.
    pub queue_url: String,
    /// ARN of the intake queue.
    pub queue_arn: String,
    /// URL of the retry queue.
    pub retry_queue_url: String,
    /// ARN of the retry queue.
    pub retry_queue_arn: String,
    /// URL of the dead-letter queue.
    pub dlq_url: String,
    /// ARN of the dead-letter queue.
    pub dlq_arn: String,
    /// Name of each function.
    pub function_names: FunctionNames,
    /// Name of the log group of each function.
    pub log_group_names: LogGroupNames,
    /// Name of the log group of the API's access log; `None` without an access log.
    pub api_log_group_name: Option<String>,
}

/// Name of each function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionNames {
    /// The ingest function.
    pub ingest: String,
    /// The process function.
    pub process: String,
}

/// Name of the log group of each function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogGroupNames {
    /// Log group of the ingest function.
    pub ingest: String,
    /// Log group of the process function.
    pub process: String,
}

impl Resources {
    /// Parses the output of `terraform output -json`. Unknown outputs are ignored.
    ///
    /// # Errors
    ///
    /// If the text is no JSON object, or an output is missing.
    pub fn from_terraform_outputs(json: &[u8]) -> Result<Self> {
        let outputs: BTreeMap<String, Value> =
            serde_json::from_slice(json).context("cannot parse Terraform's outputs")?;
        let values: Value = outputs.into_iter().map(|(name, mut output)| (name, output["value"].take())).collect();
        serde_json::from_value(values).context("Terraform's outputs are incomplete: apply the current configuration")
    }

    /// Returns the name of a source's secret.
    #[must_use]
    pub fn source_secret_name(&self, source: &str) -> String {
        format!("{}/sources/{source}", self.prefix())
    }

    /// Returns the name of a destination's secret.
    #[must_use]
    pub fn destination_secret_name(&self, destination: &str) -> String {
        format!("{}/destinations/{destination}", self.prefix())
    }

    /// Returns the name of the secret with which a source is recovered.
    #[must_use]
    pub fn recovery_secret_name(&self, source: &str) -> String {
        format!("{}/recovery/{source}", self.prefix())
    }

    /// Returns the name of the recover function, which exists only if a source is recovered.
    #[must_use]
    pub fn recover_function_name(&self) -> String {
        format!("{}-recover", self.prefix())
    }

    /// Returns the prefix of all names: the name of the ingest function without its last part.
    #[must_use]
    pub fn prefix(&self) -> &str {
        let ingest = self.function_names.ingest.as_str();
        ingest.strip_suffix("-ingest").unwrap_or(ingest)
    }

    /// Returns the ARN of the topic that alarms are published to, in the account and region of the intake queue. `None` if
    /// the queue's ARN has another form than `arn:PARTITION:sqs:REGION:ACCOUNT:NAME`.
    #[must_use]
    pub fn alarms_topic_arn(&self) -> Option<String> {
        let parts: Vec<_> = self.queue_arn.split(':').collect();
        let [arn, partition, _, region, account, _] = parts[..] else { return None };
        Some(format!("{arn}:{partition}:sns:{region}:{account}:{}-alarms", self.prefix()))
    }
}
