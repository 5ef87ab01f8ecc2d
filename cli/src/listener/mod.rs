//! Listeners: an operator receives copies of the events of a source on a queue of their own, and sends them to a program on
//! their computer, with the sender's own signature.
//!
//! The item `listeners` of the idempotency table has all listeners, and the process function reads it. A listener ends when
//! it stops saying that it is running, so a crashed command costs nothing after a minute, and the next command removes its
//! queue.

mod copy;
mod queue;
mod registry;
mod sweep;

pub use self::copy::{Copy, CopyError, Forwarder};
pub use self::queue::{ListenerQueue, ReceiveError};
pub use self::sweep::{registered, sweep};

#[cfg(test)]
mod tests;
