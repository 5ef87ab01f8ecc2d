//! A panic on purpose, so that a local run can show that the stack survives one. Nothing that a sender sends may make the
//! function panic, so only builds without optimisation do.

/// The type of the event that injects a panic.
const PANIC: &str = "hookline.drill.panic";

#[allow(clippy::panic, reason = "what it is for")]
pub(crate) fn panic_on_purpose(event_type: &str) {
    if cfg!(debug_assertions) && event_type == PANIC {
        panic!("on purpose, because the type is {PANIC}");
    }
}
