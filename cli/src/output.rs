//! Terminal output: results on standard output, progress on standard error.

use std::io::{IsTerminal, Write};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar as Bar, ProgressStyle};

/// Steps can run concurrently.
static SPINNERS: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// Interval of the progress lines of a step where standard error is no terminal.
const HEARTBEAT: Duration = Duration::from_secs(8);

/// A running step: a spinner on a terminal, plain lines elsewhere. A step that is dropped without [`Step::done`] prints that
/// it failed.
pub struct Step {
    name: String,
    started: Instant,
    spinner: Option<Bar>,
    heartbeat: Option<tokio::task::JoinHandle<()>>,
    ended: bool,
}

impl Step {
    /// Starts a step and prints its name.
    pub fn start(name: impl Into<String>) -> Self {
        let name = name.into();
        let spinner = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}")
                .unwrap_or_else(|_| ProgressStyle::default_spinner());
            let bar = SPINNERS.add(Bar::new_spinner().with_style(style).with_message(name.clone()));
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        let started = Instant::now();
        let mut heartbeat = None;
        if spinner.is_none() {
            eprintln!("… {name}");
            heartbeat =
                tokio::runtime::Handle::try_current().ok().map(|runtime| runtime.spawn(beat(name.clone(), started)));
        }
        Self { name, started, spinner, heartbeat, ended: false }
    }

    /// Ends the step and prints its duration with `detail`.
    pub fn done(mut self, detail: &str) {
        self.end("✓", detail);
    }

    fn end(&mut self, mark: &str, detail: &str) {
        self.ended = true;
        if let Some(heartbeat) = &self.heartbeat {
            heartbeat.abort();
        }
        if let Some(bar) = &self.spinner {
            bar.finish_and_clear();
        }
        let detail = if detail.is_empty() { String::new() } else { format!(": {detail}") };
        let line = format!("{mark} {}{detail} ({:.1} s)", self.name, self.started.elapsed().as_secs_f64());
        SPINNERS.suspend(|| eprintln!("{line}"));
    }
}

/// Shows that a long step is still running.
async fn beat(name: String, started: Instant) {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        eprintln!("… {name}: {:.0} s", started.elapsed().as_secs_f64());
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if !self.ended {
            self.end("✗", "");
        }
    }
}

/// Writes a text to standard output. A reader that closes the pipe early, such as `head`, is not an error.
///
/// # Errors
///
/// If it cannot be written, for example to a full disk.
pub(crate) fn write_all(text: &[u8]) -> std::io::Result<()> {
    match std::io::stdout().write_all(text) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Whether the reader of standard output has closed the pipe.
static IS_PIPE_CLOSED: AtomicBool = AtomicBool::new(false);

/// Prints a line on standard output. A reader that closes the pipe early, such as `head`, is not an error.
pub fn print_line(line: std::fmt::Arguments<'_>) {
    let result = writeln!(std::io::stdout(), "{line}");
    if result.is_err_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe) {
        IS_PIPE_CLOSED.store(true, Ordering::Relaxed);
    }
}

/// Returns whether the reader of standard output has closed the pipe: a command that would print more can end.
pub(crate) fn is_pipe_closed() -> bool {
    IS_PIPE_CLOSED.load(Ordering::Relaxed)
}

/// Progress of a long loop on a terminal; hidden elsewhere. The bar disappears when it is dropped.
pub struct ProgressBar(Bar);

impl ProgressBar {
    /// Starts a bar for `length` iterations.
    #[must_use]
    pub fn start(name: &'static str, length: usize) -> Self {
        let bar = if std::io::stderr().is_terminal() { Bar::new(length as u64) } else { Bar::hidden() };
        let style = ProgressStyle::with_template("{msg} {bar:40} {pos}/{len} {eta}");
        Self(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())).with_message(name))
    }

    /// Counts one iteration.
    pub fn advance(&self) {
        self.0.inc(1);
    }

    /// Hides the bar while `print` prints lines.
    pub fn suspend(&self, print: impl FnOnce()) {
        self.0.suspend(print);
    }

    /// Replaces the text next to the bar.
    pub fn set_message(&self, text: String) {
        self.0.set_message(text);
    }
}

impl Drop for ProgressBar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
