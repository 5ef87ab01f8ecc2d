use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use hookline_event::Event;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use wildmatch::WildMatch;

use super::filter::{Condition, InvalidCondition};
use crate::payload::{PointedValue, Pointers, ReadablePayload, Unreadable};

/// The configuration of a route, as Terraform writes it: an object, or only its destinations if it has no other option: the
/// name of one, or the names of several. Most routes have one, and the environment of a function is limited to 4 KB.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub(crate) struct RouteConfig {
    /// The source of the route's events: the name of a webhook source, or `events`. The default is the route's name.
    source: Option<String>,
    /// Patterns of event types, with `*` and `?`. An empty list matches every type.
    #[serde(default)]
    types: Vec<String>,
    /// Conditions on the payload, all of which must match.
    #[serde(default)]
    filter: Vec<Condition>,
    /// What to do with an event whose payload the filter cannot read.
    #[serde(default)]
    on_unreadable: OnUnreadable,
    /// The names of the destinations. The default is the route's name.
    destinations: Option<Vec<String>>,
}

impl<'de> Deserialize<'de> for RouteConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RouteConfigVisitor)
    }
}

struct RouteConfigVisitor;

impl<'de> Visitor<'de> for RouteConfigVisitor {
    type Value = RouteConfig;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a route or the names of destinations")
    }

    fn visit_str<E: de::Error>(self, destination: &str) -> Result<RouteConfig, E> {
        Ok(RouteConfig { destinations: Some(vec![destination.to_owned()]), ..RouteConfig::default() })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, destinations: A) -> Result<RouteConfig, A::Error> {
        let destinations = Vec::deserialize(SeqAccessDeserializer::new(destinations))?;
        Ok(RouteConfig { destinations: Some(destinations), ..RouteConfig::default() })
    }

    fn visit_map<A: MapAccess<'de>>(self, options: A) -> Result<RouteConfig, A::Error> {
        // The derived function, which `remote` makes an inherent one.
        RouteConfig::deserialize(MapAccessDeserializer::new(options))
    }
}

impl RouteConfig {
    /// Returns the names of the destinations of the route with this name.
    pub(crate) fn destinations(&self, name: &str) -> Vec<String> {
        self.destinations.clone().unwrap_or_else(|| vec![name.to_owned()])
    }
}

/// What to do with an event whose payload a filter cannot read. The event is never dropped, because the operator has not
/// decided that it is unwanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum OnUnreadable {
    /// Deliver the event, as if the filter matched.
    #[default]
    Deliver,
    /// Send the event to the dead-letter queue.
    DeadLetter,
}

/// A route with compiled type patterns.
#[derive(Debug, Clone)]
pub(super) struct Route {
    pub(super) name: String,
    pub(super) source: String,
    pub(super) types: Vec<WildMatch>,
    pub(super) filter: Vec<Condition>,
    pub(super) on_unreadable: OnUnreadable,
    pub(super) destinations: Vec<String>,
}

/// All routes. An event is sent to the destinations of every matching route, and once to each destination.
#[derive(Debug, Clone, Default)]
pub(crate) struct Routes(pub(super) Vec<Route>);

/// The result of routing one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RoutingDecision<'a> {
    /// At least one route matches, or has a filter that cannot read the payload.
    Routed {
        /// The event is sent to these destinations.
        destinations: BTreeSet<&'a str>,
        /// Whether the event is also sent to the dead-letter queue, because of a route that requires it.
        is_dead_lettered: bool,
        /// The routes whose filter cannot read the payload, and the reason.
        unreadable: Vec<(&'a str, Unreadable)>,
    },
    /// Routes exist for the event's source, but none of them matches the event. The operator does not want it
    /// delivered.
    Filtered {
        /// Each route of the source, and the option that does not match.
        routes: Vec<(&'a str, &'static str)>,
    },
    /// No route exists for the event's source. The configuration does not say what to do with the event.
    NoRoute,
}

/// Whether a route matches an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RouteMatch {
    Matches,
    /// The option that does not match.
    Differs(&'static str),
    /// The filter cannot read the payload.
    Unreadable(Unreadable),
}

