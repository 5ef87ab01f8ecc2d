use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use hookline_event::Event;
use hookline_telemetry::Segment;
use tokio::time::Instant;

use crate::claim::Claims;
use crate::destination::{Destination, Failure, Turn};
use crate::once::{Effect, Once};
use crate::reason::Reason;
use crate::route::{Routed, Routes};

/// Takes an event to its destinations.
pub struct Delivery {
    routes: Routes,
    destinations: BTreeMap<String, Destination>,
}

/// What came of one destination.
pub(crate) struct Attempt {
    /// The destination's name; empty if it came to none.
    pub(crate) destination: String,
    /// The destination's kind.
    pub(crate) kind: &'static str,
    pub(crate) result: Result<Effect, Failure>,
    pub(crate) took: Duration,
}

impl Delivery {
    /// Over routes and the destinations that they name.
    #[must_use]
    pub(crate) fn new(routes: Routes, destinations: BTreeMap<String, Destination>) -> Self {
        Self { routes, destinations }
    }

    /// One attempt at each destination, all at once. An event whose source no route takes is a permanent failure: it was
    /// accepted, so it is never dropped. One that the routes of its source filter out has no destination.
    pub(crate) async fn deliver<C: Claims>(&self, event: &Event, turn: Turn<'_>, once: &Once<C>) -> Vec<Attempt> {
        match self.routes.of(event) {
            Routed::To(names) => join_all(names.into_iter().map(|name| self.attempt(name, event, turn, once))).await,
            Routed::FilteredOut => Vec::new(),
            Routed::Nowhere => vec![Attempt::at_none(Reason::NoRoute, Duration::ZERO)],
        }
    }

    async fn attempt<C: Claims>(&self, name: &str, event: &Event, turn: Turn<'_>, once: &Once<C>) -> Attempt {
        let started = Instant::now();
        let Some(destination) = self.destinations.get(name) else {
            return Attempt {
                destination: name.to_owned(),
                ..Attempt::at_none(Reason::UnknownDestination, Duration::ZERO)
            };
        };
        let key = format!("{}#{name}", event.dedup_key.as_str());
        let segment = Segment::begin(turn.trace, name);
        let deliver = |time| destination.deliver(event, Turn { time, trace: segment.trace() });
        let result = once.run(key, turn.time, deliver).await;
        segment.end(result.is_err());
        Attempt { destination: name.to_owned(), kind: destination.kind(), result, took: started.elapsed() }
    }
}

impl Attempt {
    /// One that came to no destination.
    pub(crate) fn at_none(reason: Reason, took: Duration) -> Self {
        Self { destination: String::new(), kind: "none", result: Err(reason.into()), took }
    }
}
