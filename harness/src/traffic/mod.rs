//! Both ends of a stack: signed requests of senders, and the sink that receives deliveries.

pub(crate) mod github;
pub(crate) mod rate_limit;
pub(crate) mod script;
pub(crate) mod sender;
pub(crate) mod sink;
