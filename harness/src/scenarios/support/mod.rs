//! Parts that several scenarios use: the testbed, expectations, and the run with its report.

mod deployment;
pub(crate) mod every_kind;
pub(crate) mod expect;
mod github;
mod inbox;
mod ledger;
pub(crate) mod log;
pub(crate) mod permissions;
pub(crate) mod release;
mod report;
mod run;
mod scenario;
pub(crate) mod schemes;
pub(crate) mod services;
mod testbed;
mod traffic;
mod visibility;

pub(crate) use self::deployment::Deployment;
pub(crate) use self::github::PUSH;
pub(crate) use self::report::{list, print};
pub(crate) use self::run::run;
pub(crate) use self::scenario::{Scenario, ScenarioResult};
pub(crate) use self::testbed::Testbed;
pub(crate) use self::traffic::{while_sending, with_little_traffic, with_traffic};
pub(crate) use self::visibility::with_visibility;
