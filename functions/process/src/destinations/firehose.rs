//! Puts the event into a Firehose stream: one record with the CloudEvent in one line of JSON.
//!
//! API: <https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecord.html>.

use aws_sdk_firehose::primitives::Blob;
use aws_sdk_firehose::types::Record;
use hookline_event::Event;
use serde::Deserialize;

use super::arn::{Arn, ArnFormat};
use super::attempt::{Attempt, before_deadline};
use super::cloud_event::{self, JsonFormat};
use super::error::DestinationError;
use super::kind::{Kind, Preview, Setup};
use super::{aws, limits};
use crate::failure::Failure;
use crate::reason::Reason;

const STREAM: ArnFormat = ArnFormat {
    service: "firehose",
    prefix: "deliverystream/",
    expected: "a Firehose stream, such as arn:aws:firehose:eu-central-1:123456789012:deliverystream/orders",
    is_regional: true,
};

/// Firehose concatenates records, so each record ends with the delimiter.
const FORMAT: JsonFormat = JsonFormat {
    inline_bytes: limits::FIREHOSE_RECORD_BYTES,
    max_bytes: limits::FIREHOSE_RECORD_BYTES,
    is_readable: |_| true,
    rewrite: cloud_event::ndjson,
};

/// The configuration of a Firehose destination, as Terraform writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The ARN of the stream, which is in the account of the function: the API takes only its name.
    stream: String,
}

/// A Firehose stream.
#[derive(Debug)]
pub(crate) struct Firehose {
    stream: Arn,
}

impl Kind for Firehose {
    const NAME: &'static str = "firehose";
    type Config = Config;

    fn new(config: Config, _: &Setup<'_>) -> Result<Self, DestinationError> {
        Ok(Self { stream: Arn::parse(&config.stream, STREAM)? })
    }

    fn preview(&self, event: &Event) -> Result<Preview, Failure> {
        Ok(Preview { target: self.stream.text.clone(), headers: Vec::new(), body: FORMAT.write(event, 0)?.into() })
    }

    async fn deliver(&self, event: &Event, attempt: Attempt<'_>) -> Result<(), Failure> {
        let data = Blob::new(FORMAT.write(event, 0)?);
        let record = Record::builder().data(data).build().map_err(|_| Reason::RequestFailed)?;
        let client = attempt.clients.firehose(&self.stream.region);
        let put = Box::pin(client.put_record().delivery_stream_name(&self.stream.name).record(record).send());
        let failure = |error| aws::call_failure("firehose", hookline_aws::Failure::from_sdk_error(&error));
        before_deadline(attempt.deadline, async { put.await.map(|_| ()).map_err(failure) }).await
    }
}
