use std::pin::Pin;

use anyhow::Result;

use super::testbed::Testbed;
use crate::emulator::{Capabilities, Capability};
use crate::stack::{Destination, Route, Source, StackConfig};

/// The text of the result table if a scenario passes, or the error.
pub(crate) type ScenarioResult = Result<String>;

/// The function of a scenario.
pub(super) trait Run {
    fn run<'a>(&'a self, testbed: &'a Testbed) -> Pin<Box<dyn Future<Output = ScenarioResult> + 'a>>;
}

impl<F: AsyncFn(&Testbed) -> ScenarioResult> Run for F {
    fn run<'a>(&'a self, testbed: &'a Testbed) -> Pin<Box<dyn Future<Output = ScenarioResult> + 'a>> {
        Box::pin(self(testbed))
    }
}

/// When a scenario runs. Scenarios start in this order, and in the order of [`crate::scenarios::all`] within each value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Schedule {
    /// At the same time as concurrent scenarios, and before: the scenario mostly waits, such as for a lease to end.
    Waiting,
    /// At the same time as other concurrent scenarios.
    Concurrent,
    /// Alone: the scenario changes shared settings, or checks or fills the queues as a whole.
    Alone,
    /// After all others, alone.
    Last,
    /// After all others, alone: the scenario takes long, and most write more log lines than the other scenarios can search.
    Long,
}

/// An end-to-end test on a running stack.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// What the scenario proves.
    pub(crate) about: &'static str,
    pub(super) function: Box<dyn Run>,
    pub(super) schedule: Schedule,
    /// Whether the scenario takes so long that it runs only with `--all` or by its name.
    pub(crate) is_long: bool,
    needs: &'static [Capability],
    pub(super) skip_reason: fn(&Testbed) -> Option<String>,
    sources: Vec<Source>,
    destinations: Vec<Destination>,
    routes: Vec<Route>,
}

impl Schedule {
    /// Returns whether a scenario can run at the same time as others.
    pub(super) fn is_concurrent(self) -> bool {
        matches!(self, Self::Waiting | Self::Concurrent)
    }
}

impl Scenario {
    /// Returns a scenario that runs alone, on any emulator, and needs only the common sources.
    pub(crate) fn new(
        name: &'static str,
        about: &'static str,
        function: impl AsyncFn(&Testbed) -> ScenarioResult + 'static,
    ) -> Self {
        Self {
            name,
            about,
            function: Box::new(function),
            schedule: Schedule::Alone,
            is_long: false,
            needs: &[],
            skip_reason: |_| None,
            sources: Vec::new(),
            destinations: Vec::new(),
            routes: Vec::new(),
        }
    }

    /// Lets the scenario run at the same time as other concurrent scenarios. It must use its own event ids, change no
    /// shared settings, and check neither queue as a whole.
    pub(crate) fn concurrent(self) -> Self {
        Self { schedule: Schedule::Concurrent, ..self }
    }

    /// Lets the scenario run like a concurrent one, and starts it before the others, which run while it waits.
    pub(crate) fn waiting(self) -> Self {
        Self { schedule: Schedule::Waiting, ..self }
    }

    /// Runs the scenario after all others.
    pub(crate) fn last(self) -> Self {
        Self { schedule: Schedule::Last, ..self }
    }

    /// Marks a scenario that takes long, so that it runs only with `--all` or by its name. The others together should take
    /// less than two minutes.
    pub(crate) fn long(self) -> Self {
        Self { is_long: true, schedule: Schedule::Long, ..self }
    }

    /// Adds capabilities that not every emulator has.
    pub(crate) fn needs(self, needs: &'static [Capability]) -> Self {
        Self { needs, ..self }
    }

    /// Sets a function that returns why the scenario cannot run now, or `None`.
    pub(crate) fn skip_if(self, skip_reason: fn(&Testbed) -> Option<String>) -> Self {
        Self { skip_reason, ..self }
    }

    /// Adds a source to the stack.
    pub(crate) fn source(mut self, source: Source) -> Self {
        self.sources.push(source);
        self
    }

    /// Adds a destination to the stack.
    pub(crate) fn destination(mut self, destination: Destination) -> Self {
        self.destinations.push(destination);
        self
    }

    /// Adds a route to the stack.
    pub(crate) fn route(mut self, route: Route) -> Self {
        self.routes.push(route);
        self
    }

    /// Adds declarations that several scenarios share.
    pub(crate) fn with(self, add: fn(Self) -> Self) -> Self {
        add(self)
    }

    /// Adds the sources, destinations and routes of the scenario to the stack's configuration.
    ///
    /// # Errors
    ///
    /// If another scenario has declared the same name with different settings.
    pub(crate) fn declare(&self, config: &mut StackConfig) -> Result<()> {
        self.sources.iter().try_for_each(|source| config.add_source(source))?;
        self.destinations.iter().try_for_each(|destination| config.add_destination(destination))?;
        self.routes.iter().try_for_each(|route| config.add_route(route))
    }

    /// Returns the capability that the emulator does not have, as the reason to skip the scenario.
    pub(crate) fn unsupported_reason(&self, capabilities: &Capabilities) -> Option<String> {
        self.needs.iter().find_map(|capability| capabilities.unavailable_reason(*capability))
    }
}
