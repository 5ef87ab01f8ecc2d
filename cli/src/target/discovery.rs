//! Finds a deployment by the names that Terraform gives its resources, which all start with the deployment's prefix.

use anyhow::{Context, Result};
use aws_sdk_cloudwatchlogs::Client as Logs;
use aws_sdk_sqs::Client as Sqs;
use aws_sdk_sqs::types::QueueAttributeName;

use super::deployment::{TIMEOUTS, Target, endpoint_url};
use super::resources::{FunctionNames, LogGroupNames, Resources};
use crate::aws;

/// Returns the deployment whose resources have this prefix.
pub(super) async fn find(prefix: &str, region: Option<&str>) -> Result<Target> {
    let sdk = aws::load(region, endpoint_url(), TIMEOUTS)
        .await
        .with_context(|| format!("cannot access deployment `{prefix}`"))?;
    let sqs = Sqs::new(&sdk);
    let (intake, retry, dlq) = (names::intake(prefix), names::retry(prefix), names::dlq(prefix));
    let ((queue_url, queue_arn), (retry_queue_url, retry_queue_arn), (dlq_url, dlq_arn)) =
        tokio::try_join!(queue(&sqs, &intake), queue(&sqs, &retry), queue(&sqs, &dlq))?;
    let function_names =
        FunctionNames { ingest: names::function(prefix, "ingest"), process: names::function(prefix, "process") };
    let log_group_names = LogGroupNames {
        ingest: names::function_logs(prefix, "ingest"),
        process: names::function_logs(prefix, "process"),
    };
    let api_log_group_name = existing_log_group(&Logs::new(&sdk), names::api_logs(prefix)).await?;
    let resources = Resources {
        queue_url,
        queue_arn,
        retry_queue_url,
        retry_queue_arn,
        dlq_url,
        dlq_arn,
        function_names,
        log_group_names,
        api_log_group_name,
    };
    Ok(Target { sdk, resources })
}

/// Names of resources, as in `terraform/modules`.
mod names {
    /// Name of the intake queue.
    pub(super) fn intake(prefix: &str) -> String {
        format!("{prefix}-intake")
    }

    /// Name of the retry queue.
    pub(super) fn retry(prefix: &str) -> String {
        format!("{prefix}-retry")
    }

    /// Name of the dead-letter queue.
    pub(super) fn dlq(prefix: &str) -> String {
        format!("{prefix}-intake-dlq")
    }

    /// Name of a function.
    pub(super) fn function(prefix: &str, function: &str) -> String {
        format!("{prefix}-{function}")
    }

    /// Name of the log group of a function.
    pub(super) fn function_logs(prefix: &str, function: &str) -> String {
        format!("/aws/lambda/{}", self::function(prefix, function))
    }

    /// Name of the log group of the API's access log.
    pub(super) fn api_logs(prefix: &str) -> String {
        format!("/aws/apigateway/{prefix}")
    }
}

/// Returns the URL and the ARN of a queue.
async fn queue(sqs: &Sqs, name: &str) -> Result<(String, String)> {
    let found = sqs.get_queue_url().queue_name(name).send().await.with_context(|| {
        format!("cannot find queue `{name}`: check --service, --region and the account of your AWS credentials")
    })?;
    let url = found.queue_url.with_context(|| format!("queue `{name}` has no URL"))?;
    let request = sqs.get_queue_attributes().queue_url(&url).attribute_names(QueueAttributeName::QueueArn);
    let response = request.send().await.with_context(|| format!("cannot read the attributes of queue `{name}`"))?;
    let arn = response.attributes.unwrap_or_default().remove(&QueueAttributeName::QueueArn);
    Ok((url, arn.with_context(|| format!("queue `{name}` has no ARN"))?))
}

/// Returns the name if there is a log group with exactly this name.
async fn existing_log_group(logs: &Logs, name: String) -> Result<Option<String>> {
    let response = logs.describe_log_groups().log_group_name_prefix(&name).send().await;
    let groups = response.context("cannot list the log groups")?.log_groups.unwrap_or_default();
    Ok(groups.iter().any(|group| group.log_group_name.as_deref() == Some(name.as_str())).then_some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOOKLINE: &str = include_str!("../../../terraform/modules/hookline/main.tf");
    const QUEUE: &str = include_str!("../../../terraform/modules/queue/main.tf");
    const FUNCTION: &str = include_str!("../../../terraform/modules/function/main.tf");
    const SECRETS: &str = include_str!("../../../terraform/modules/secrets/main.tf");
    const TOPIC: &str = include_str!("../../../terraform/modules/observability/topic.tf");
    const ACCESS_LOG: &str = include_str!("../../../terraform/modules/access_log/main.tf");

    /// Checks that a Terraform module contains a name.
    #[track_caller]
    fn case(module: &str, name: &str) {
        assert!(module.contains(&format!("= \"{name}\"\n")), "the Terraform module has no name `{name}`");
    }

    #[test]
    fn names_equal_those_of_the_terraform_modules() {
        case(QUEUE, &names::intake("${var.prefix}"));
        case(QUEUE, &names::retry("${var.prefix}"));
        case(QUEUE, &names::dlq("${var.prefix}"));
        case(ACCESS_LOG, &names::api_logs("${var.name}"));
        for function in ["ingest", "process"] {
            let (name, log_group) = (names::function("${local.prefix}", function), "/aws/lambda/${var.name}");
            case(HOOKLINE, &name);
            case(FUNCTION, log_group);
            assert_eq!(names::function_logs("${local.prefix}", function), log_group.replace("${var.name}", &name));
        }
    }

    #[test]
    fn names_of_secrets_equal_those_of_the_terraform_module() {
        let names = |prefix: &str| FunctionNames { ingest: format!("{prefix}-ingest"), process: String::new() };
        let resources = Resources {
            queue_url: String::new(),
            queue_arn: String::new(),
            retry_queue_url: String::new(),
            retry_queue_arn: String::new(),
            dlq_url: String::new(),
            dlq_arn: String::new(),
            function_names: names("hookline-prod"),
            log_group_names: LogGroupNames { ingest: String::new(), process: String::new() },
            api_log_group_name: None,
        };
        assert_eq!(resources.source_secret_name("github"), "hookline-prod/sources/github");
        assert_eq!(resources.destination_secret_name("team"), "hookline-prod/destinations/team");
        let terraform = Resources { function_names: names("${var.prefix}"), ..resources };
        let queue_arn = "arn:aws:sqs:eu-west-1:123456789012:hookline-prod-intake".to_owned();
        let topic = Resources { queue_arn, ..terraform.clone() }.alarms_topic_arn().unwrap_or_default();
        let topic = topic.strip_prefix("arn:aws:sns:eu-west-1:123456789012:").unwrap_or_default();
        case(TOPIC, topic);
        case(SECRETS, &terraform.source_secret_name("x").replace("sources/x", "${each.key}"));
        assert_eq!(terraform.recovery_secret_name("github"), "${var.prefix}/recovery/github");
        assert_eq!(terraform.recover_function_name(), "${var.prefix}-recover");
        for key in ["sources/${name}", "destinations/${name}", "recovery/${name}"] {
            assert!(SECRETS.contains(&format!("\"{key}\" =>")), "{key}");
        }
    }
}
