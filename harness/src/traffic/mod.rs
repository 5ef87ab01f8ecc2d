//! Both ends of a stack: signed requests of senders, and the sink that receives deliveries.

pub(crate) mod certificates;
pub(crate) mod credential;
mod gateway;
pub(crate) mod github;
mod listener;
pub(crate) mod rate_limit;
pub(crate) mod script;
pub(crate) mod sender;
pub(crate) mod sink;
