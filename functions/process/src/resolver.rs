//! Resolves names of destinations, and checks what they resolve to each time that a connection is made: a name that was
//! harmless a moment ago may lead somewhere else now.

use std::io;
use std::net::SocketAddr;

use hookline_http::Lookup;

use crate::guard::Guard;

/// A resolver whose answers are checked.
pub(crate) struct Resolver<L> {
    guard: Guard,
    lookup: L,
}

impl<L> Resolver<L> {
    pub(crate) fn new(guard: Guard, lookup: L) -> Self {
        Self { guard, lookup }
    }
}

impl<L: Lookup> Lookup for Resolver<L> {
    async fn lookup(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        let resolved = self.lookup.lookup(host, port).await?;
        // One private address among public ones is a sign of rebinding: none of them is used.
        let checked = resolved.iter().try_for_each(|address| self.guard.check(address.ip()));
        checked.map(|()| resolved).map_err(io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Answers each question with the next of its lists.
    struct Scripted(Mutex<Vec<Vec<&'static str>>>);

    impl Lookup for Scripted {
        async fn lookup(&self, _: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
            let answer = self.0.lock().unwrap().remove(0);
            Ok(answer.into_iter().map(|address| SocketAddr::new(address.parse().unwrap(), port)).collect())
        }
    }

    fn resolver(answers: &[&[&'static str]]) -> Resolver<Scripted> {
        let answers = answers.iter().map(|answer| answer.to_vec()).collect();
        Resolver::new(Guard::new(vec!["10.1.0.0/16".parse().unwrap()]), Scripted(Mutex::new(answers)))
    }

    async fn resolves(resolver: &Resolver<Scripted>) -> bool {
        resolver.lookup("receiver.example", 443).await.is_ok()
    }

    #[tokio::test]
    async fn a_name_may_lead_to_public_and_to_listed_addresses_only() {
        for fine in [&["93.184.215.14"][..], &["2606:4700::1111", "1.1.1.1"], &["10.1.2.3"], &["10.1.2.3", "8.8.8.8"]] {
            assert!(resolves(&resolver(&[fine])).await, "{fine:?}");
        }
        for bad in [
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
            assert!(!resolves(&resolver(&[&[bad]])).await, "{bad}");
            assert!(!resolves(&resolver(&[&["93.184.215.14", bad]])).await, "{bad} among public ones");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_elsewhere_later_is_refused_then() {
        let rebinding = resolver(&[&["93.184.215.14"], &["169.254.169.254"], &["93.184.215.14"]]);
        assert_eq!(
            [resolves(&rebinding).await, resolves(&rebinding).await, resolves(&rebinding).await],
            [true, false, true]
        );
    }
}
