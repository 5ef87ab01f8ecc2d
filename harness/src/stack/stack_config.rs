//! Sources, destinations and routes of the local stack.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use rustls::ServerConfig;
use serde_json::{Value, json};

use super::destinations::Destination;
use super::sources::Source;
use crate::emulator::Capabilities;
use crate::traffic::sink::Receivers;

/// A route of the local stack.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Route {
    pub(crate) name: &'static str,
    source: &'static str,
    destinations: Vec<&'static str>,
    types: Vec<&'static str>,
    filter: Option<Value>,
}

impl Route {
    /// Returns a route for all events of a source.
    pub(crate) fn new(name: &'static str, source: &'static str, destinations: &[&'static str]) -> Self {
        Self { name, source, destinations: destinations.to_vec(), types: Vec::new(), filter: None }
    }

    /// Limits the route to event types.
    pub(crate) fn types(self, types: &[&'static str]) -> Self {
        Self { types: types.to_vec(), ..self }
    }

    /// Limits the route to payloads that match all conditions.
    pub(crate) fn filter(self, conditions: Value) -> Self {
        Self { filter: Some(conditions), ..self }
    }

    /// Returns the entry in the Terraform variable `routes`, with those destinations that exist.
    fn terraform_value(&self, existing: &dyn Fn(&str) -> bool) -> Value {
        let destinations: Vec<_> = self.destinations.iter().filter(|name| existing(name)).collect();
        let mut value = json!({ "source": self.source, "destinations": destinations });
        if !self.types.is_empty() {
            value["types"] = json!(self.types);
        }
        if let Some(filter) = &self.filter {
            value["filter"] = filter.clone();
        }
        value
    }
}

/// The configuration of the local stack, by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct StackConfig {
    sources: BTreeMap<&'static str, Source>,
    destinations: BTreeMap<&'static str, Destination>,
    routes: BTreeMap<&'static str, Route>,
}

impl StackConfig {
    /// Adds a source, and its own route if it has one.
    ///
    /// # Errors
    ///
    /// If there is a source or a route with this name and other settings.
    pub(crate) fn add_source(&mut self, source: &Source) -> Result<()> {
        add("source", &mut self.sources, source.name, source)?;
        match source.destination {
            Some(destination) => self.add_route(&Route::new(source.name, source.name, &[destination])),
            None => Ok(()),
        }
    }

    /// Adds a destination.
    ///
    /// # Errors
    ///
    /// If there is a destination with this name and other settings.
    pub(crate) fn add_destination(&mut self, destination: &Destination) -> Result<()> {
        add("destination", &mut self.destinations, destination.name, destination)
    }

    /// Adds a route.
    ///
    /// # Errors
    ///
    /// If there is a route with this name and other settings.
    pub(crate) fn add_route(&mut self, route: &Route) -> Result<()> {
        add("route", &mut self.routes, route.name, route)
    }

    /// Returns all sources, by name.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &Source> {
        self.sources.values()
    }

