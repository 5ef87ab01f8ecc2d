use anyhow::Result;
use hookline::console::{Options, Server};
use tokio::task::JoinHandle;

use crate::scenarios::support::Testbed;

/// A running console. It ends with this value.
pub(super) struct Console {
    /// The address with the token.
    pub(super) url: String,
    /// The address without it.
    pub(super) base: String,
    task: JoinHandle<Result<()>>,
}

impl Console {
    pub(super) async fn start(testbed: &Testbed) -> Result<Self> {
        let server = Server::bind(testbed.stack.target(), Options::default()).await?;
        let url = server.url();
        let base = url.split("/?").next().unwrap_or_default().to_owned();
        Ok(Self { url, base, task: tokio::spawn(server.run()) })
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.task.abort();
    }
}
