use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;

use super::DestinationError;
use crate::guard::Guard;
use crate::resolver::{Resolver, System};

const CONNECT: Duration = Duration::from_secs(3);

/// Between two batches the function may be frozen for minutes: a connection that was idle for long is closed at the
/// other end by then, and what is posted to it would fail.
const IDLE: Duration = Duration::from_secs(5);

/// What all destinations share: one client, with one trust store and its connections, and the guard that it resolves
/// names with.
#[derive(Clone)]
pub(crate) struct Outbound {
    pub(super) client: Client,
    pub(super) guard: Guard,
}

impl Outbound {
    /// Follows no redirect (it could lead past the guard) and takes no proxy from the environment.
    ///
    /// # Errors
    ///
    /// [`DestinationError::Client`] if the system has no trust store.
    pub(crate) fn new(guard: Guard) -> Result<Self, DestinationError> {
        // Fails only where a provider is installed already, and there is one in the program.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .pool_idle_timeout(IDLE)
            .dns_resolver(Resolver::new(guard.clone(), System))
            .user_agent(concat!("hookline/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, guard })
    }
}
