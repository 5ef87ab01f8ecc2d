//! The port to the state that all execution environments share: pauses by an operator, and open circuit breakers.

use std::future::Future;

use hookline_aws::PortError;

/// An open breaker. Times are in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenState {
    /// The end of the cool-down.
    pub until: u64,
    /// The length of the cool-down in seconds.
    pub cool_down: u32,
}

/// The shared state of a destination.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StoredState {
    /// Whether an operator has paused the destination.
    pub is_paused: bool,
    /// The breaker if it is open.
    pub open: Option<OpenState>,
}

/// The result of an attempt to start a probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProbeStart {
    /// The caller makes the probe.
    Started,
    /// Another execution environment has closed the breaker.
    Closed,
    /// The cool-down is not over, or another probe is running until then.
    Open(OpenState),
}

/// The port to the shared state of destinations.
pub trait DestinationStateStore: Send + Sync + 'static {
    /// Reads the states of destinations, in the same order. A destination without a stored state is neither paused nor
    /// open.
    fn read_states(&self, destinations: &[&str]) -> impl Future<Output = Result<Vec<StoredState>, PortError>> + Send;

    /// Stores an open breaker with the reason code of the last failure. Returns the stored breaker if another execution
    /// environment has opened it and its cool-down is not over.
    fn open_breaker(
        &self,
        destination: &str,
        open: OpenState,
        reason: &str,
        now: u64,
    ) -> impl Future<Output = Result<Option<OpenState>, PortError>> + Send;

    /// Stores that the breaker is closed.
    fn close_breaker(&self, destination: &str) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Starts a probe that ends before `until`, unless another one is running.
    fn begin_probe(
        &self,
        destination: &str,
        now: u64,
        until: u64,
    ) -> impl Future<Output = Result<ProbeStart, PortError>> + Send;
}
