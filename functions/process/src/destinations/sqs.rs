//! Sends the event to an SQS queue: the CloudEvent in JSON, with its attributes as message attributes.
//!
//! API: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>.

use aws_sdk_sqs::types::{MessageAttributeValue, MessageSystemAttributeNameForSends, MessageSystemAttributeValue};
use hookline_event::Event;
use hookline_telemetry::Trace;
use serde::Deserialize;

use super::arn::{Arn, ArnFormat};
use super::attempt::{Attempt, before_deadline};
use super::cloud_event::{self, JsonFormat};
use super::error::DestinationError;
use super::fifo::{Fifo, FifoIds};
use super::kind::{Kind, Preview, Setup};
use super::{aws, limits};
use crate::failure::Failure;
use crate::reason::Reason;

const QUEUE: ArnFormat = ArnFormat {
    service: "sqs",
    prefix: "",
    expected: "a queue, such as arn:aws:sqs:eu-central-1:123456789012:orders",
    is_regional: true,
};

/// The type of the attributes, which counts towards the size of the message.
const DATA_TYPE: &str = "String";

const FORMAT: JsonFormat = JsonFormat {
    inline_bytes: limits::SQS_MESSAGE_BYTES,
    max_bytes: limits::SQS_MESSAGE_BYTES,
    is_readable: |_| true,
    rewrite: cloud_event::escape_noncharacters,
};

/// The configuration of an SQS destination, as Terraform writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The ARN of the queue. A FIFO queue's name ends with `.fifo`.
    queue: String,
    /// A template for the message group, for a FIFO queue.
    group: Option<String>,
}

/// A queue.
#[derive(Debug)]
pub(crate) struct Sqs {
    queue: Arn,
    fifo: Option<Fifo>,
}

/// The parts of a message.
struct Message {
    body: String,
    attributes: Vec<(&'static str, String)>,
    fifo: Option<FifoIds>,
}

impl Kind for Sqs {
    const NAME: &'static str = "sqs";
    type Config = Config;

    fn new(config: Config, _: &Setup<'_>) -> Result<Self, DestinationError> {
        let queue = Arn::parse(&config.queue, QUEUE)?;
        Ok(Self { fifo: Fifo::new(&queue, config.group)?, queue })
    }

    fn preview(&self, event: &Event) -> Result<Preview, Failure> {
        let Message { body, attributes, fifo } = self.message(event)?;
        let mut headers = cloud_event::headers(&attributes);
        headers.extend(fifo.iter().flat_map(FifoIds::headers));
        Ok(Preview { target: self.queue.text.clone(), headers, body: body.into() })
    }

    async fn deliver(&self, event: &Event, attempt: Attempt<'_>) -> Result<(), Failure> {
        let Message { body, attributes, fifo } = self.message(event)?;
        let (client, endpoint) = attempt.clients.sqs(&self.queue.region);
        let mut send = client.send_message().queue_url(queue_url(&self.queue, endpoint)).message_body(body);
        for (name, value) in attributes {
            let value = MessageAttributeValue::builder().data_type(DATA_TYPE).string_value(value).build();
            send = send.message_attributes(name, value.map_err(|_| Reason::RequestFailed)?);
        }
        if let Some(trace) = attempt.trace.map(Trace::header) {
            let value = MessageSystemAttributeValue::builder().data_type(DATA_TYPE).string_value(trace).build();
            let name = MessageSystemAttributeNameForSends::AwsTraceHeader;
            send = send.message_system_attributes(name, value.map_err(|_| Reason::RequestFailed)?);
        }
        if let Some(FifoIds { group, deduplication }) = fifo {
            send = send.message_group_id(group).message_deduplication_id(deduplication);
        }
        let failure = |error| aws::call_failure("sqs", hookline_aws::Failure::from_sdk_error(&error));
        let send = Box::pin(send.send());
        before_deadline(attempt.deadline, async { send.await.map(|_| ()).map_err(failure) }).await
    }
}

impl Sqs {
    fn message(&self, event: &Event) -> Result<Message, Failure> {
        let attributes = cloud_event::attributes(event);
        let size = |(name, value): &(&str, String)| name.len() + DATA_TYPE.len() + value.len();
        let body = FORMAT.write(event, attributes.iter().map(size).sum())?;
        Ok(Message { body, attributes, fifo: self.fifo.as_ref().map(|fifo| fifo.ids(event)) })
    }
}

/// Returns the URL of a queue, by which SQS identifies it. The call goes to the client's endpoint.
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html>
fn queue_url(queue: &Arn, endpoint: Option<&str>) -> String {
    let Arn { partition, region, account, name, .. } = queue;
    let suffix = if partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    let default = || format!("https://sqs.{region}.{suffix}");
    let endpoint = endpoint.map_or_else(default, |endpoint| endpoint.trim_end_matches('/').to_owned());
    format!("{endpoint}/{account}/{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_follows_from_the_arn() {
        for (partition, region, endpoint, expected) in [
            ("aws", "eu-central-1", None, "https://sqs.eu-central-1.amazonaws.com/123456789012/orders.fifo"),
            ("aws-cn", "cn-north-1", None, "https://sqs.cn-north-1.amazonaws.com.cn/123456789012/orders.fifo"),
            ("aws", "eu-central-1", Some("http://localhost:4566/"), "http://localhost:4566/123456789012/orders.fifo"),
        ] {
            let arn = Arn::parse(&format!("arn:{partition}:sqs:{region}:123456789012:orders.fifo"), QUEUE).unwrap();
            assert_eq!(queue_url(&arn, endpoint), expected);
        }
    }
}
