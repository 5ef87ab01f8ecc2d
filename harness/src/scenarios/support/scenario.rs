use std::pin::Pin;

use anyhow::Result;

use super::Testbed;
use crate::emulator::{Capabilities, Capability};

/// What a scenario found worth saying, beside having passed.
pub(crate) type ScenarioResult = Result<String>;

/// One thing that has to hold.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) run: for<'a> fn(&'a Testbed) -> Pin<Box<dyn Future<Output = ScenarioResult> + 'a>>,
    /// Whether it mostly waits, for a retry or a cache: neighbours that do wait together.
    pub(crate) patient: bool,
    /// What not every emulator has.
    pub(crate) needs: &'static [Capability],
    /// Why it cannot be run in this run, if it cannot.
    pub(crate) skip: fn(&Testbed) -> Option<String>,
}

impl Scenario {
    pub(crate) const fn new(
        name: &'static str,
        about: &'static str,
        run: for<'a> fn(&'a Testbed) -> Pin<Box<dyn Future<Output = ScenarioResult> + 'a>>,
    ) -> Self {
        Self { name, about, run, patient: false, needs: &[], skip: |_| None }
    }

    /// With what not every emulator has.
    pub(crate) const fn needing(self, needs: &'static [Capability]) -> Self {
        Self { needs, ..self }
    }

    /// Why it cannot be run on an emulator, if it cannot.
    pub(crate) fn lack(&self, capabilities: &Capabilities) -> Option<String> {
        self.needs.iter().find_map(|need| capabilities.lacks(*need))
    }
}
