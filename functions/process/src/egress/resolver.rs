//! Resolves the host names of destinations and checks the addresses for each new connection, because a name can resolve
//! to different addresses at different times (DNS rebinding).

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::guard::SsrfGuard;

/// The port to name resolution.
pub(super) trait Lookup: Send + Sync + 'static {
    /// Returns all addresses of a host name.
    fn lookup(&self, host: &str) -> impl Future<Output = io::Result<Vec<SocketAddr>>> + Send;
}

/// The resolver of the operating system.
#[derive(Debug, Clone, Copy)]
pub(super) struct SystemLookup;

impl Lookup for SystemLookup {
    async fn lookup(&self, host: &str) -> io::Result<Vec<SocketAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.collect())
    }
}

/// A resolver that returns only addresses that the SSRF guard allows.
pub(super) struct GuardedResolver<L> {
    guard: SsrfGuard,
    lookup: Arc<L>,
}

impl<L> Clone for GuardedResolver<L> {
    fn clone(&self) -> Self {
        Self { guard: self.guard.clone(), lookup: Arc::clone(&self.lookup) }
    }
}

impl<L: Lookup> GuardedResolver<L> {
    pub(super) fn new(guard: SsrfGuard, lookup: L) -> Self {
        Self { guard, lookup: Arc::new(lookup) }
    }

    async fn addresses(&self, host: &str) -> io::Result<Vec<SocketAddr>> {
        let resolved = self.lookup.lookup(host).await?;
        // A private address among public ones is a sign of DNS rebinding: none of the addresses is used.
        let checked = resolved.iter().try_for_each(|address| self.guard.check(address.ip()));
        checked.map(|()| resolved).map_err(io::Error::other)
    }
}

impl<L: Lookup> Resolve for GuardedResolver<L> {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            let addresses = resolver.addresses(name.as_str()).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Returns the next list of addresses for each lookup.
    struct ScriptedLookup(Mutex<Vec<Vec<&'static str>>>);

    impl Lookup for ScriptedLookup {
        async fn lookup(&self, _: &str) -> io::Result<Vec<SocketAddr>> {
            let found = self.0.lock().unwrap().remove(0);
            Ok(found.into_iter().map(|address| SocketAddr::new(address.parse().unwrap(), 0)).collect())
        }
    }

    fn resolver(found: &[&[&'static str]]) -> GuardedResolver<ScriptedLookup> {
        let found = found.iter().map(|addresses| addresses.to_vec()).collect();
        GuardedResolver::new(SsrfGuard::new(vec!["10.1.0.0/16".parse().unwrap()]), ScriptedLookup(Mutex::new(found)))
    }

    async fn resolves(resolver: &GuardedResolver<ScriptedLookup>) -> bool {
        resolver.addresses("receiver.example").await.is_ok()
    }

    #[tokio::test]
    async fn allows_names_with_only_public_or_listed_addresses() {
        for allowed in
            [&["93.184.215.14"][..], &["2606:4700::1111", "1.1.1.1"], &["10.1.2.3"], &["10.1.2.3", "8.8.8.8"]]
        {
            assert!(resolves(&resolver(&[allowed])).await, "{allowed:?}");
        }
        for blocked in [
            "127.0.0.1",
            "10.2.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "::1",
            "::ffff:169.254.169.254",
            "::ffff:10.2.0.1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
            "fd00:ec2::254",
            "fe80::1",
        ] {
            assert!(!resolves(&resolver(&[&[blocked]])).await, "{blocked}");
            assert!(!resolves(&resolver(&[&["93.184.215.14", blocked]])).await, "{blocked} among public addresses");
        }
    }

    #[tokio::test]
    async fn checks_addresses_again_for_each_lookup() {
        let rebinding = resolver(&[&["93.184.215.14"], &["169.254.169.254"], &["93.184.215.14"]]);
        assert_eq!(
            [resolves(&rebinding).await, resolves(&rebinding).await, resolves(&rebinding).await],
            [true, false, true]
        );
    }
}