/// A step of the decision, which an explanation shows.
#[derive(Debug)]
pub(super) enum Step<'r, 'v> {
    /// A condition of a route's filter was compared with the value that its pointer selects.
    Condition {
        route: &'r Route,
        condition: &'r Condition,
        value: Option<&'v PointedValue<'v>>,
        result: Result<bool, Unreadable>,
    },
    /// A route of the event's source matches or not.
    Route { route: &'r Route, route_match: RouteMatch },
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
            destinations: config.destinations(&name),
            source: config.source.unwrap_or_else(|| name.clone()),
            name,
            types: config.types.iter().map(|pattern| WildMatch::new(pattern)).collect(),
            filter: config.filter,
            on_unreadable: config.on_unreadable,
        };
        Ok(Self(routes.into_iter().map(route).collect()))
    }

    /// Selects the destinations of an event.
    #[must_use]
    pub(crate) fn route(&self, event: &Event) -> RoutingDecision<'_> {
        self.decide(event, &mut |_| {})
    }

    /// Selects the destinations of an event, and passes each step to `observe`.
    pub(super) fn decide<'r>(&'r self, event: &Event, observe: &mut dyn FnMut(Step<'r, '_>)) -> RoutingDecision<'r> {
        let candidates: Vec<_> = self.0.iter().filter(|route| route.source == event.source_name()).collect();
        if candidates.is_empty() {
            return RoutingDecision::NoRoute;
        }
        let matches = match_routes(&candidates, event, observe);
        let mut destinations = BTreeSet::new();
        let mut unreadable = Vec::new();
        let mut differing = Vec::new();
        let mut dead_lettering = Vec::new();
        for (route, route_match) in candidates.into_iter().zip(matches) {
            let names = route.destinations.iter().map(String::as_str);
            observe(Step::Route { route, route_match });
            match route_match {
                RouteMatch::Matches => destinations.extend(names),
                RouteMatch::Differs(option) => differing.push((route.name.as_str(), option)),
                RouteMatch::Unreadable(reason) => {
                    unreadable.push((route.name.as_str(), reason));
                    match route.on_unreadable {
                        OnUnreadable::Deliver => destinations.extend(names),
                        OnUnreadable::DeadLetter => dead_lettering.push(route),
                    }
                }
            }
        }
        if destinations.is_empty() && unreadable.is_empty() {
            return RoutingDecision::Filtered { routes: differing };
        }
        // A destination that another route selects receives the event, so nothing is lost.
        let is_selected = |name: &String| destinations.contains(name.as_str());
        let is_dead_lettered = dead_lettering.iter().any(|route| !route.destinations.iter().all(is_selected));
        RoutingDecision::Routed { destinations, is_dead_lettered, unreadable }
    }
}

/// Matches routes with an event. The payload is read once for all filters, and only if a filter needs it.
fn match_routes<'r>(routes: &[&'r Route], event: &Event, observe: &mut dyn FnMut(Step<'r, '_>)) -> Vec<RouteMatch> {
    let has_type =
        |route: &Route| route.types.is_empty() || route.types.iter().any(|pattern| pattern.matches(&event.event_type));
    let of_type: Vec<_> = routes.iter().map(|route| has_type(route)).collect();
    let filters =
        || routes.iter().zip(&of_type).filter(|(_, has_type)| **has_type).flat_map(|(route, _)| &route.filter);
    if filters().next().is_none() {
        let route_match = |has_type| if has_type { RouteMatch::Matches } else { RouteMatch::Differs("types") };
        return of_type.into_iter().map(route_match).collect();
    }
    let pointers = Pointers::new(filters().map(|condition| condition.pointer.as_str()));
    let (content_type, content_encoding) = (event.content_type.as_deref(), event.content_encoding.as_deref());
    let payload = ReadablePayload::read(&event.data, content_type, content_encoding);
    let values = payload.as_ref().map(|payload| payload.find(&pointers));
    let mut values = values.map(Vec::into_iter);
    let route_match = |(route, has_type): (&&'r Route, bool)| {
        let route: &'r Route = route;
        if !has_type {
            return RouteMatch::Differs("types");
        }
        match &mut values {
            Ok(values) => {
                let values = values.by_ref().take(route.filter.len());
                let results: Vec<_> = route
                    .filter
                    .iter()
                    .zip(values)
                    .map(|(condition, value)| {
                        let (value, result) = (value.as_ref(), condition.matches(value.as_ref()));
                        observe(Step::Condition { route, condition, value, result });
                        result
                    })
                    .collect();
                // One condition that does not match decides, whatever the others are.
                if results.contains(&Ok(false)) {
                    return RouteMatch::Differs("filter");
                }
                results.into_iter().find_map(Result::err).map_or(RouteMatch::Matches, RouteMatch::Unreadable)
            }
            Err(_) if route.filter.is_empty() => RouteMatch::Matches,
            Err(reason) => RouteMatch::Unreadable(**reason),
        }
    };
    routes.iter().zip(of_type).map(route_match).collect()
}
