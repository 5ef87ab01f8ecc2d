//! The destinations of events, with one file for each kind. A new kind is one file, one `mod` line here, and one line in the
//! table of `destination.rs`.

mod arn;
mod attempt;
mod aws;
mod bounded;
mod chat;
mod clients;
mod cloud_event;
mod destination;
mod discord;
mod email;
mod error;
mod escaping;
mod event_template;
mod eventbridge;
mod eventbridge_json;
mod fifo;
mod firehose;
mod http;
mod kind;
mod lambda;
mod limits;
mod microsoft_teams;
mod runs;
mod s3;
mod secret;
mod slack;
mod sns;
mod sqs;
mod stepfunctions;
mod telegram;
mod template;
mod template_context;

pub(crate) use self::attempt::Attempt;
pub use self::clients::{ClientConfig, Clients};
pub(crate) use self::destination::{Destination, DestinationConfig};
pub use self::kind::Preview;
