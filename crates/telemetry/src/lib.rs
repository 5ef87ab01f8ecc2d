//! What both functions tell of themselves, set up in one call.
//!
//! - **Logs**: one JSON line an outcome ([`Line`]), on standard output, where Lambda takes it to CloudWatch. The fields are the
//!   same in both functions; no line carries a secret, a signature, a token or a body.
//! - **Metrics**: in the same lines, in CloudWatch's embedded format ([`Metric`]): no call, no second line.
//! - **Traces**: X-Ray's header in and out, in both its forms ([`Trace`]), and what took the time ([`Segment`]).
//!
//! `docs/observability.md` has the tables of fields and metrics.

mod cold_start;
mod context;
mod datum;
mod emf;
mod level;
mod line;
mod metric;
mod output;
mod segment;
mod start;
mod tally;
mod trace;

pub use cold_start::ColdStart;
pub use context::{Context, within};
pub use datum::Datum;
pub use level::{Level, UnknownLevel};
pub use line::Line;
pub use metric::Metric;
pub use output::{Captured, Settings, capture};
pub use segment::Segment;
pub use start::start;
pub use tally::Tally;
pub use trace::Trace;
