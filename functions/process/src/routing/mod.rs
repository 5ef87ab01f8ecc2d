//! Selects the destinations of an event.

mod explanation;
mod filter;
mod route;

pub use self::explanation::{ConditionExplanation, RouteExplanation, RouteResult};
pub(crate) use self::route::{RouteConfig, Routes, RoutingDecision};
