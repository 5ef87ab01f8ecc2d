use std::collections::{BTreeMap, BTreeSet};

use hookline_event::Event;
use serde::Deserialize;
use serde_json::Value;
use wildmatch::WildMatch;

use super::filter::{Condition, InvalidCondition};

/// The configuration of a route, as Terraform writes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RouteConfig {
    /// The source of the route's events: the name of a webhook source, or `events`. The default is the route's name.
    source: Option<String>,
    /// Patterns of event types, with `*` and `?`. An empty list matches every type.
    #[serde(default)]
    types: Vec<String>,
    /// Conditions on the payload, all of which must match.
    #[serde(default)]
    filter: Vec<Condition>,
    /// The names of the destinations.
    pub(crate) destinations: Vec<String>,
}

/// A route with compiled type patterns.
#[derive(Debug, Clone)]
struct Route {
    source: String,
    types: Vec<WildMatch>,
    filter: Vec<Condition>,
    destinations: Vec<String>,
}

/// All routes. An event is sent to the destinations of every matching route, and once to each destination.
#[derive(Debug, Clone, Default)]
pub(crate) struct Routes(Vec<Route>);

/// The result of routing one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RoutingDecision<'a> {
    /// The event is sent to these destinations.
    Destinations(BTreeSet<&'a str>),
    /// Routes exist for the event's source, but none of them matches the event. The operator does not want it
    /// delivered.
    Filtered,
    /// No route exists for the event's source. The configuration does not say what to do with the event.
    NoRoute,
}

impl Routes {
    /// Compiles the routes, which are given by name.
    ///
    /// # Errors
    ///
    /// [`InvalidCondition`]: the first invalid condition.
    pub(crate) fn new(routes: BTreeMap<String, RouteConfig>) -> Result<Self, InvalidCondition> {
        for (name, config) in &routes {
            config.filter.iter().try_for_each(|condition| condition.validate(name))?;
        }
        let route = |(name, config): (String, RouteConfig)| Route {
            source: config.source.unwrap_or(name),
            types: config.types.iter().map(|pattern| WildMatch::new(pattern)).collect(),
            filter: config.filter,
            destinations: config.destinations,
        };
        Ok(Self(routes.into_iter().map(route).collect()))
    }

    /// Selects the destinations of an event.
    #[must_use]
    pub(crate) fn route(&self, event: &Event) -> RoutingDecision<'_> {
        let mut candidates = self.0.iter().filter(|route| route.source == event.source_name()).peekable();
        if candidates.peek().is_none() {
            return RoutingDecision::NoRoute;
        }
        let mut payload = LazyPayload::new(&event.data);
        let matching = candidates.filter(|route| route.matches(event, &mut payload));
        let names: BTreeSet<_> = matching.flat_map(|route| route.destinations.iter().map(String::as_str)).collect();
        if names.is_empty() { RoutingDecision::Filtered } else { RoutingDecision::Destinations(names) }
    }
}

impl Route {
    fn matches(&self, event: &Event, payload: &mut LazyPayload<'_>) -> bool {
        let type_matches = self.types.is_empty() || self.types.iter().any(|pattern| pattern.matches(&event.event_type));
        type_matches && (self.filter.is_empty() || payload.matches(&self.filter))
    }
}

/// A payload that is parsed at most once, and only if a route has a filter.
enum LazyPayload<'a> {
    Unparsed(&'a [u8]),
    /// `None` if the payload is not JSON. Such a payload matches no filter.
    Parsed(Option<Value>),
}

impl<'a> LazyPayload<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self::Unparsed(bytes)
    }

    fn matches(&mut self, filter: &[Condition]) -> bool {
        if let Self::Unparsed(bytes) = self {
            *self = Self::Parsed(serde_json::from_slice(bytes).ok());
        }
        let Self::Parsed(Some(value)) = self else { return false };
        filter.iter().all(|condition| condition.matches(value))
    }
}
