//! The capacity of an environment: what its settings allow, and what an outage of a destination does. [`Parameters`] has
//! the arithmetic, and [`simulation`] checks it.

mod chart;
mod cost;
mod model;
mod page;
mod parameters;
pub mod simulation;
mod terraform;

pub use self::cost::{Cost, sum};
pub use self::model::{Fault, Limit, Outage};
pub use self::page::Page;
#[cfg(test)]
pub(crate) use self::parameters::tests::default_lanes as parameters_with_default_lanes;
pub use self::parameters::{Billing, Destination, FunctionSettings, Lane, Parameters, ServiceTimes, Settings, Source};
