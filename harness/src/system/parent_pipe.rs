//! A child that learns of our end, however we end: its standard input closes, which the system sees to even when we are
//! killed. A child that is to outlive us is told so in a word first.

use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::Receiver;

use anyhow::{Context, Result};

const RELEASE: &str = "release";

/// A guard that is this program again; dropped, it is told to end what it guards and waited for.
#[derive(Debug)]
pub struct ParentPipe {
    guard: Child,
}

impl ParentPipe {
    /// Starts the hidden command `name` of this program, in a process group of its own: a Ctrl-C is not for it.
    pub fn start(name: &str, prepare: impl FnOnce(&mut Command)) -> Result<Self> {
        let mut guard = Command::new(std::env::current_exe().context("this program's own file")?);
        guard.arg(name);
        prepare(&mut guard);
        guard.stdin(Stdio::piped()).process_group(0);
        Ok(Self { guard: guard.spawn().context("cannot start the guard")? })
    }

    /// Whether the guard has ended, and how.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.guard.try_wait()?)
    }

    /// Lets what is guarded outlive us.
    pub fn release(mut self) -> Result<()> {
        self.guard.stdin.take().context("the guard's input is gone")?.write_all(RELEASE.as_bytes())?;
        self.guard.wait()?;
        Ok(())
    }
}

impl Drop for ParentPipe {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

/// In the guard: says once whether what it guards is released (`true`) or has to end.
pub fn word() -> Receiver<bool> {
    let (sender, word) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut text = String::new();
        let _ = std::io::stdin().read_to_string(&mut text);
        sender.send(text == RELEASE)
    });
    word
}
