//! What a run has been promised: every event that was answered with 202 arrives, or is found in the dead-letter queue, or
//! is one that a scenario says will not arrive; and none arrives twice.

use std::collections::{BTreeMap, BTreeSet};

use crate::traffic::sink::Sink;

/// The events of a run that were accepted, and those of which something else than a delivery is to be expected.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    accepted: BTreeSet<String>,
    settled: BTreeSet<String>,
}

impl Ledger {
    /// Answered with 202.
    pub(crate) fn accept(&mut self, event_id: String) {
        self.accepted.insert(event_id);
    }

    /// In the dead-letter queue, or filtered out, or the same as another.
    pub(crate) fn settle(&mut self, event_id: &str) {
        self.settled.insert(event_id.to_owned());
    }

    /// Each event that is lost or has had an effect twice at one destination; asked when nothing is on its way. Without
    /// a table of claims (`once`) SQS may deliver twice, and only what is lost counts.
    pub(crate) fn faults(&self, sink: &Sink, once: bool) -> Vec<String> {
        let mut faults = Vec::new();
        for id in &self.accepted {
            let mut effects: BTreeMap<String, usize> = BTreeMap::new();
            for attempt in sink.attempts(id).into_iter().filter(|attempt| attempt.status.is_success()) {
                *effects.entry(attempt.path).or_default() += 1;
            }
            if effects.is_empty() && !self.settled.contains(id) {
                faults.push(format!("event {id} was accepted and is nowhere"));
            }
            let twice = effects.into_iter().filter(|(_, times)| once && *times > 1);
            faults.extend(twice.map(|(path, times)| format!("event {id} arrived {times} times at {path}")));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    /// An event that arrives at the sink.
    async fn arrive(sink: &Sink, path: &str, id: &str) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        client.post(format!("http://127.0.0.1:{}{path}", sink.port)).header("ce-id", id).send().await.unwrap();
    }

    #[tokio::test]
    async fn what_is_lost_and_what_comes_twice_is_told() {
        let sink = Sink::start(Ipv4Addr::LOCALHOST, 0).await.unwrap();
        let mut ledger = Ledger::default();
        ledger.accept("e".to_owned());
        assert_eq!(ledger.faults(&sink, true), ["event e was accepted and is nowhere"]);
        arrive(&sink, "/failing", "e").await;
        assert_eq!(ledger.faults(&sink, true).len(), 1, "a failed attempt is no delivery");
        arrive(&sink, "/orders", "e").await;
        arrive(&sink, "/audit", "e").await;
        assert_eq!(ledger.faults(&sink, true), [""; 0], "once at each of two destinations");
        arrive(&sink, "/orders", "e").await;
        assert_eq!(ledger.faults(&sink, true), ["event e arrived 2 times at /orders"]);
        assert_eq!(ledger.faults(&sink, false), [""; 0], "without claims a queue may deliver twice");
        ledger.accept("dead".to_owned());
        ledger.settle("dead");
        assert_eq!(ledger.faults(&sink, false), [""; 0]);
    }
}
