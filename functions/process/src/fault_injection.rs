//! Fault injection: an event of a reserved type makes the function panic, so that a local test can show that the other
//! records of the batch are delivered. Optimized builds do not contain it, because no sender may be able to cause a
//! panic.

/// The event type that causes a panic.
const PANIC: &str = "hookline.fault_injection.panic";

#[allow(clippy::panic, reason = "the purpose of the function")]
pub(crate) fn panic_if_requested(event_type: &str) {
    if cfg!(debug_assertions) && event_type == PANIC {
        panic!("fault injection: the event type is {PANIC}");
    }
}
