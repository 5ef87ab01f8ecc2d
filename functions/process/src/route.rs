use std::collections::BTreeSet;

use hookline_event::Event;
use serde::Deserialize;

/// Which events go where.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Route {
    /// Its name, for logs.
    pub(crate) name: String,
    /// The source whose events it takes: a webhook source's name, or `events`.
    pub(crate) source: String,
    /// Where they go, by name.
    pub(crate) destinations: Vec<String>,
}

/// All routes. Every route that matches counts: an event goes to the destinations of all of them, to each one once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Routes(Vec<Route>);

impl Routes {
    /// In the order in which they were declared.
    #[must_use]
    pub(crate) fn new(routes: Vec<Route>) -> Self {
        Self(routes)
    }

    /// The names of an event's destinations.
    #[must_use]
    pub(crate) fn destinations(&self, event: &Event) -> BTreeSet<&str> {
        let matching = self.0.iter().filter(|route| route.source == event.source_name());
        matching.flat_map(|route| route.destinations.iter().map(String::as_str)).collect()
    }
}
