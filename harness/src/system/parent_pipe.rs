//! Helper processes that outlive the harness for a moment and clean up after it. A helper is this program, started with a
//! hidden command. It detects the end of the harness when its standard input closes. The operating system closes that
//! pipe even if the harness is killed.

use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::Receiver;

use anyhow::{Context, Result};

/// Message that detaches the helper: the harness writes it before it closes the pipe.
const DETACH: &str = "detach";

/// The harness's end of the pipe to a helper. When it is dropped, the helper cleans up and this process waits for it.
#[derive(Debug)]
pub struct ParentPipe {
    helper: Child,
}

impl ParentPipe {
    /// Starts the hidden command `name` of this program in its own process group, so that Ctrl-C does not reach it.
    ///
    /// # Errors
    ///
    /// If the helper cannot be started.
    pub fn start(name: &str, prepare: impl FnOnce(&mut Command)) -> Result<Self> {
        let mut helper = Command::new(own_executable()?);
        helper.arg0(std::env::args_os().next().unwrap_or_default()).arg(name);
        prepare(&mut helper);
        helper.stdin(Stdio::piped()).process_group(0);
        Ok(Self { helper: helper.spawn().context("cannot start the helper process")? })
    }

    /// Returns the exit status of the helper, or `None` while it is running.
    ///
    /// # Errors
    ///
    /// If the operating system cannot report the status.
    pub fn try_wait(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.helper.try_wait()?)
    }

    /// Ends the helper without its cleanup, so that the supervised program or containers keep running.
    ///
    /// # Errors
    ///
    /// If the helper has already ended.
    pub fn detach(mut self) -> Result<()> {
        self.helper.stdin.take().context("the helper's standard input is closed")?.write_all(DETACH.as_bytes())?;
        self.helper.wait()?;
        Ok(())
    }
}

/// Returns a path of the program that this process runs. On Linux, the path stays valid after a build has replaced the
/// program's file.
fn own_executable() -> Result<PathBuf> {
    let link = Path::new("/proc/self/exe");
    if link.exists() {
        return Ok(link.to_owned());
    }
    std::env::current_exe().context("cannot find this program's executable")
}

impl Drop for ParentPipe {
    fn drop(&mut self) {
        drop(self.helper.stdin.take());
        let _ = self.helper.wait();
    }
}

/// Event that a helper receives from the harness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParentEvent {
    /// The helper ends without cleanup.
    Detached,
    /// The harness ended, and the helper cleans up.
    Ended,
}

/// Watches standard input in a helper. The returned channel yields exactly one event.
pub fn watch_parent() -> Receiver<ParentEvent> {
    let (sender, events) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut text = String::new();
        let _ = std::io::stdin().read_to_string(&mut text);
        sender.send(if text == DETACH { ParentEvent::Detached } else { ParentEvent::Ended })
    });
    events
}
