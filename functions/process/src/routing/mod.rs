//! Selects the destinations of an event.

mod filter;
mod route;

pub(crate) use self::route::{RouteConfig, Routes, RoutingDecision};
