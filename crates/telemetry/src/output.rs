//! Writes lines to standard output and sends segments to X-Ray's daemon. Tests capture both instead.

use std::cell::RefCell;
use std::io::Write as _;
use std::net::UdpSocket;
use std::rc::Rc;
use std::sync::OnceLock;

use crate::level::Level;

/// Values that all lines of a function share.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The lowest level that is written.
    pub level: Level,
    /// The prefix of the deployment's AWS resource names, for instance `hookline-prod`.
    pub service: String,
    /// `ingest` or `process`.
    pub function: &'static str,
}

struct Output {
    settings: Settings,
    /// X-Ray's daemon, where one is running.
    daemon: Option<UdpSocket>,
}

static OUTPUT: OnceLock<Output> = OnceLock::new();

thread_local! {
    static CAPTURED: RefCell<Option<CapturedOutput>> = const { RefCell::new(None) };
}

/// The output of one thread.
#[derive(Debug, Clone, Default)]
pub struct CapturedOutput {
    settings: Settings,
    lines: Rc<RefCell<Vec<Vec<u8>>>>,
    segments: Rc<RefCell<Vec<Vec<u8>>>>,
}

/// Captures the output of the current thread from now on instead of writing it: for tests, which share a process,
/// and for commands whose output is no log.
#[must_use]
pub fn capture(settings: Settings) -> CapturedOutput {
    let captured = CapturedOutput { settings, ..CapturedOutput::default() };
    CAPTURED.with(|slot| *slot.borrow_mut() = Some(captured.clone()));
    captured
}

impl CapturedOutput {
    /// Removes the captured lines and returns them as the log text.
    #[must_use]
    pub fn text(&self) -> String {
        let lines = self.lines.take().into_iter().map(|line| String::from_utf8_lossy(&line).into_owned() + "\n");
        lines.collect()
    }

    /// Removes the captured lines and returns them parsed.
    #[must_use]
    pub fn lines(&self) -> Vec<serde_json::Value> {
        parsed(self.lines.take())
    }

    /// Removes the captured segments and returns them parsed.
    #[must_use]
    pub fn segments(&self) -> Vec<serde_json::Value> {
        parsed(self.segments.take())
    }
}

fn parsed(texts: Vec<Vec<u8>>) -> Vec<serde_json::Value> {
    texts.iter().map(|text| serde_json::from_slice(text).unwrap_or_default()).collect()
}

/// Sets up the process's output. Returns `false` if it was already set up.
pub(crate) fn set(settings: Settings, daemon: Option<UdpSocket>) -> bool {
    OUTPUT.set(Output { settings, daemon }).is_ok()
}

/// Calls `write` with the current settings and the function that writes a line.
pub(crate) fn with_output(write: impl FnOnce(&Settings, &dyn Fn(Vec<u8>))) {
    let captured = CAPTURED.with(|slot| slot.borrow().clone());
    if let Some(captured) = captured {
        write(&captured.settings, &|line| captured.lines.borrow_mut().push(line));
    } else if let Some(output) = OUTPUT.get() {
        write(&output.settings, &print);
    } else {
        write(&Settings::default(), &print);
    }
}

/// Writes the line in one call, so that lines of several threads do not mix. An error is ignored: a failed log write
/// must not stop the function.
fn print(mut line: Vec<u8>) {
    line.push(b'\n');
    let _ = std::io::stdout().lock().write_all(&line);
}

/// Whether segments are captured or sent.
pub(crate) fn accepts_segments() -> bool {
    CAPTURED.with(|slot| slot.borrow().is_some()) || OUTPUT.get().is_some_and(|output| output.daemon.is_some())
}

/// Sends a segment without waiting for a result: a lost segment is not worth delaying a request.
pub(crate) fn send_segment(document: Vec<u8>) {
    let captured = CAPTURED.with(|slot| slot.borrow().clone());
    if let Some(captured) = captured {
        captured.segments.borrow_mut().push(document);
    } else if let Some(daemon) = OUTPUT.get().and_then(|output| output.daemon.as_ref()) {
        let _ = daemon.send(&[HEADER, &document].concat());
    }
}

/// The header that X-Ray's daemon requires in each datagram.
///
/// <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-daemon>
const HEADER: &[u8] = b"{\"format\":\"json\",\"version\":1}\n";
