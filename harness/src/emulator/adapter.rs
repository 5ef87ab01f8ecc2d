use anyhow::{Error, Result};

/// Operations on an emulator that the harness started.
pub(super) trait Adapter {
    /// Waits until the emulator ends. Returns an error with the last lines of its log.
    async fn wait_for_exit(&mut self) -> Error;

    /// Lets the emulator run after the harness ends.
    fn detach(self) -> Result<()>;
}
