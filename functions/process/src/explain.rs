//! What happens to an event, without a call: which routes match and why, and what each destination would receive. It
//! uses the routing of the function and the content that its destinations send, so an explanation cannot differ from them.

use hookline_event::Event;

use crate::config::DeliveryConfig;
use crate::destinations::{Destination, Preview};
use crate::reason::Reason;
use crate::routing::RoutingDecision;
pub use crate::routing::{ConditionExplanation, RouteExplanation, RouteResult};

/// What happens to an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The decision.
    pub outcome: Outcome,
    /// All routes, in the order of their names.
    pub routes: Vec<RouteExplanation>,
    /// The deliveries of the event, in the order of the destinations' names.
    pub deliveries: Vec<DeliveryExplanation>,
}

/// The decision about an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The event is delivered, and a route may also send it to the dead-letter queue.
    Routed {
        /// Whether a filter that cannot read the payload sends the event to the dead-letter queue too.
        is_dead_lettered: bool,
    },
    /// No route of the source matches: the event is dropped.
    Filtered,
    /// The event goes to the dead-letter queue with this reason code.
    DeadLettered {
        /// `no_route` or `too_many_hops`.
        reason: &'static str,
    },
}

/// What a destination would receive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryExplanation {
    /// The name of the destination.
    pub destination: String,
    /// The kind of the destination.
    pub kind: &'static str,
    /// The request or message, or the reason code with which the event goes to the dead-letter queue.
    pub preview: Result<Preview, String>,
}

/// Explains what the function does with an event.
#[must_use]
pub fn explain(config: &DeliveryConfig, event: &Event) -> Explanation {
    let (decision, routes) = config.routes.explain(event);
    let dead_lettered = |reason| Explanation {
        outcome: Outcome::DeadLettered { reason },
        routes: routes.clone(),
        deliveries: Vec::new(),
    };
    if config.exceeds_max_hops(event) {
        return dead_lettered("too_many_hops");
    }
    match decision {
        RoutingDecision::NoRoute => dead_lettered("no_route"),
        RoutingDecision::Filtered { .. } => Explanation { outcome: Outcome::Filtered, routes, deliveries: Vec::new() },
        RoutingDecision::Routed { destinations, is_dead_lettered, .. } => {
            let deliveries = destinations.into_iter().map(|name| explain_delivery(config, name, event)).collect();
            Explanation { outcome: Outcome::Routed { is_dead_lettered }, routes, deliveries }
        }
    }
}

fn explain_delivery(config: &DeliveryConfig, name: &str, event: &Event) -> DeliveryExplanation {
    let destination = config.destinations.get(name);
    let preview = destination.ok_or_else(|| Reason::UnknownDestination.into()).and_then(|found| found.preview(event));
    DeliveryExplanation {
        destination: name.to_owned(),
        kind: destination.map_or("none", Destination::kind),
        preview: preview.map_err(|failure| failure.reason.code().into_owned()),
    }
}
