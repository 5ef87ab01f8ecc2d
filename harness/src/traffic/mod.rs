//! Both ends of a stack: requests as senders sign them, and the destination that receives deliveries.

pub(crate) mod sender;
pub(crate) mod sink;
