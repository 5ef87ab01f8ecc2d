//! What both functions tell of themselves, set up in one call.
//!
//! - **Logs**: one JSON line an outcome ([`Line`]), on standard output, where Lambda takes it to CloudWatch. The fields are the
//!   same in both functions; no line carries a secret, a signature, a token or a body.
//! - **Metrics**: in the same lines, in CloudWatch's embedded format ([`Metric`]): no call, no second line.
//! - **Traces**: X-Ray's header in and out, in both its forms ([`Trace`]), and what took the time ([`Segment`]).
//!
//! `docs/observability.md` has the tables of fields and metrics.

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
