//! DNS resolver for AWS's endpoints.
//!
//! During initialization the function has nothing else to do, so a look-up blocks. An asynchronous look-up needs a
//! thread, which costs four times as much CPU.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use tower_service::Service;

/// Maximum number of addresses. The connector divides its timeout by their number, and an endpoint of AWS can have eight. A
/// retry resolves the name again.
pub(crate) const MAX_ADDRESSES: usize = 2;

/// The system's resolver, blocking during initialization.
#[derive(Debug, Clone)]
pub(crate) struct Resolver {
    system: GaiResolver,
    is_initialising: Arc<AtomicBool>,
}

impl Resolver {
    /// Creates a resolver whose look-ups block until [`Resolver::finish_initialization`] is called.
    pub(crate) fn new() -> Self {
        Self { system: GaiResolver::new(), is_initialising: Arc::new(AtomicBool::new(true)) }
    }

    /// Makes look-ups asynchronous.
    pub(crate) fn finish_initialization(&self) {
        self.is_initialising.store(false, Ordering::Relaxed);
    }
}

type Addresses = Box<dyn Iterator<Item = SocketAddr> + Send>;

impl Service<Name> for Resolver {
    type Response = Addresses;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Addresses>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.system.poll_ready(context)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        if self.is_initialising.load(Ordering::Relaxed) {
            let addresses = (name.as_str(), 0).to_socket_addrs();
            return Box::pin(std::future::ready(addresses.map(first)));
        }
        let addresses = self.system.call(name);
        Box::pin(async { Ok(first(addresses.await?)) })
    }
}

fn first(addresses: impl Iterator<Item = SocketAddr> + Send + 'static) -> Addresses {
    Box::new(addresses.take(MAX_ADDRESSES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_of_addresses_is_limited() {
        let addresses = (1..=8).map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
        assert_eq!(first(addresses.clone()).collect::<Vec<_>>(), addresses.take(2).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn resolves_to_same_addresses_during_and_after_initialization() {
        let mut resolver = Resolver::new();
        let resolve = async |resolver: &mut Resolver| {
            let mut addresses: Vec<_> = resolver.call("localhost".parse().unwrap()).await.unwrap().collect();
            addresses.sort();
            addresses
        };
        let before = resolve(&mut resolver).await;
        resolver.finish_initialization();
        assert_eq!(resolve(&mut resolver).await, before);
        assert!(resolver.call("nowhere.invalid".parse().unwrap()).await.is_err());
    }
}
