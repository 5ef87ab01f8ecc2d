use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::lookup_host;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::address::Address;

/// For how long a look-up is shared: long enough for all that a batch opens at once, and much shorter than a name of AWS
/// stays where it is.
const SHARED: Duration = Duration::from_secs(2);

/// Looks names up, one that is wanted several times at once only once: each look-up is a thread of its own.
#[derive(Default)]
pub(crate) struct Names(Mutex<HashMap<Address, LookUp>>);

#[derive(Clone)]
struct LookUp {
    at: Instant,
    found: Arc<OnceCell<Vec<SocketAddr>>>,
}

impl Names {
    /// Every address that a name has now.
    pub(crate) async fn find(&self, address: &Address) -> io::Result<Vec<SocketAddr>> {
        let found = self.shared(address);
        let look_up = || async { Ok(lookup_host((address.host.as_str(), address.port)).await?.collect()) };
        found.get_or_try_init(look_up).await.cloned()
    }

    fn shared(&self, address: &Address) -> Arc<OnceCell<Vec<SocketAddr>>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, look_up| look_up.at.elapsed() < SHARED);
        let new = || LookUp { at: Instant::now(), found: Arc::default() };
        Arc::clone(&all.entry(address.clone()).or_insert_with(new).found)
    }
}
