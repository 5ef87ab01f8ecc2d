use std::future::Future;

use hookline_aws::PortError;

use super::State;

/// The right to run for a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The ID of the invocation.
    pub owner: String,
    /// The end of the lease, in seconds since 1970.
    pub until: u64,
}

/// The result of beginning a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BeginResult {
    /// The run may begin with this state.
    Leased(State),
    /// Another invocation runs for the source: EventBridge Scheduler may invoke the function more than once.
    InProgress,
}

/// The port to the state of the sources.
pub trait StateStore: Send + Sync + 'static {
    /// Takes the lease of a source, unless another invocation has it. Returns the source's state, which is empty before
    /// the first run. `now` is in seconds since 1970.
    fn begin(
        &self,
        source: &str,
        lease: &Lease,
        now: u64,
    ) -> impl Future<Output = Result<BeginResult, PortError>> + Send;

    /// Stores the state and releases the lease. It fails if another invocation has taken the lease meanwhile.
    fn finish(
        &self,
        source: &str,
        lease: &Lease,
        state: &State,
        now: u64,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}
