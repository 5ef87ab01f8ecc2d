//! Capabilities of an emulator. The harness detects them with requests.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use reqwest::{Client, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::health::health_url;
use super::info::REGION;
use super::json_api::{self, Operation, authorization};

/// Services that every stack needs.
const REQUIRED_SERVICES: [&str; 9] =
    ["apigateway", "iam", "kms", "lambda", "logs", "s3", "secretsmanager", "sns", "sqs"];

/// A capability that some emulators do not have and some scenarios need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Capability {
    /// Cognito user pools, which `POST /events` needs.
    Cognito,
    /// DynamoDB, which idempotency needs.
    Dynamodb,
    /// Event buses and rules of EventBridge.
    Eventbridge,
    /// Streams of Data Firehose.
    Firehose,
    /// Evaluation of IAM policies.
    Iam,
    /// `StartMessageMoveTask` of SQS.
    MoveTasks,
    /// Functions that trust the certificate authority of the harness.
    PrivateAuthority,
    /// Sampling rules of X-Ray.
    SamplingRules,
    /// Saved queries of CloudWatch Logs Insights.
    SavedQueries,
    /// EventBridge Scheduler, which GitHub recovery needs.
    Scheduler,
    /// Version 1 of the SES API.
    Ses,
    /// State machines of Step Functions.
    StepFunctions,
    /// Aliases that send a part of the traffic to a second version, with the metrics of each version.
    WeightedAliases,
}

/// Capabilities of an emulator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Capabilities {
    services: BTreeMap<String, String>,
    iam: bool,
    move_tasks: bool,
    private_authority: bool,
    sampling_rules: bool,
    saved_queries: bool,
    weighted_aliases: bool,
}

/// Response of the health endpoint.
#[derive(Deserialize)]
struct Health {
    services: BTreeMap<String, String>,
}

impl Capabilities {
    /// Reads the health endpoint, and tests the capabilities that it does not report: whether the emulator rejects an unknown
    /// access key, and whether it has move tasks, a private authority, sampling rules, saved queries and weighted aliases.
    pub(crate) async fn detect(http: &Client, endpoint: &str) -> Result<Self> {
        let health = http.get(health_url(endpoint)).send().await.context("cannot read the emulator's health")?;
        let health: Health = health.json().await.context("the emulator's health does not have LocalStack's format")?;
        let sqs = |name| Operation { service: "sqs", target: "AmazonSQS", version: "1.0", name };
        let unknown_key = json_api::call(http, endpoint, "AKIAIOSFODNN7UNKNOWN", sqs("ListQueues"), &json!({})).await?;
        let arn = json!({ "SourceArn": format!("arn:aws:sqs:{}:000000000000:none", REGION) });
        let tasks = json_api::call(http, endpoint, "test", sqs("ListMessageMoveTasks"), &arn).await?;
        let logs =
            Operation { service: "logs", target: "Logs_20140328", version: "1.1", name: "DescribeQueryDefinitions" };
        let queries = json_api::call(http, endpoint, "test", logs, &json!({})).await?;
        let rules = http.post(format!("{endpoint}/GetSamplingRules")).json(&json!({}));
        let rules = rules.header("authorization", authorization("test", REGION, "xray")).send().await?;
        let private_authority = http.get(format!("{endpoint}/_private_authority")).send().await?;
        let weighted_aliases = http.get(format!("{endpoint}/_weighted_aliases")).send().await?;
        let capabilities = Self {
            services: health.services,
            iam: unknown_key.status().is_client_error(),
            move_tasks: is_supported(tasks.status(), &tasks.text().await?),
            private_authority: private_authority.status() == StatusCode::NO_CONTENT,
            sampling_rules: rules.status().is_success() && rules.text().await?.contains("SamplingRuleRecords"),
            saved_queries: is_supported(queries.status(), &queries.text().await?),
            weighted_aliases: weighted_aliases.status() == StatusCode::NO_CONTENT,
        };
        capabilities.check(endpoint)?;
        Ok(capabilities)
    }

    fn check(&self, endpoint: &str) -> Result<()> {
        let missing: Vec<_> =
            REQUIRED_SERVICES.iter().filter_map(|service| self.service_unavailable_reason(service)).collect();
        if !missing.is_empty() {
            bail!("the emulator at {endpoint} cannot run a stack: {}", missing.join(", "));
        }
        Ok(())
    }

