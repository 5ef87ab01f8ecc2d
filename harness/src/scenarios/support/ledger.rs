//! The guarantees of a run: each accepted event is delivered, is in the dead-letter queue, or is settled by its scenario.
//! No event is delivered twice. A request that was not accepted is not delivered.

use std::collections::{BTreeMap, BTreeSet};

use crate::traffic::sink::Sink;

/// The requests of a run.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    accepted: BTreeSet<String>,
    settled: BTreeSet<String>,
    forbidden: BTreeMap<String, Vec<u8>>,
    /// How many repeated deliveries of an event are allowed at each destination.
    repeats: BTreeMap<String, usize>,
    /// The exact attempts of an event: the path and the status of each one, sorted by path.
    attempts: BTreeMap<String, Vec<(String, u16)>>,
}

impl Ledger {
    /// Adds an event that ingest has accepted.
    pub(crate) fn accept(&mut self, event_id: String) {
        self.accepted.insert(event_id);
    }

    /// Marks an event that need not be delivered: it is in the dead-letter queue, has no destination or is a duplicate.
    pub(crate) fn settle(&mut self, event_id: &str) {
        self.settled.insert(event_id.to_owned());
    }

    /// Allows one more delivery of an event: its batch was not finished, or an operator replays it.
    pub(crate) fn allow_repeat(&mut self, event_id: &str) {
        *self.repeats.entry(event_id.to_owned()).or_default() += 1;
    }

    /// Sets the exact attempts of an event at all destinations that the harness receives.
    pub(crate) fn expect_attempts(&mut self, event_id: &str, attempts: &[(&str, u16)]) {
        let mut attempts: Vec<_> = attempts.iter().map(|(path, status)| ((*path).to_owned(), *status)).collect();
        attempts.sort_by(|(one, _), (other, _)| one.cmp(other));
        self.attempts.insert(event_id.to_owned(), attempts);
    }

    /// Adds a request that was not accepted. Neither its event id nor its body, which has to be unique, may arrive.
    pub(crate) fn forbid_delivery(&mut self, event_id: &str, body: &[u8]) {
        self.forbidden.insert(event_id.to_owned(), body.to_vec());
    }

    /// Returns each violated guarantee. The stack has to be idle. With `deduplicates`, the stack has an idempotency table;
    /// without it SQS may deliver an event twice.
    pub(crate) fn faults(&self, sink: &Sink, deduplicates: bool) -> Vec<String> {
        let mut faults = Vec::new();
        for id in &self.accepted {
            let mut successes: BTreeMap<String, usize> = BTreeMap::new();
            for attempt in sink.attempts(id).into_iter().filter(|attempt| attempt.status.is_success()) {
                *successes.entry(attempt.path).or_default() += 1;
            }
            if successes.is_empty() && !self.settled.contains(id) {
                faults.push(format!("event {id} was accepted and is lost"));
            }
            let most = 1 + self.repeats.get(id).copied().unwrap_or_default();
            let duplicates = successes.into_iter().filter(|(_, count)| deduplicates && *count > most);
            faults.extend(duplicates.map(|(path, count)| format!("event {id} arrived {count} times at {path}")));
        }
        for (id, body) in &self.forbidden {
            if !sink.attempts(id).is_empty() || sink.has_received(body) {
                faults.push(format!("event {id} was not accepted and was delivered"));
            }
        }
        for (id, expected) in &self.attempts {
            let mut attempts: Vec<_> =
                sink.attempts(id).into_iter().map(|attempt| (attempt.path, attempt.status.as_u16())).collect();
            attempts.sort_by(|(one, _), (other, _)| one.cmp(other));
            if attempts != *expected {
                faults.push(format!("the attempts of event {id} were {attempts:?} instead of {expected:?}"));
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::net::Ipv4Addr;

    use super::*;
    use crate::traffic::script::Script;
    use crate::traffic::sink::Receivers;

    async fn deliver(sink: &Sink, path: &str, id: &str, body: &'static str) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = client.post(format!("http://127.0.0.1:{}{path}", sink.port)).header("ce-id", id).body(body);
        request.send().await.unwrap();
    }

    async fn sink() -> Sink {
        let receivers = Receivers { scripts: HashMap::from([("failing", Script::Fails)]), ..Receivers::default() };
        Sink::start(Ipv4Addr::LOCALHOST, 0, receivers).await.unwrap()
    }

    #[tokio::test]
    async fn lost_and_duplicate_events_are_faults() {
        let sink = sink().await;
        let mut ledger = Ledger::default();
        ledger.accept("e".to_owned());
        assert_eq!(ledger.faults(&sink, true), ["event e was accepted and is lost"]);
        deliver(&sink, "/failing", "e", "").await;
        assert_eq!(ledger.faults(&sink, true).len(), 1, "a failed attempt is no delivery");
        deliver(&sink, "/orders", "e", "").await;
        deliver(&sink, "/audit", "e", "").await;
        assert_eq!(ledger.faults(&sink, true), [""; 0], "once at each of two destinations");
        deliver(&sink, "/orders", "e", "").await;
        assert_eq!(ledger.faults(&sink, true), ["event e arrived 2 times at /orders"]);
        assert_eq!(ledger.faults(&sink, false), [""; 0], "without an idempotency table a queue may deliver twice");
        ledger.allow_repeat("e");
        assert_eq!(ledger.faults(&sink, true), [""; 0], "the batch was not finished");
        deliver(&sink, "/orders", "e", "").await;
        assert_eq!(ledger.faults(&sink, true), ["event e arrived 3 times at /orders"]);
        ledger.accept("dead".to_owned());
        ledger.settle("dead");
        assert_eq!(ledger.faults(&sink, false), [""; 0]);
    }

    #[tokio::test]
    async fn other_attempts_than_the_expected_ones_are_faults() {
        let sink = sink().await;
        let mut ledger = Ledger::default();
        ledger.expect_attempts("none", &[]);
        ledger.expect_attempts("e", &[("/orders", 200), ("/failing", 500)]);
        assert_eq!(
            ledger.faults(&sink, false),
            [r#"the attempts of event e were [] instead of [("/failing", 500), ("/orders", 200)]"#]
        );
        deliver(&sink, "/orders", "e", "").await;
        deliver(&sink, "/failing", "e", "").await;
        assert_eq!(ledger.faults(&sink, false), [""; 0]);
        deliver(&sink, "/orders", "e", "").await;
        deliver(&sink, "/orders", "none", "").await;
        assert_eq!(ledger.faults(&sink, false).len(), 2, "repeated, and unexpected");
    }

    #[tokio::test]
    async fn forbidden_deliveries_are_faults() {
        let sink = sink().await;
        let mut ledger = Ledger::default();
        ledger.forbid_delivery("r", b"{\"n\":1}");
        deliver(&sink, "/orders", "other", "{\"n\":2}").await;
        assert_eq!(ledger.faults(&sink, true), [""; 0]);
        deliver(&sink, "/orders", "another id", "{\"n\":1}").await;
        assert_eq!(ledger.faults(&sink, true), ["event r was not accepted and was delivered"], "found by its body");
        ledger.forbid_delivery("s", b"{\"n\":3}");
        deliver(&sink, "/failing", "s", "").await;
        assert_eq!(ledger.faults(&sink, true).len(), 2, "found by its id, also if the attempt failed");
    }
}
