//! A fault on purpose, so that a whole stack can be seen to bear one. Nothing that is sent may make process panic, so
//! a local run has to ask for it, and only what is built without optimisation does as it is asked.

/// The type of the event that asks.
const PANIC: &str = "hookline.drill.panic";

#[allow(clippy::panic, reason = "what it is for")]
pub(crate) fn panic_if_asked(event_type: &str) {
    if cfg!(debug_assertions) && event_type == PANIC {
        panic!("as {PANIC} asks");
    }
}
