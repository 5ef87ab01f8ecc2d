//! Logs, metrics and traces of the functions, set up in one call.
//!
//! - **Logs**: one JSON line per outcome ([`Line`]), on standard output, which Lambda sends to CloudWatch. Both
//!   functions use the same fields. No line contains a secret, a signature, a token or a body.
//! - **Metrics**: part of the same lines, in CloudWatch's embedded metric format ([`Metric`]). They need no API call
//!   and no second line.
//! - **Traces**: reads and writes X-Ray's trace header and W3C's `traceparent` ([`Trace`]), and reports the duration of
//!   operations as subsegments ([`Segment`]).
//!
//! `docs/observability.md` lists all fields and metrics.

mod batch_summary;
mod cold_start;
mod context;
mod emf;
mod level;
mod line;
mod metric;
mod metric_value;
mod output;
mod segment;
mod start;
mod trace;
mod version;

pub use batch_summary::BatchSummary;
pub use cold_start::ColdStart;
pub use context::{Context, with_context};
pub use level::{Level, UnknownLevel};
pub use line::Line;
pub use metric::Metric;
pub use metric_value::MetricValue;
pub use output::{CapturedOutput, Settings, capture};
pub use segment::Segment;
pub use start::start;
pub use trace::Trace;
pub use version::VERSION;
