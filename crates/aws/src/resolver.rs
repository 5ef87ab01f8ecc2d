//! Resolves names of AWS's endpoints. During initialisation there is nothing else to do, so the look-up blocks: the thread
//! that an asynchronous look-up needs costs four times its CPU.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use tower_service::Service;

/// The system's resolver.
#[derive(Debug, Clone)]
pub(crate) struct Resolver {
    system: GaiResolver,
    is_initialising: Arc<AtomicBool>,
}

impl Resolver {
    /// Blocks until [`Resolver::finish_initialization`].
    pub(crate) fn new() -> Self {
        Self { system: GaiResolver::new(), is_initialising: Arc::new(AtomicBool::new(true)) }
    }

    /// From now on look-ups no longer block.
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
            let found = (name.as_str(), 0).to_socket_addrs();
            return Box::pin(std::future::ready(found.map(|found| Box::new(found) as Addresses)));
        }
        let found = self.system.call(name);
        Box::pin(async { Ok(Box::new(found.await?) as Addresses) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn finds_the_same_addresses_before_and_after_initialisation() {
        let mut resolver = Resolver::new();
        let find = async |resolver: &mut Resolver| {
            let mut found: Vec<_> = resolver.call("localhost".parse().unwrap()).await.unwrap().collect();
            found.sort();
            found
        };
        let before = find(&mut resolver).await;
        resolver.finish_initialization();
        assert_eq!(find(&mut resolver).await, before);
        assert!(resolver.call("nowhere.invalid".parse().unwrap()).await.is_err());
    }
}
