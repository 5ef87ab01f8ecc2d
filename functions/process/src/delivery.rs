use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use hookline_event::Event;
use tokio::time::Instant;

use crate::claim::Claims;
use crate::destination::{Destination, Failure};
use crate::once::{Effect, Once};
use crate::route::{Routed, Routes};

/// Takes an event to its destinations.
pub struct Delivery {
    routes: Routes,
    destinations: BTreeMap<String, Destination>,
}

/// What came of one destination.
pub(crate) struct Attempt {
    pub(crate) destination: String,
    pub(crate) result: Result<Effect, Failure>,
    pub(crate) took: Duration,
}

impl Delivery {
    /// Over routes and the destinations that they name.
    #[must_use]
    pub(crate) fn new(routes: Routes, destinations: BTreeMap<String, Destination>) -> Self {
        Self { routes, destinations }
    }

    /// One attempt at each destination, all at once, within `time`. An event whose source no route takes is a permanent
    /// failure: it was accepted, so it is never dropped. One that the routes of its source filter out has no destination.
    pub(crate) async fn deliver<C: Claims>(&self, event: &Event, time: Duration, once: &Once<C>) -> Vec<Attempt> {
        match self.routes.of(event) {
            Routed::To(names) => join_all(names.into_iter().map(|name| self.attempt(name, event, time, once))).await,
            Routed::FilteredOut => Vec::new(),
            Routed::Nowhere => {
                let result = Err(Failure::permanent("no_route"));
                vec![Attempt { destination: String::new(), result, took: Duration::ZERO }]
            }
        }
    }

    async fn attempt<C: Claims>(&self, name: &str, event: &Event, time: Duration, once: &Once<C>) -> Attempt {
        let started = Instant::now();
        let result = match self.destinations.get(name) {
            Some(destination) => {
                let key = format!("{}#{name}", event.dedup_key.as_str());
                once.run(key, time, |left| destination.deliver(event, left)).await
            }
            None => Err(Failure::permanent("unknown_destination")),
        };
        Attempt { destination: name.to_owned(), result, took: started.elapsed() }
    }
}
