//! A line a step: a spinner that becomes a line on a terminal, plain lines elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// A step that is under way. Dropped without [`Step::done`], it says that it failed.
pub(crate) struct Step {
    name: String,
    started: Instant,
    spinner: Option<ProgressBar>,
    ended: bool,
}

impl Step {
    pub(crate) fn start(name: impl Into<String>) -> Self {
        let name = name.into();
        let spinner = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}")
                .unwrap_or_else(|_| ProgressStyle::default_spinner());
            let bar = ProgressBar::new_spinner().with_style(style).with_message(name.clone());
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        if spinner.is_none() {
            eprintln!("… {name}");
        }
        Self { name, started: Instant::now(), spinner, ended: false }
    }

    /// More of what is going on, where there is a spinner to show it.
    pub(crate) fn detail(&self, detail: &str) {
        if let Some(bar) = &self.spinner {
            bar.set_message(format!("{}: {detail}", self.name));
        }
    }

    pub(crate) fn done(mut self, detail: &str) {
        self.end("✓", detail);
    }

    fn end(&mut self, mark: &str, detail: &str) {
        self.ended = true;
        if let Some(bar) = &self.spinner {
            bar.finish_and_clear();
        }
        let detail = if detail.is_empty() { String::new() } else { format!(": {detail}") };
        eprintln!("{mark} {}{detail} ({:.1} s)", self.name, self.started.elapsed().as_secs_f64());
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if !self.ended {
            self.end("✗", "");
        }
    }
}