    /// Returns why a capability is unavailable, or `None` if it is available.
    pub(crate) fn unavailable_reason(&self, capability: Capability) -> Option<String> {
        match capability {
            Capability::Cognito => self.service_unavailable_reason("cognito-idp"),
            Capability::Dynamodb => self.service_unavailable_reason("dynamodb"),
            Capability::Eventbridge => self.service_unavailable_reason("events"),
            Capability::Firehose => self.service_unavailable_reason("firehose"),
            Capability::Scheduler => self.service_unavailable_reason("scheduler"),
            Capability::Ses => self.service_unavailable_reason("ses"),
            // LocalStack and MiniStack have different names for it.
            Capability::StepFunctions if self.services.contains_key("states") => {
                self.service_unavailable_reason("states")
            }
            Capability::StepFunctions => self.service_unavailable_reason("stepfunctions"),
            Capability::PrivateAuthority if !self.private_authority => {
                Some("functions of the emulator do not trust the harness's certificates".to_owned())
            }
            Capability::Iam if !self.iam => Some("the emulator does not evaluate IAM policies".to_owned()),
            Capability::MoveTasks if !self.move_tasks => Some("the emulator has no StartMessageMoveTask".to_owned()),
            Capability::SamplingRules if !self.sampling_rules => {
                Some("the emulator has no CreateSamplingRule".to_owned())
            }
            Capability::SavedQueries if !self.saved_queries => {
                Some("the emulator has no PutQueryDefinition".to_owned())
            }
            Capability::WeightedAliases if !self.weighted_aliases => {
                Some("the emulator has no metrics of weighted aliases".to_owned())
            }
            Capability::Iam
            | Capability::MoveTasks
            | Capability::PrivateAuthority
            | Capability::SamplingRules
            | Capability::SavedQueries
            | Capability::WeightedAliases => None,
        }
    }

    fn service_unavailable_reason(&self, service: &str) -> Option<String> {
        match self.services.get(service).map(String::as_str) {
            None => Some(format!("the emulator has no {service}")),
            Some(state @ ("disabled" | "error")) => Some(format!("{service} is {state} in the emulator")),
            Some(_) => None,
        }
    }
}

/// Returns whether a response is from a supported operation. A missing resource is a normal error of such an operation.
fn is_supported(status: StatusCode, body: &str) -> bool {
    let error: Value = serde_json::from_str(body).unwrap_or_default();
    let error_type = error["__type"].as_str().unwrap_or_default();
    let unknown = ["InvalidAction", "UnsupportedOperation", "UnknownOperation", "NotImplemented", "InternalFailure"];
    let is_unknown_action = body.to_ascii_lowercase().contains("unknown action");
    !status.is_server_error() && !is_unknown_action && !unknown.iter().any(|code| error_type.contains(code))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Capabilities of LocalStack's community image 4.14.0.
    pub(crate) fn localstack() -> Capabilities {
        let mut services: BTreeMap<_, _> =
            REQUIRED_SERVICES.map(|name| (name.to_owned(), "available".to_owned())).into();
        for service in ["dynamodb", "events", "firehose", "scheduler", "ses", "stepfunctions"] {
            services.insert(service.to_owned(), "available".to_owned());
        }
        Capabilities {
            services,
            iam: false,
            move_tasks: true,
            private_authority: false,
            sampling_rules: false,
            saved_queries: true,
            weighted_aliases: false,
        }
    }

    /// Capabilities of MiniStack 1.5.33.
    pub(crate) fn ministack() -> Capabilities {
        let mut capabilities = Capabilities {
            iam: true,
            move_tasks: false,
            private_authority: true,
            saved_queries: false,
            weighted_aliases: true,
            ..localstack()
        };
        capabilities.services.insert("cognito-idp".to_owned(), "available".to_owned());
        capabilities
    }

    #[test]
    fn every_unavailable_capability_has_a_reason() {
        let mut capabilities = localstack();
        let reasons = |capabilities: &Capabilities| {
            [Capability::Cognito, Capability::Iam, Capability::MoveTasks]
                .map(|capability| capabilities.unavailable_reason(capability).unwrap_or_default())
        };
        let iam = "the emulator does not evaluate IAM policies";
        assert_eq!(reasons(&capabilities), ["the emulator has no cognito-idp", iam, ""]);
        capabilities.services.insert("cognito-idp".to_owned(), "disabled".to_owned());
        assert_eq!(reasons(&capabilities), ["cognito-idp is disabled in the emulator", iam, ""]);
        assert_eq!(reasons(&ministack()), ["", "", "the emulator has no StartMessageMoveTask"]);
    }

    #[test]
    fn rejects_emulator_without_required_services() {
        let mut capabilities = localstack();
        assert!(capabilities.check("http://e").is_ok());
        capabilities.services.remove("sqs");
        capabilities.services.insert("lambda".to_owned(), "error".to_owned());
        let error = capabilities.check("http://e").unwrap_err().to_string();
        assert_eq!(
            error,
            "the emulator at http://e cannot run a stack: lambda is error in the emulator, the emulator has no sqs"
        );
    }

    #[track_caller]
    fn case(status: u16, body: &str, expected: bool) {
        assert_eq!(is_supported(StatusCode::from_u16(status).unwrap(), body), expected, "{body}");
    }

    #[test]
    fn distinguishes_unknown_operation_from_missing_resource() {
        case(200, "{\"Results\":[]}", true);
        case(404, "{\"__type\":\"ResourceNotFoundException\"}", true);
        case(400, "{\"__type\":\"com.amazonaws.sqs#InvalidAction\"}", false);
        case(400, "{\"__type\":\"AWS.SimpleQueueService.UnsupportedOperation\"}", false);
        case(
            400,
            "{\"__type\":\"InvalidOperationException\",\"message\":\"Unknown action: PutQueryDefinition\"}",
            false,
        );
        case(501, "", false);
    }
}
