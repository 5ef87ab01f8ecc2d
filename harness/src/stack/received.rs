//! What the AWS services of the team have received, as the emulator reports it.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use aws_sdk_sqs::Client as Sqs;
use hookline::logs::log_events;
use reqwest::Method;
use serde_json::{Value, json};

use super::Stack;
use super::aws_receivers::{LOG_GROUP, NAME, arn, keys_of_list};
use super::queues::QueueMessage;
use crate::emulator::ACCOUNT;
use crate::emulator::json_api::{self, Operation};

/// An object of a bucket.
#[derive(Debug, Clone)]
pub(crate) struct StoredObject {
    pub(crate) key: String,
    pub(crate) body: Vec<u8>,
    pub(crate) content_type: String,
    /// The user metadata, without the prefix of the headers.
    pub(crate) metadata: BTreeMap<String, String>,
}

impl Stack {
    /// Takes all visible messages of a queue of the team.
    pub(crate) async fn take_messages(&self, queue: &str) -> Result<Vec<QueueMessage>> {
        let (sqs, url) = (Sqs::new(&self.sdk), format!("{}/{ACCOUNT}/{queue}", self.endpoint));
        let mut messages = Vec::new();
        loop {
            let receive = sqs.receive_message().queue_url(&url).max_number_of_messages(10);
            let receive = receive.message_attribute_names("All").message_system_attribute_names("All".into());
            let received = receive.send().await.with_context(|| format!("cannot read the queue `{queue}`"))?;
            let received = received.messages.unwrap_or_default();
            if received.is_empty() {
                return Ok(messages);
            }
            for message in received {
                let handle = message.receipt_handle.clone().unwrap_or_default();
                sqs.delete_message().queue_url(&url).receipt_handle(handle).send().await?;
                messages.push(QueueMessage::from(message));
            }
        }
    }

    /// Returns the events that the team's function has written to its log.
    pub(crate) async fn function_events(&self, text: &str) -> Result<Vec<Value>> {
        let client = aws_sdk_cloudwatchlogs::Client::new(&self.sdk);
        let events = log_events(&client, LOG_GROUP, 0, Some(format!("\"{text}\""))).await?;
        let lines = events.into_iter().filter_map(|event| event.message).filter(|line| line.contains(text));
        Ok(lines.filter_map(|line| serde_json::from_str(&line).ok()).collect())
    }

    /// Returns the executions of the team's state machine: the name and the input of each.
    pub(crate) async fn executions(&self) -> Result<Vec<(String, Value)>> {
        let machine = json!({ "stateMachineArn": arn("states", &format!("stateMachine:{NAME}")) });
        let list = self.states("ListExecutions", machine).await?;
        let mut executions = Vec::new();
        for execution in list["executions"].as_array().into_iter().flatten() {
            let arn = json!({ "executionArn": execution["executionArn"] });
            let execution = self.states("DescribeExecution", arn).await?;
            let text = |name: &str| execution[name].as_str().unwrap_or_default();
            executions.push((text("name").to_owned(), serde_json::from_str(text("input"))?));
        }
        Ok(executions)
    }

    async fn states(&self, name: &str, body: Value) -> Result<Value> {
        let operation = Operation { service: "states", target: "AWSStepFunctions", version: "1.0", name };
        let response = json_api::call(&self.http, &self.endpoint, "test", operation, &body).await?;
        ensure!(response.status().is_success(), "states {name} failed: {}", response.text().await?);
        Ok(response.json().await?)
    }

    /// Returns the objects of a bucket of the team whose keys contain a text.
    pub(crate) async fn objects(&self, bucket: &str, text: &str) -> Result<Vec<StoredObject>> {
        let list = self.s3(Method::GET, &format!("/{bucket}?list-type=2"), Vec::new()).await?.text().await?;
        let mut objects = Vec::new();
        for key in keys_of_list(&list).into_iter().filter(|key| key.contains(text)) {
            objects.push(self.object(bucket, &key).await?);
        }
        Ok(objects)
    }

    /// Returns an object.
    pub(crate) async fn object(&self, bucket: &str, key: &str) -> Result<StoredObject> {
        let response = self.s3(Method::GET, &format!("/{bucket}/{key}"), Vec::new()).await?;
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let content_type = header("content-type").unwrap_or_default().to_owned();
        let metadata = response.headers().iter().filter_map(|(name, value)| {
            Some((name.as_str().strip_prefix("x-amz-meta-")?.to_owned(), value.to_str().ok()?.to_owned()))
        });
        let metadata = metadata.collect();
        Ok(StoredObject { key: key.to_owned(), body: response.bytes().await?.to_vec(), content_type, metadata })
    }
}
