use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use hdrhistogram::Histogram;
use serde::Serialize;
use serde_json::{Value, json};

use super::Options;
use super::outcome::{Outcome, Second, milliseconds};

/// Opens anywhere: the run is in the page.
const PAGE: &str = include_str!("load.html");

/// A run.
pub(super) struct Report {
    rate: u32,
    seconds: Vec<Second>,
    all: Histogram<u64>,
    outcome: Outcome,
}

/// A second as the page draws it.
#[derive(Serialize)]
struct Point {
    p50: f64,
    p99: f64,
    max: f64,
    accepted: usize,
    others: usize,
    depth: i64,
}

impl Report {
    pub(super) fn new(options: &Options, seconds: Vec<Second>, outcome: Outcome) -> Self {
        let mut all = Second::default().latencies;
        for second in &seconds {
            // Of the same precision: they add up.
            let _ = all.add(&second.latencies);
        }
        Self { rate: options.rate, seconds, all, outcome }
    }

    pub(super) fn is_whole(&self) -> bool {
        self.outcome.is_whole()
    }

    /// For a machine.
    pub(super) fn summary(&self) -> Value {
        let mut others: BTreeMap<u16, usize> = BTreeMap::new();
        self.seconds
            .iter()
            .flat_map(|second| &second.others)
            .for_each(|status| *others.entry(*status).or_default() += 1);
        let latency = |part| milliseconds(&self.all, part);
        json!({
            "rate": self.rate,
            "latency_ms": {
                "p50": latency(0.5), "p95": latency(0.95), "p99": latency(0.99), "p999": latency(0.999), "max": latency(1.0),
            },
            "not_accepted_by_status": others,
            "outcome": self.outcome,
            "whole": self.is_whole(),
            "deepest_queue": self.seconds.iter().map(|second| second.depth).max().unwrap_or_default(),
        })
    }

    /// The page, and where it is.
    pub(super) fn write(&self, folder: &Path) -> Result<PathBuf> {
        let point = |second: &Second| Point {
            p50: second.percentile(0.5),
            p99: second.percentile(0.99),
            max: second.percentile(1.0),
            accepted: second.accepted.len(),
            others: second.others.len(),
            depth: second.depth,
        };
        let points: Vec<_> = self.seconds.iter().map(point).collect();
        let json = json!({ "summary": self.summary(), "seconds": points }).to_string();
        let at = folder.join("load.html");
        let page = PAGE.replace("__REPORT__", &json.replace("</", "<\\/"));
        std::fs::write(&at, page).with_context(|| format!("cannot write {}", at.display()))?;
        Ok(at)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Outcome { accepted, delivered, dead_lettered, queued, repeated } = &self.outcome;
        let latency = |part| milliseconds(&self.all, part);
        let others: usize = self.seconds.iter().map(|second| second.others.len()).sum();
        writeln!(f, "{} requests at {} a second: {accepted} accepted, {others} not", self.all.len(), self.rate)?;
        writeln!(
            f,
            "latency from when each was due: p50 {:.1} ms, p95 {:.1}, p99 {:.1}, p99.9 {:.1}, max {:.1}",
            latency(0.5),
            latency(0.95),
            latency(0.99),
            latency(0.999),
            latency(1.0)
        )?;
        write!(
            f,
            "{accepted} accepted = {delivered} delivered + {dead_lettered} in the dead-letter queue + {queued} queued: {}; \
             {repeated} delivered more than once",
            if self.is_whole() { "nothing is lost" } else { "SOMETHING IS LOST" }
        )
    }
}
