use std::time::Duration;

/// How long a client waits.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the answer to one attempt.
    pub attempt: Duration,
    /// For a call with all its attempts.
    pub call: Duration,
    /// How many attempts a call has.
    pub attempts: u32,
}
