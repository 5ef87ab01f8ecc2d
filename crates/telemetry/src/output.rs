//! Where lines and segments go: to standard output and to X-Ray's daemon, or, in a test, to whoever looks.

use std::cell::RefCell;
use std::io::Write as _;
use std::net::UdpSocket;
use std::rc::Rc;
use std::sync::OnceLock;

use crate::level::Level;

/// What every line of a function has in common.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The least level that is written.
    pub level: Level,
    /// What every name in AWS begins with, for instance `hookline-prod`.
    pub service: String,
    /// `ingest` or `process`.
    pub function: &'static str,
}

struct Output {
    settings: Settings,
    /// X-Ray's daemon, where there is one.
    daemon: Option<UdpSocket>,
}

static OUTPUT: OnceLock<Output> = OnceLock::new();

thread_local! {
    static CAPTURED: RefCell<Option<CapturedOutput>> = const { RefCell::new(None) };
}

/// What a test's thread has written.
#[derive(Debug, Clone, Default)]
pub struct CapturedOutput {
    settings: Settings,
    lines: Rc<RefCell<Vec<Vec<u8>>>>,
    segments: Rc<RefCell<Vec<Vec<u8>>>>,
}

/// From now on what this thread writes is kept instead of written: for tests, which share a process.
#[must_use]
pub fn capture(settings: Settings) -> CapturedOutput {
    let captured = CapturedOutput { settings, ..CapturedOutput::default() };
    CAPTURED.with(|it| *it.borrow_mut() = Some(captured.clone()));
    captured
}

impl CapturedOutput {
    /// The lines since the last look, as they would stand in the log.
    #[must_use]
    pub fn text(&self) -> String {
        let lines = self.lines.take().into_iter().map(|line| String::from_utf8_lossy(&line).into_owned() + "\n");
        lines.collect()
    }

    /// The lines since the last look.
    #[must_use]
    pub fn lines(&self) -> Vec<serde_json::Value> {
        parsed(self.lines.take())
    }

    /// The segments since the last look.
    #[must_use]
    pub fn segments(&self) -> Vec<serde_json::Value> {
        parsed(self.segments.take())
    }
}

fn parsed(texts: Vec<Vec<u8>>) -> Vec<serde_json::Value> {
    texts.iter().map(|text| serde_json::from_slice(text).unwrap_or_default()).collect()
}

/// Sets up a process's output, once.
pub(crate) fn set(settings: Settings, daemon: Option<UdpSocket>) -> bool {
    OUTPUT.set(Output { settings, daemon }).is_ok()
}

/// With the settings in force, and where to write a line.
pub(crate) fn with(write: impl FnOnce(&Settings, &dyn Fn(Vec<u8>))) {
    let captured = CAPTURED.with(|it| it.borrow().clone());
    if let Some(captured) = captured {
        write(&captured.settings, &|line| captured.lines.borrow_mut().push(line));
    } else if let Some(output) = OUTPUT.get() {
        write(&output.settings, &print);
    } else {
        write(&Settings::default(), &print);
    }
}

/// In one piece, so that lines of several threads do not mix. A log that cannot be written stops nothing.
fn print(mut line: Vec<u8>) {
    line.push(b'\n');
    let _ = std::io::stdout().lock().write_all(&line);
}

/// Whether anybody takes segments.
pub(crate) fn takes_segments() -> bool {
    CAPTURED.with(|it| it.borrow().is_some()) || OUTPUT.get().is_some_and(|output| output.daemon.is_some())
}

/// One segment, without waiting: one that is lost is not worth a request's time.
pub(crate) fn send_segment(document: Vec<u8>) {
    let captured = CAPTURED.with(|it| it.borrow().clone());
    if let Some(captured) = captured {
        captured.segments.borrow_mut().push(document);
    } else if let Some(daemon) = OUTPUT.get().and_then(|output| output.daemon.as_ref()) {
        let _ = daemon.send(&[HEADER, &document].concat());
    }
}

/// What the daemon asks of each datagram.
///
/// <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-daemon>
const HEADER: &[u8] = b"{\"format\":\"json\",\"version\":1}\n";
