//! What a team owns in its AWS account and Hookline sends to: queues, a topic, a function, a state machine, a stream,
//! buckets and an API. The harness creates them before the stack.

mod api;
mod calls;
mod lifecycle;
mod names;
mod services;

pub(super) use self::lifecycle::{create, delete};
pub(super) use self::names::{API_PATH, LOG_GROUP, keys_of_list};
pub(crate) use self::names::{ARCHIVE, FIFO_QUEUE, NAME, STREAM_BUCKET, TOPIC_QUEUE, api_url, arn};
