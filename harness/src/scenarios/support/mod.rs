//! What several scenarios use: the testbed, expectations, and the run with its report.

mod deployment;
pub(crate) mod everywhere;
pub(crate) mod expect;
mod ledger;
pub(crate) mod permissions;
mod report;
mod run;
mod scenario;
mod testbed;

pub(crate) use self::deployment::Deployment;
pub(crate) use self::report::{list, print};
pub(crate) use self::run::run;
pub(crate) use self::scenario::{Scenario, ScenarioResult};
pub(crate) use self::testbed::Testbed;

/// A push event from GitHub's published examples; see the licence next to the file.
pub(crate) const PUSH: &[u8] = include_bytes!("../../../testdata/github/push.json");
