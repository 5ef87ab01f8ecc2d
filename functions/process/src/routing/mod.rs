//! Which events go to which destinations.

mod filter;
mod route;

pub(crate) use self::route::{RouteConfig, Routed, Routes};
