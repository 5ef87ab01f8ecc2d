//! Why routes match an event or not, from the steps of the decision itself.

use std::collections::BTreeMap;

use hookline_event::Event;

use super::filter::Condition;
use super::route::{OnUnreadable, RouteMatch, Routes, RoutingDecision, Step};
use crate::payload::{PointedValue, Unreadable};

/// The longest value of a payload that an explanation shows, in characters.
const MAX_VALUE: usize = 80;

/// Whether a route matches an event, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteExplanation {
    /// The name of the route.
    pub route: String,
    /// The destinations of the route.
    pub destinations: Vec<String>,
    /// The result.
    pub result: RouteResult,
    /// The conditions of the filter with what they found. They are empty if the source or the type differs, or if the
    /// payload cannot be read.
    pub conditions: Vec<ConditionExplanation>,
}

/// The result of comparing a route with an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteResult {
    /// The route matches.
    Matches,
    /// The route is for another source.
    OtherSource {
        /// The source of the route.
        source: String,
    },
    /// No pattern matches the type of the event.
    OtherType {
        /// The patterns.
        patterns: Vec<String>,
    },
    /// A condition of the filter does not hold.
    FilterDiffers,
    /// The filter cannot read the payload.
    FilterUnreadable {
        /// Why the payload cannot be read.
        reason: String,
        /// Whether the event goes to the dead-letter queue instead of the route's destinations.
        is_dead_lettered: bool,
    },
}

/// A condition of a filter with the value that it found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionExplanation {
    /// The condition: its JSON pointer, operator and operand.
    pub condition: String,
    /// The value of the payload, or `None` if there is none at the pointer. A long value is shortened.
    pub found: Option<String>,
    /// Whether the condition holds; `None` if the value is not Unicode text.
    pub holds: Option<bool>,
}

impl Routes {
    /// Selects the destinations of an event, and explains the result of each route.
    pub(crate) fn explain(&self, event: &Event) -> (RoutingDecision<'_>, Vec<RouteExplanation>) {
        let (mut results, mut conditions) = (BTreeMap::new(), BTreeMap::<&str, Vec<_>>::new());
        let decision = self.decide(event, &mut |step| match step {
            Step::Route { route, route_match } => {
                results.insert(route.name.as_str(), route_match);
            }
            Step::Condition { route, condition, value, result } => {
                conditions.entry(&route.name).or_default().push(explain_condition(condition, value, result));
            }
        });
        let explain = |route: &super::route::Route| RouteExplanation {
            route: route.name.clone(),
            destinations: route.destinations.clone(),
            result: match results.get(route.name.as_str()) {
                None => RouteResult::OtherSource { source: route.source.clone() },
                Some(RouteMatch::Matches) => RouteResult::Matches,
                Some(RouteMatch::Differs("types")) => {
                    RouteResult::OtherType { patterns: route.types.iter().map(ToString::to_string).collect() }
                }
                Some(RouteMatch::Differs(_)) => RouteResult::FilterDiffers,
                Some(RouteMatch::Unreadable(reason)) => RouteResult::FilterUnreadable {
                    reason: reason.to_string(),
                    is_dead_lettered: route.on_unreadable == OnUnreadable::DeadLetter,
                },
            },
            conditions: conditions.get(route.name.as_str()).cloned().unwrap_or_default(),
        };
        let routes = self.0.iter().map(explain).collect();
        (decision, routes)
    }
}

fn explain_condition(
    condition: &Condition,
    value: Option<&PointedValue<'_>>,
    result: Result<bool, Unreadable>,
) -> ConditionExplanation {
    ConditionExplanation { condition: condition.to_string(), found: value.map(shown), holds: result.ok() }
}

/// Returns a value as a reader expects it: a string in quotes, and other values in the notation of the payload.
fn shown(value: &PointedValue<'_>) -> String {
    match value {
        PointedValue::Text(text) => {
            let shortened: String = text.chars().take(MAX_VALUE).collect();
            let end = if shortened.len() < text.len() { "\u{2026}" } else { "" };
            format!("{:?}{end}", shortened)
        }
        PointedValue::Number(text) => text.chars().take(MAX_VALUE).collect(),
        PointedValue::Literal(text) => (*text).to_owned(),
        PointedValue::InvalidText => "a string that is not Unicode text".to_owned(),
        PointedValue::Composite => "an object or array".to_owned(),
    }
}
