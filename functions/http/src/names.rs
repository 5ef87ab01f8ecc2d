use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::lookup_host;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::address::Address;

/// Looks a name up.
pub trait Lookup: Send + Sync + 'static {
    /// Every address that may be connected to under a name now. A host that is an address is asked for too.
    fn lookup(&self, host: &str, port: u16) -> impl Future<Output = io::Result<Vec<SocketAddr>>> + Send;
}

/// The system's own resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

impl Lookup for System {
    async fn lookup(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(lookup_host((host, port)).await?.collect())
    }
}

/// For how long a look-up is shared: long enough for all that a batch opens at once, and much shorter than a name stays where
/// it is.
const SHARED: Duration = Duration::from_secs(2);

/// Looks names up, one that is wanted several times at once only once: each look-up of the system's is a thread of its own.
pub(crate) struct Names<L> {
    lookup: L,
    shared: Mutex<HashMap<Address, Shared>>,
}

#[derive(Clone)]
struct Shared {
    at: Instant,
    found: Arc<OnceCell<Vec<SocketAddr>>>,
}

impl<L: Lookup> Names<L> {
    pub(crate) fn new(lookup: L) -> Self {
        Self { lookup, shared: Mutex::default() }
    }

    pub(crate) async fn find(&self, address: &Address) -> io::Result<Vec<SocketAddr>> {
        let found = self.shared(address);
        found.get_or_try_init(|| self.lookup.lookup(&address.host, address.port)).await.cloned()
    }

    /// What is known of a name without looking it up.
    pub(crate) fn learn(&self, address: Address, found: Vec<SocketAddr>) {
        let known = Shared { at: Instant::now(), found: Arc::new(OnceCell::new_with(Some(found))) };
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).insert(address, known);
    }

    fn shared(&self, address: &Address) -> Arc<OnceCell<Vec<SocketAddr>>> {
        let mut all = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, it| it.at.elapsed() < SHARED);
        let new = || Shared { at: Instant::now(), found: Arc::default() };
        Arc::clone(&all.entry(address.clone()).or_insert_with(new).found)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;

    use super::*;

    /// Knows nobody the first time.
    #[derive(Default)]
    struct Counting(AtomicUsize);

    impl Lookup for Counting {
        async fn lookup(&self, _: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
            tokio::time::sleep(Duration::from_millis(10)).await;
            match self.0.fetch_add(1, Ordering::SeqCst) {
                0 => Err(io::ErrorKind::NotFound.into()),
                _ => Ok(vec![SocketAddr::from(([192, 0, 2, 1], port))]),
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_name_that_several_want_is_looked_up_once_and_again_when_that_is_old() {
        let names = Names::new(Counting::default());
        let address = Address { secure: true, host: "receiver.example".to_owned(), port: 443 };
        let found = join_all((0..5).map(|_| names.find(&address))).await;
        assert_eq!(found.iter().filter(|found| found.is_ok()).count(), 4, "what fails is not shared");
        assert_eq!(names.lookup.0.load(Ordering::SeqCst), 2);
        tokio::time::advance(SHARED).await;
        assert!(names.find(&address).await.is_ok());
        assert_eq!(names.lookup.0.load(Ordering::SeqCst), 3);
        let known = vec![SocketAddr::from(([192, 0, 2, 2], 443))];
        names.learn(address.clone(), known.clone());
        assert_eq!(names.find(&address).await.unwrap(), known);
        assert_eq!(names.lookup.0.load(Ordering::SeqCst), 3);
    }
}
