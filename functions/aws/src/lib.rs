//! The few calls of AWS that both functions make: JSON operations, S3's objects, SES's form.
//!
//! Instead of the SDK, whose clients are most of a function's package and of its CPU: what they do for these calls is here,
//! and tested. A call is signed ([SigV4](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html)), bounded in
//! time, tried again after what may pass (`retry`), with back-off, jitter and a quota, so that an outage is not met by a
//! storm; a clock that is wrong is corrected by what AWS says (`clock`); a connection that is dead costs one attempt.
//!
//! All clients share one pool of connections.

mod client;
mod clock;
mod error;
mod operation;
mod patience;
mod retry;
mod settings;
mod sign;

pub use client::{Aws, Client};
pub use error::AwsError;
pub use operation::{DYNAMODB, EVENTBRIDGE, Operation, S3, SECRETS_MANAGER, SES, SQS, Sent, Service};
pub use patience::Patience;
pub use settings::{AwsSettings, Credentials};
