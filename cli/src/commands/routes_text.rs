//! The output of `routes explain`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookline_event::Event;
use process::Preview;
use process::explain::{
    ConditionExplanation, DeliveryExplanation, Explanation, Outcome, RouteExplanation, RouteResult,
};
use serde_json::{Value, json};

use crate::explained_event;

/// Returns the explanation as text.
pub(super) fn text(event: &Event, explanation: &Explanation) -> String {
    let mut lines = vec![format!("event `{}` of type {} from {}", event.id, event.event_type, event.source_name())];
    lines.push(String::new());
    let is_other = |route: &&RouteExplanation| matches!(route.result, RouteResult::OtherSource { .. });
    let (others, routes): (Vec<_>, Vec<_>) = explanation.routes.iter().partition(is_other);
    for route in routes {
        lines.push(format!("{} `{}` {}", mark(route), route.route, result(event, route)));
        lines.extend(route.conditions.iter().map(condition));
    }
    if !others.is_empty() {
        let names: Vec<_> = others.iter().map(|route| format!("`{}`", route.route)).collect();
        lines.push(format!("- routes of other sources: {}", names.join(", ")));
    }
    lines.push(String::new());
    lines.push(outcome(explanation).to_owned());
    lines.extend(explanation.deliveries.iter().map(delivery));
    lines.join("\n")
}

/// Returns the explanation as JSON.
pub(super) fn json(event: &Event, explanation: &Explanation) -> Value {
    let (outcome, reason) = match explanation.outcome {
        Outcome::Routed { is_dead_lettered } => ("routed", is_dead_lettered.then_some("filter_unreadable")),
        Outcome::Filtered => ("filtered", None),
        Outcome::DeadLettered { reason } => ("dead_lettered", Some(reason)),
    };
    json!({
        "event": explained_event::summary(event),
        "outcome": outcome,
        "dead_letter_reason": reason,
        "routes": explanation.routes.iter().map(|route| route_json(event, route)).collect::<Vec<_>>(),
        "deliveries": explanation.deliveries.iter().map(delivery_json).collect::<Vec<_>>(),
    })
}

fn mark(route: &RouteExplanation) -> char {
    match route.result {
        RouteResult::Matches => '✓',
        RouteResult::FilterUnreadable { .. } => '!',
        _ => '✗',
    }
}

fn result(event: &Event, route: &RouteExplanation) -> String {
    let destinations = route.destinations.join(", ");
    match &route.result {
        RouteResult::Matches => format!("matches: {destinations}"),
        RouteResult::OtherSource { source } => format!("does not match: it is for the source {source}"),
        RouteResult::OtherType { patterns } => {
            format!("does not match: {} is not of the types {}", event.event_type, patterns.join(", "))
        }
        RouteResult::FilterDiffers => "does not match: a condition of its filter does not hold".to_owned(),
        RouteResult::FilterUnreadable { reason, is_dead_lettered: false } => {
            format!("is treated as if it matched, because {reason}: {destinations}")
        }
        RouteResult::FilterUnreadable { reason, is_dead_lettered: true } => {
            format!("sends the event to the dead-letter queue, because {reason}")
        }
    }
}

fn condition(condition: &ConditionExplanation) -> String {
    let ConditionExplanation { condition, found, holds } = condition;
    let mark = match holds {
        Some(true) => '✓',
        Some(false) => '✗',
        None => '!',
    };
    let found = found.as_deref().unwrap_or("nothing");
    format!("    {mark} {condition}; found {found}")
}

fn outcome(explanation: &Explanation) -> &'static str {
    match explanation.outcome {
        Outcome::Routed { is_dead_lettered: true } if explanation.deliveries.is_empty() => {
            "the event goes to the dead-letter queue with the reason filter_unreadable"
        }
        Outcome::Routed { is_dead_lettered: true } => {
            "the event is delivered, and goes to the dead-letter queue with the reason filter_unreadable"
        }
        Outcome::Routed { is_dead_lettered: false } => "the event is delivered",
        Outcome::Filtered => "no route matches: the event is dropped and counted as filtered",
        Outcome::DeadLettered { reason: "no_route" } => {
            "no route exists for the source: the event goes to the dead-letter queue with the reason no_route"
        }
        Outcome::DeadLettered { .. } => {
            "the event has passed through too many deliveries: it goes to the dead-letter queue with the reason \
             too_many_hops"
        }
    }
}

fn delivery(delivery: &DeliveryExplanation) -> String {
    let DeliveryExplanation { destination, kind, preview } = delivery;
    let title = format!("\n→ {destination} ({kind})");
    match preview {
        Ok(Preview { target, headers, body }) => {
            let headers: String = headers.iter().map(|(name, value)| format!("  {name}: {value}\n")).collect();
            let body = match std::str::from_utf8(body) {
                Ok(text) => text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n"),
                Err(_) => format!("  {} bytes that are not text", body.len()),
            };
            format!("{title}\n  {target}\n{headers}\n{body}")
        }
        Err(reason) => format!("{title}\n  goes to the dead-letter queue with the reason {reason}"),
    }
}

fn route_json(event: &Event, route: &RouteExplanation) -> Value {
    let result = match route.result {
        RouteResult::Matches => "matches",
        RouteResult::OtherSource { .. } => "other_source",
        RouteResult::OtherType { .. } => "other_type",
        RouteResult::FilterDiffers => "filter_differs",
        RouteResult::FilterUnreadable { .. } => "filter_unreadable",
    };
    json!({
        "route": route.route,
        "result": result,
        "detail": self::result(event, route),
        "destinations": route.destinations,
        "conditions": route.conditions.iter().map(condition_json).collect::<Vec<_>>(),
    })
}

fn condition_json(condition: &ConditionExplanation) -> Value {
    let ConditionExplanation { condition, found, holds } = condition;
    json!({ "condition": condition, "found": found, "holds": holds })
}

fn delivery_json(delivery: &DeliveryExplanation) -> Value {
    let mut json = json!({ "destination": delivery.destination, "kind": delivery.kind });
    match &delivery.preview {
        Ok(Preview { target, headers, body }) => {
            json["target"] = target.as_str().into();
            json["headers"] = headers.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
            match std::str::from_utf8(body) {
                Ok(text) => json["body"] = text.into(),
                Err(_) => json["body_base64"] = STANDARD.encode(body).into(),
            }
        }
        Err(reason) => json["dead_letter_reason"] = reason.as_str().into(),
    }
    json
}
