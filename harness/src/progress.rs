//! A line a step: a spinner that becomes a line on a terminal, plain lines elsewhere.

use std::io::{IsTerminal, Write};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// Steps may run at the same time.
static SPINNERS: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

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
            let bar = SPINNERS.add(ProgressBar::new_spinner().with_style(style).with_message(name.clone()));
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        if spinner.is_none() {
            eprintln!("… {name}");
        }
        Self { name, started: Instant::now(), spinner, ended: false }
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
        let line = format!("{mark} {}{detail} ({:.1} s)", self.name, self.started.elapsed().as_secs_f64());
        SPINNERS.suspend(|| eprintln!("{line}"));
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if !self.ended {
            self.end("✗", "");
        }
    }
}

/// A line on standard output. Whoever reads it may have read enough: that is no fault of this program.
pub(crate) fn say(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// How far a long move has come; gone when dropped. Where there is no terminal, the command's closing line is enough.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    pub(crate) fn start(name: &'static str, length: usize) -> Self {
        let bar = if std::io::stderr().is_terminal() { ProgressBar::new(length as u64) } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("{msg} {bar:40} {pos}/{len} {eta}");
        Self(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())).with_message(name))
    }

    pub(crate) fn advance(&self) {
        self.0.inc(1);
    }

    /// What is to be said beside how far it has come.
    pub(crate) fn note(&self, text: String) {
        self.0.set_message(text);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
