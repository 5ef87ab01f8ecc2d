//! What an emulator can do: asked, not assumed.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use reqwest::{Client, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::emulator::json_api::{self, Operation, authorization};

/// What every stack is made of.
const REQUIRED: [&str; 9] = ["apigateway", "iam", "kms", "lambda", "logs", "s3", "secretsmanager", "sns", "sqs"];

/// What not every emulator has, and some scenarios need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Capability {
    /// Cognito's user pools, and with them `POST /events`.
    Cognito,
    /// DynamoDB, and with it one effect a key.
    Dynamodb,
    /// EventBridge's buses and rules.
    Eventbridge,
    /// Policies that are evaluated, not only kept.
    Iam,
    /// SQS's `StartMessageMoveTask`.
    MoveTasks,
    /// X-Ray's rules of what is recorded.
    SamplingRules,
    /// Logs Insights' saved queries.
    SavedQueries,
    /// SES, first version of its API.
    Ses,
}

/// What an emulator can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Capabilities {
    services: BTreeMap<String, String>,
    iam: bool,
    move_tasks: bool,
    sampling_rules: bool,
    saved_queries: bool,
}

/// `/_localstack/health`, which other emulators answer too.
#[derive(Deserialize)]
struct Health {
    services: BTreeMap<String, String>,
}

impl Capabilities {
    /// Asks for its health, and tries what the health does not tell: whether a key that nobody has is refused, whether SQS
    /// knows of moves, X-Ray of sampling rules, and Logs Insights of saved queries.
    pub(crate) async fn read(http: &Client, endpoint: &str) -> Result<Self> {
        let health = http.get(super::health(endpoint)).send().await.context("the emulator's health")?;
        let health: Health = health.json().await.context("the emulator's health is not what LocalStack tells")?;
        let sqs = |name| Operation { service: "sqs", target: "AmazonSQS", version: "1.0", name };
        let nobody = json_api::call(http, endpoint, "AKIAIOSFODNN7NOBODY0", sqs("ListQueues"), &json!({})).await?;
        let arn = json!({ "SourceArn": format!("arn:aws:sqs:{}:000000000000:none", crate::emulator::REGION) });
        let tasks = json_api::call(http, endpoint, "test", sqs("ListMessageMoveTasks"), &arn).await?;
        let logs =
            Operation { service: "logs", target: "Logs_20140328", version: "1.1", name: "DescribeQueryDefinitions" };
        let queries = json_api::call(http, endpoint, "test", logs, &json!({})).await?;
        let rules = http.post(format!("{endpoint}/GetSamplingRules")).json(&json!({}));
        let rules =
            rules.header("authorization", authorization("test", crate::emulator::REGION, "xray")).send().await?;
        let capabilities = Self {
            services: health.services,
            iam: nobody.status().is_client_error(),
            move_tasks: knows(tasks.status(), &tasks.text().await?),
            sampling_rules: rules.status().is_success() && rules.text().await?.contains("SamplingRuleRecords"),
            saved_queries: knows(queries.status(), &queries.text().await?),
        };
        capabilities.check(endpoint)?;
        Ok(capabilities)
    }

    fn check(&self, endpoint: &str) -> Result<()> {
        let missing: Vec<_> = REQUIRED.iter().filter_map(|service| self.lacks_service(service)).collect();
        if !missing.is_empty() {
            bail!("no stack can be made on the emulator at {endpoint}: {}", missing.join(", "));
        }
        Ok(())
    }

    /// Why something cannot be had, if it cannot.
    pub(crate) fn lacks(&self, need: Capability) -> Option<String> {
        match need {
            Capability::Cognito => self.lacks_service("cognito-idp"),
            Capability::Dynamodb => self.lacks_service("dynamodb"),
            Capability::Eventbridge => self.lacks_service("events"),
            Capability::Ses => self.lacks_service("ses"),
            Capability::Iam if !self.iam => Some("the emulator does not evaluate IAM policies".to_owned()),
            Capability::MoveTasks if !self.move_tasks => Some("the emulator has no StartMessageMoveTask".to_owned()),
            Capability::SamplingRules if !self.sampling_rules => {
                Some("the emulator has no CreateSamplingRule".to_owned())
            }
            Capability::SavedQueries if !self.saved_queries => {
                Some("the emulator has no PutQueryDefinition".to_owned())
            }
            Capability::Iam | Capability::MoveTasks | Capability::SamplingRules | Capability::SavedQueries => None,
        }
    }

    fn lacks_service(&self, service: &str) -> Option<String> {
        match self.services.get(service).map(String::as_str) {
            None => Some(format!("the emulator has no {service}")),
            Some(state @ ("disabled" | "error")) => Some(format!("{service} is {state} in the emulator")),
            Some(_) => None,
        }
    }
}

/// Whether the operation is there: a queue that is not is another matter.
fn knows(status: StatusCode, answer: &str) -> bool {
    let error: Value = serde_json::from_str(answer).unwrap_or_default();
    let kind = error["__type"].as_str().unwrap_or_default();
    let unknown = ["InvalidAction", "UnsupportedOperation", "UnknownOperation", "NotImplemented", "InternalFailure"];
    let said = answer.to_ascii_lowercase().contains("unknown action");
    !status.is_server_error() && !said && !unknown.iter().any(|word| kind.contains(word))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// As LocalStack's community image 4.14.0 answered.
    pub(crate) fn localstack() -> Capabilities {
        let mut services: BTreeMap<_, _> = REQUIRED.map(|name| (name.to_owned(), "available".to_owned())).into();
        for more in ["dynamodb", "events", "ses"] {
            services.insert(more.to_owned(), "available".to_owned());
        }
        Capabilities { services, iam: false, move_tasks: true, sampling_rules: false, saved_queries: true }
    }

    /// As MiniStack 1.5.33 answered.
    pub(crate) fn ministack() -> Capabilities {
        let mut capabilities = Capabilities { iam: true, move_tasks: false, saved_queries: false, ..localstack() };
        capabilities.services.insert("cognito-idp".to_owned(), "available".to_owned());
        capabilities
    }

    #[test]
    fn each_lack_has_its_reason() {
        let mut capabilities = localstack();
        let lacks = |capabilities: &Capabilities| {
            [Capability::Cognito, Capability::Iam, Capability::MoveTasks]
                .map(|need| capabilities.lacks(need).unwrap_or_default())
        };
        let iam = "the emulator does not evaluate IAM policies";
        assert_eq!(lacks(&capabilities), ["the emulator has no cognito-idp", iam, ""]);
        capabilities.services.insert("cognito-idp".to_owned(), "disabled".to_owned());
        assert_eq!(lacks(&capabilities), ["cognito-idp is disabled in the emulator", iam, ""]);
        assert_eq!(lacks(&ministack()), ["", "", "the emulator has no StartMessageMoveTask"]);
    }

    #[test]
    fn an_emulator_without_a_queue_is_none() {
        let mut capabilities = localstack();
        assert!(capabilities.check("http://e").is_ok());
        capabilities.services.remove("sqs");
        capabilities.services.insert("lambda".to_owned(), "error".to_owned());
        let error = capabilities.check("http://e").unwrap_err().to_string();
        assert_eq!(
            error,
            "no stack can be made on the emulator at http://e: lambda is error in the emulator, the emulator has no sqs"
        );
    }

    #[track_caller]
    fn case(status: u16, answer: &str, expected: bool) {
        assert_eq!(knows(StatusCode::from_u16(status).unwrap(), answer), expected, "{answer}");
    }

    #[test]
    fn an_operation_that_is_unknown_is_told_from_a_queue_that_is() {
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
