//! Names of the resources.

use crate::emulator::{ACCOUNT, REGION};

/// Name of the queue, the topic, the function, the state machine, the stream and the role.
pub(crate) const NAME: &str = "hookline-receiver";
/// Name of the log group of the function.
pub(in crate::stack) const LOG_GROUP: &str = "/aws/lambda/hookline-receiver";
/// Name of the FIFO queue.
pub(crate) const FIFO_QUEUE: &str = "hookline-receiver.fifo";
/// Name of the queue that is subscribed to the topic.
pub(crate) const TOPIC_QUEUE: &str = "hookline-receiver-topic";
/// Name of the bucket of the archive.
pub(crate) const ARCHIVE: &str = "hookline-receiver-archive";
/// Name of the bucket that the stream delivers to.
pub(crate) const STREAM_BUCKET: &str = "hookline-receiver-stream";
/// Id of the REST API.
pub(super) const API_ID: &str = "hooklinereceiver";
/// The API's method, as in its ARN.
pub(in crate::stack) const API_PATH: &str = "hooklinereceiver/live/POST/signed-api";

/// Returns the ARN of a resource in the local stack's account and region.
pub(crate) fn arn(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}")
}

/// Returns the URL of the API's method, which sends the request on to the sink.
pub(crate) fn api_url(endpoint: &str) -> String {
    format!("{endpoint}/restapis/{API_ID}/live/_user_request_/signed-api")
}

/// Returns the keys of S3's list of objects.
pub(in crate::stack) fn keys_of_list(xml: &str) -> Vec<String> {
    let keys = xml.split("<Key>").skip(1).filter_map(|rest| rest.split_once("</Key>"));
    keys.map(|(key, _)| key.to_owned()).collect()
}
