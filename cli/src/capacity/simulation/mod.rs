//! A discrete-event simulation of the queues and lanes in virtual time. It makes no call and never sleeps, and a seed
//! determines its result.
//!
//! Two simplifications: each lane has its own sandboxes, and the results of a batch count when the batch ends.

mod breaker;
mod delayed;
mod delivery;
mod histogram;
mod lanes;
mod one_lane;
mod recorder;
mod workers;
mod world;

pub use self::lanes::simulate as simulate_lanes;
pub use self::one_lane::{VisibilityRetry, simulate as simulate_one_lane};
pub use self::recorder::{Report, Sample, Simulated};
pub use self::world::Scenario;

#[cfg(test)]
mod tests;