    /// Returns the source with this name.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub(crate) fn source(&self, name: &str) -> Result<&Source> {
        let names = || self.sources.keys().copied().collect::<Vec<_>>().join(", ");
        self.sources.get(name).with_context(|| format!("unknown source `{name}`: the sources are {}", names()))
    }

    /// Returns the destinations of all routes of a source, each once.
    pub(crate) fn destinations_of(&self, source: &str) -> Vec<&'static str> {
        let routes = self.routes.values().filter(|route| route.source == source);
        let mut names: Vec<_> = routes.flat_map(|route| route.destinations.iter().copied()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Returns the destination with this name.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub(crate) fn destination(&self, name: &str) -> Result<&Destination> {
        self.destinations.get(name).with_context(|| format!("unknown destination `{name}`"))
    }

    /// Returns how the sink receives at the paths of the destinations.
    pub(crate) fn receivers(&self, tls: Arc<ServerConfig>, emulator: &str) -> Receivers {
        let destinations = self.destinations.values();
        Receivers {
            scripts: destinations.clone().map(|destination| (destination.name, destination.script)).collect(),
            credentials: destinations.filter_map(|found| Some((found.name, found.credential()?))).collect(),
            tls: Some(tls),
            emulator: emulator.to_owned(),
        }
    }

    /// Returns the Terraform variables `sources`, `destinations` and `routes`, without those destinations that the
    /// emulator does not support. `sink` is the sink's URL without a path.
    pub(crate) fn terraform_variables(&self, capabilities: &Capabilities, sink: &str) -> Value {
        let available = |name: &str| self.destinations.get(name).is_some_and(|found| found.is_available(capabilities));
        let sources = self.sources.values();
        let sources = sources.map(|source| (source.name.to_owned(), source.terraform_value(capabilities, sink)));
        let destinations = self.destinations.values().filter(|destination| available(destination.name));
        let destinations =
            destinations.map(|destination| (destination.name.to_owned(), destination.terraform_value(sink)));
        let routes = self.routes.values().map(|route| (route.name.to_owned(), route.terraform_value(&available)));
        json!({
            "sources": Value::Object(sources.collect()),
            "destinations": Value::Object(destinations.collect()),
            "routes": Value::Object(routes.collect()),
        })
    }

    /// Checks that each route leads from an existing source to existing destinations, and that each source has a route.
    ///
    /// # Errors
    ///
    /// If a source or a destination is missing.
    pub(crate) fn check(&self) -> Result<()> {
        for Route { name, source, destinations, .. } in self.routes.values() {
            // Terraform adds the source `events`.
            let exists = *source == "events" || self.sources.contains_key(source);
            ensure!(exists, "route `{name}` needs source `{source}`, which no scenario declares");
            for destination in destinations {
                let exists = self.destinations.contains_key(destination);
                ensure!(exists, "route `{name}` needs destination `{destination}`, which no scenario declares");
            }
        }
        for source in self.sources.keys() {
            ensure!(!self.destinations_of(source).is_empty(), "source `{source}` has no route");
        }
        Ok(())
    }
}

/// Inserts a declaration, or compares it with the one of the same name.
fn add<T: Clone + PartialEq>(
    what: &str,
    declared: &mut BTreeMap<&'static str, T>,
    name: &'static str,
    declaration: &T,
) -> Result<()> {
    let first = declared.entry(name).or_insert_with(|| declaration.clone());
    ensure!(*first == *declaration, "{what} `{name}` is declared twice with different settings");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traffic::script::Script;

    #[test]
    fn same_declaration_twice_is_one() {
        let mut config = StackConfig::default();
        for _ in 0..2 {
            config.add_source(&Source::github("flaky").sends_to("flaky")).unwrap();
            config.add_destination(&Destination::http("flaky", Script::FailsTwice)).unwrap();
        }
        assert_eq!((config.sources.len(), config.routes.len(), config.destinations.len()), (1, 1, 1));
        assert!(config.check().is_ok());
    }

    #[test]
    fn conflicting_declarations_are_rejected() {
        let mut config = StackConfig::default();
        config.add_source(&Source::github("flaky").sends_to("flaky")).unwrap();
        let error = config.add_source(&Source::github("flaky").sends_to("orders")).unwrap_err();
        assert_eq!(error.to_string(), "source `flaky` is declared twice with different settings");
        config.add_destination(&Destination::http("flaky", Script::FailsTwice)).unwrap();
        let error = config.add_destination(&Destination::http("flaky", Script::Fails)).unwrap_err();
        assert_eq!(error.to_string(), "destination `flaky` is declared twice with different settings");
        let error = config.add_route(&Route::new("flaky", "flaky", &["orders"])).unwrap_err();
        assert_eq!(error.to_string(), "route `flaky` is declared twice with different settings");
    }

    #[test]
    fn missing_declarations_are_reported() {
        let mut config = StackConfig::default();
        config.add_source(&Source::github("lonely")).unwrap();
        assert_eq!(config.check().unwrap_err().to_string(), "source `lonely` has no route");
        config.add_route(&Route::new("lonely", "lonely", &["nowhere"])).unwrap();
        let error = config.check().unwrap_err().to_string();
        assert_eq!(error, "route `lonely` needs destination `nowhere`, which no scenario declares");
    }
}
