use std::collections::BTreeSet;

use hookline_event::Event;
use serde::Deserialize;

/// Which events go where.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Route {
    /// Its name, for logs.
    pub name: String,
    /// The source whose events it takes: a webhook source's name, or `events`.
    pub source: String,
    /// Where they go, by name.
    pub destinations: Vec<String>,
}

/// All routes. Every route that matches counts: an event goes to the destinations of all of them, to each one once.
#[derive(Debug, Clone, Default)]
pub struct Routes(Vec<Route>);

impl Routes {
    /// In the order in which they were declared.
    #[must_use]
    pub fn new(routes: Vec<Route>) -> Self {
        Self(routes)
    }

    /// The names of an event's destinations.
    #[must_use]
    pub fn destinations(&self, event: &Event) -> BTreeSet<&str> {
        let matching = self.0.iter().filter(|route| route.source == event.source_name());
        matching.flat_map(|route| route.destinations.iter().map(String::as_str)).collect()
    }
}
