use std::collections::{BTreeMap, BTreeSet};

use hookline_event::Event;
use serde::Deserialize;
use serde_json::Value;
use wildmatch::WildMatch;

use super::filter::{BadCondition, Condition};

/// Which events go where, as Terraform writes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RouteConfig {
    /// The source whose events it takes: a webhook source's name, or `events`. Left out, it is that of the route's name.
    source: Option<String>,
    /// Which of them, by type, with `*` and `?`; all if there are none.
    #[serde(default)]
    types: Vec<String>,
    /// What has to hold of the payload; every one of them.
    #[serde(default)]
    filter: Vec<Condition>,
    /// Where they go, by name.
    pub(crate) destinations: Vec<String>,
}

/// A route, ready to be asked.
#[derive(Debug, Clone)]
struct Route {
    source: String,
    types: Vec<WildMatch>,
    filter: Vec<Condition>,
    destinations: Vec<String>,
}

/// All routes. Every route that matches counts: an event goes to the destinations of all of them, to each one once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Routes(Vec<Route>);

/// What the routes say of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Routed<'a> {
    /// It goes to these destinations.
    To(BTreeSet<&'a str>),
    /// Routes take its source, and none of them this event: its owner does not want it.
    FilteredOut,
    /// No route takes its source: nobody has said what is to become of it.
    Nowhere,
}

impl Routes {
    /// By name.
    ///
    /// # Errors
    ///
    /// [`BadCondition`] names the first condition that cannot be asked.
    pub(crate) fn new(routes: BTreeMap<String, RouteConfig>) -> Result<Self, BadCondition> {
        for (name, config) in &routes {
            config.filter.iter().try_for_each(|condition| condition.check(name))?;
        }
        let route = |(name, config): (String, RouteConfig)| Route {
            source: config.source.unwrap_or(name),
            types: config.types.iter().map(|it| WildMatch::new(it)).collect(),
            filter: config.filter,
            destinations: config.destinations,
        };
        Ok(Self(routes.into_iter().map(route).collect()))
    }

    /// What becomes of an event.
    #[must_use]
    pub(crate) fn of(&self, event: &Event) -> Routed<'_> {
        let mut candidates = self.0.iter().filter(|route| route.source == event.source_name()).peekable();
        if candidates.peek().is_none() {
            return Routed::Nowhere;
        }
        let mut payload = Payload::new(&event.data);
        let matching = candidates.filter(|route| route.takes(event, &mut payload));
        let names: BTreeSet<_> = matching.flat_map(|route| route.destinations.iter().map(String::as_str)).collect();
        if names.is_empty() { Routed::FilteredOut } else { Routed::To(names) }
    }
}

impl Route {
    fn takes(&self, event: &Event, payload: &mut Payload<'_>) -> bool {
        let typed = self.types.is_empty() || self.types.iter().any(|glob| glob.matches(&event.event_type));
        typed && (self.filter.is_empty() || payload.meets(&self.filter))
    }
}

/// The payload as a value, made once and only if a filter asks for it.
enum Payload<'a> {
    Bytes(&'a [u8]),
    /// `None` of what is no JSON: it meets no filter.
    Read(Option<Value>),
}

impl<'a> Payload<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self::Bytes(bytes)
    }

    fn meets(&mut self, filter: &[Condition]) -> bool {
        if let Self::Bytes(bytes) = self {
            *self = Self::Read(serde_json::from_slice(bytes).ok());
        }
        let Self::Read(Some(value)) = self else { return false };
        filter.iter().all(|condition| condition.holds(value))
    }
}
