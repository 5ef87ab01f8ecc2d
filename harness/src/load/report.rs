use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use hdrhistogram::Histogram;
use hookline::report_page;
use serde::Serialize;
use serde_json::{Value, json};

use super::outcome::{Outcome, SecondStats, quantile_ms};

/// Template of the report page. The page contains its style and all data of the run, and loads nothing.
const PAGE: &str = include_str!("load.html");

/// Results of a run.
pub(super) struct Report {
    rate: u32,
    seconds: Vec<SecondStats>,
    /// Latencies of all requests.
    latencies: Histogram<u64>,
    outcome: Outcome,
}

/// Data of one second in the charts of the page.
#[derive(Serialize)]
struct Point {
    p50: f64,
    p99: f64,
    max: f64,
    accepted: usize,
    not_accepted: usize,
    queue_depth: i64,
}

impl Report {
    /// Returns the report of a run with `rate` requests per second.
    pub(super) fn new(rate: u32, seconds: Vec<SecondStats>, outcome: Outcome) -> Self {
        let mut latencies = SecondStats::default().latencies;
        for second in &seconds {
            // All histograms have the same precision, so this cannot fail.
            let _ = latencies.add(&second.latencies);
        }
        Self { rate, seconds, latencies, outcome }
    }

    /// Returns whether no event is lost.
    pub(super) fn is_complete(&self) -> bool {
        self.outcome.is_complete()
    }

    /// Returns the summary as JSON.
    pub(super) fn summary(&self) -> Value {
        let mut not_accepted: BTreeMap<u16, usize> = BTreeMap::new();
        self.seconds
            .iter()
            .flat_map(|second| &second.other_statuses)
            .for_each(|status| *not_accepted.entry(*status).or_default() += 1);
        let latency = |quantile| quantile_ms(&self.latencies, quantile);
        json!({
            "rate": self.rate,
            "latency_ms": {
                "p50": latency(0.5), "p95": latency(0.95), "p99": latency(0.99), "p999": latency(0.999), "max": latency(1.0),
            },
            "not_accepted_by_status": not_accepted,
            "outcome": self.outcome,
            "complete": self.is_complete(),
            "max_queue_depth": self.seconds.iter().map(|second| second.queue_depth).max().unwrap_or_default(),
        })
    }

    /// Writes the report page. Returns its path.
    pub(super) fn write(&self, folder: &Path) -> Result<PathBuf> {
        let file = folder.join("load.html");
        std::fs::write(&file, self.page()).with_context(|| format!("cannot write `{}`", file.display()))?;
        Ok(file)
    }

    fn page(&self) -> String {
        let point = |second: &SecondStats| Point {
            p50: second.latency_ms(0.5),
            p99: second.latency_ms(0.99),
            max: second.latency_ms(1.0),
            accepted: second.accepted.len(),
            not_accepted: second.other_statuses.len(),
            queue_depth: second.queue_depth,
        };
        let points: Vec<_> = self.seconds.iter().map(point).collect();
        report_page::fill(PAGE, &json!({ "summary": self.summary(), "seconds": points }).to_string())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Outcome { accepted, delivered, dead_lettered, queued, repeated } = &self.outcome;
        let latency = |quantile| quantile_ms(&self.latencies, quantile);
        let not_accepted: usize = self.seconds.iter().map(|second| second.other_statuses.len()).sum();
        writeln!(
            f,
            "{} requests at {} per second: {accepted} accepted, {not_accepted} not accepted",
            self.latencies.len(),
            self.rate
        )?;
        writeln!(
            f,
            "latency from the scheduled time: p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms, p99.9 {:.1} ms, max {:.1} ms",
            latency(0.5),
            latency(0.95),
            latency(0.99),
            latency(0.999),
            latency(1.0)
        )?;
        write!(
            f,
            "{accepted} accepted = {delivered} delivered + {dead_lettered} in the dead-letter queue + {queued} in the intake \
             queue: {}; {repeated} delivered more than once",
            if self.is_complete() { "no event is lost" } else { "EVENTS ARE LOST" }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_has_the_shared_style_and_needs_no_other_file() {
        let outcome = Outcome { accepted: 0, delivered: 0, dead_lettered: 0, queued: 0, repeated: 0 };
        let page = Report::new(500, vec![SecondStats::default()], outcome).page();
        assert!(page.contains(report_page::STYLE) && page.contains("\"rate\":500"));
        for text in ["__STYLE__", "__REPORT__", "src=", "href=", "url("] {
            assert!(!page.contains(text), "the page contains `{text}`");
        }
    }
}
