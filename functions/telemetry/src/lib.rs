//! Logs and trace context of both functions.
//!
//! One JSON line an outcome, on standard output, where Lambda takes it to CloudWatch. The fields have the same names in
//! both functions: `request_id`, `event_id`, `source`, `type`, `outcome`, `reason`, `destination`, `attempt`,
//! `duration_ms`. No line carries a secret, a signature, a token or a body.

mod logs;
mod trace;

pub use logs::{LogLevel, UnknownLevel, start};
pub use trace::traceparent;
