use std::path::Path;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::json;

use super::calls::Calls;
use super::names::{ARCHIVE, FIFO_QUEUE, LOG_GROUP, NAME, STREAM_BUCKET, TOPIC_QUEUE, arn, keys_of_list};
use crate::build::package::architecture;
use crate::emulator::json_api::Operation;
use crate::emulator::{ACCOUNT, REGION};

const IAM_VERSION: &str = "2010-05-08";
const SNS_VERSION: &str = "2010-03-31";

fn sqs(name: &str) -> Operation<'_> {
    Operation { service: "sqs", target: "AmazonSQS", version: "1.0", name }
}

fn logs(name: &str) -> Operation<'_> {
    Operation { service: "logs", target: "Logs_20140328", version: "1.1", name }
}

fn states(name: &str) -> Operation<'_> {
    Operation { service: "states", target: "AWSStepFunctions", version: "1.0", name }
}

fn firehose(name: &str) -> Operation<'_> {
    Operation { service: "firehose", target: "Firehose_20150804", version: "1.1", name }
}

fn role_arn() -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{NAME}")
}

/// The function, the state machine and the stream need a role, and no permissions on an emulator.
pub(super) async fn create_role(calls: Calls<'_>) -> Result<()> {
    let services = ["firehose.amazonaws.com", "lambda.amazonaws.com", "states.amazonaws.com"];
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Principal": { "Service": services }, "Action": "sts:AssumeRole" }],
    });
    let form = [
        ("Action", "CreateRole"),
        ("Version", IAM_VERSION),
        ("RoleName", NAME),
        ("AssumeRolePolicyDocument", &trust.to_string()),
    ];
    calls.query("iam", &form).await
}

pub(super) async fn create_queues_and_topic(calls: Calls<'_>) -> Result<()> {
    calls.json(sqs("CreateQueue"), &json!({ "QueueName": NAME })).await?;
    let fifo = json!({ "QueueName": FIFO_QUEUE, "Attributes": { "FifoQueue": "true" } });
    calls.json(sqs("CreateQueue"), &fifo).await?;
    let (topic, queue) = (arn("sns", NAME), arn("sqs", TOPIC_QUEUE));
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": "sns.amazonaws.com" },
            "Action": "sqs:SendMessage",
            "Resource": queue,
            "Condition": { "ArnEquals": { "aws:SourceArn": topic } },
        }],
    });
    let attributes = json!({ "QueueName": TOPIC_QUEUE, "Attributes": { "Policy": policy.to_string() } });
    calls.json(sqs("CreateQueue"), &attributes).await?;
    calls.query("sns", &[("Action", "CreateTopic"), ("Version", SNS_VERSION), ("Name", NAME)]).await?;
    let subscription = [
        ("Action", "Subscribe"),
        ("Version", SNS_VERSION),
        ("TopicArn", &topic),
        ("Protocol", "sqs"),
        ("Endpoint", &queue),
        ("Attributes.entry.1.key", "RawMessageDelivery"),
        ("Attributes.entry.1.value", "true"),
    ];
    calls.query("sns", &subscription).await
}

/// Creates the function. `package` is the package of the program `receiver`.
pub(super) async fn create_function(calls: Calls<'_>, package: &Path) -> Result<()> {
    // Scenarios can read it before the first invocation.
    calls.json(logs("CreateLogGroup"), &json!({ "logGroupName": LOG_GROUP })).await?;
    let package = std::fs::read(package).with_context(|| format!("cannot read `{}`", package.display()))?;
    let function = json!({
        "FunctionName": NAME,
        "Runtime": "provided.al2023",
        "Architectures": [architecture()],
        "Role": role_arn(),
        "Handler": "bootstrap",
        "Timeout": 10,
        "Code": { "ZipFile": STANDARD.encode(package) },
    });
    calls.rest("lambda", Method::POST, "/2015-03-31/functions", function.to_string()).await?;
    Ok(())
}

pub(super) async fn create_buckets(calls: Calls<'_>) -> Result<()> {
    let configuration = format!(
        "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <LocationConstraint>{REGION}</LocationConstraint></CreateBucketConfiguration>"
    );
    for bucket in [ARCHIVE, STREAM_BUCKET] {
        calls.rest("s3", Method::PUT, &format!("/{bucket}"), configuration.as_str()).await?;
    }
    Ok(())
}

pub(super) async fn create_state_machine(calls: Calls<'_>) -> Result<()> {
    let definition = json!({ "StartAt": "Done", "States": { "Done": { "Type": "Pass", "End": true } } });
    let machine = json!({ "name": NAME, "roleArn": role_arn(), "definition": definition.to_string() });
    calls.json(states("CreateStateMachine"), &machine).await
}

pub(super) async fn create_stream(calls: Calls<'_>) -> Result<()> {
    let bucket = json!({ "BucketARN": format!("arn:aws:s3:::{STREAM_BUCKET}"), "RoleARN": role_arn() });
    let stream = json!({ "DeliveryStreamName": NAME, "ExtendedS3DestinationConfiguration": bucket });
    calls.json(firehose("CreateDeliveryStream"), &stream).await
}

/// Deletes everything. A resource that does not exist is no error.
pub(super) async fn delete(calls: Calls<'_>) -> Result<()> {
    let machine = json!({ "stateMachineArn": arn("states", &format!("stateMachine:{NAME}")) });
    let _ = calls.json(states("DeleteStateMachine"), &machine).await;
    let _ = calls.json(logs("DeleteLogGroup"), &json!({ "logGroupName": LOG_GROUP })).await;
    let _ = calls.json(firehose("DeleteDeliveryStream"), &json!({ "DeliveryStreamName": NAME })).await;
    let topic = arn("sns", NAME);
    let _ = calls.query("sns", &[("Action", "DeleteTopic"), ("Version", SNS_VERSION), ("TopicArn", &topic)]).await;
    for queue in [NAME, FIFO_QUEUE, TOPIC_QUEUE] {
        let url = format!("{}/{ACCOUNT}/{queue}", calls.endpoint);
        let _ = calls.json(sqs("DeleteQueue"), &json!({ "QueueUrl": url })).await;
    }
    calls.delete("lambda", &format!("/2015-03-31/functions/{NAME}")).await?;
    for bucket in [ARCHIVE, STREAM_BUCKET] {
        for key in object_keys(calls, bucket).await.unwrap_or_default() {
            calls.delete("s3", &format!("/{bucket}/{key}")).await?;
        }
        calls.delete("s3", &format!("/{bucket}")).await?;
    }
    let _ = calls.query("iam", &[("Action", "DeleteRole"), ("Version", IAM_VERSION), ("RoleName", NAME)]).await;
    Ok(())
}

async fn object_keys(calls: Calls<'_>, bucket: &str) -> Result<Vec<String>> {
    let list = calls.rest("s3", Method::GET, &format!("/{bucket}?list-type=2"), "").await?;
    Ok(keys_of_list(&list.unwrap_or_default()))
}
