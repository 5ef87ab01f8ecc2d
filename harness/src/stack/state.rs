use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::{Secrets, Stack, external};
use crate::emulator::{EmulatorInfo, cleanup, is_ready};
use crate::system::repository::Repository;
use crate::system::supervisor::end_group;
use crate::terraform::Outputs;

/// What has to be known of a stack that was left up.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) emulator: EmulatorInfo,
    pub(crate) sink_port: u16,
    /// What the stack was made from: the same again needs no apply.
    pub(crate) fingerprint: String,
    pub(crate) outputs: Outputs,
    pub(crate) secrets: Secrets,
}

impl State {
    /// The stack that was left up, if there is one and it still answers.
    pub(crate) async fn load(files: &Repository) -> Result<Option<Self>> {
        let Ok(text) = std::fs::read(Self::file(files)) else { return Ok(None) };
        // Written by another version, perhaps: then it is as good as none.
        let Ok(state) = serde_json::from_slice::<Self>(&text) else { return Ok(None) };
        Ok(is_ready(&state.emulator.endpoint).await.then_some(state))
    }

    /// The same, for a command that needs one.
    pub(crate) async fn require(files: &Repository) -> Result<Self> {
        match Self::load(files).await? {
            Some(state) => Ok(state),
            None => bail!("no stack is up: `cargo harness up` or `cargo e2e --keep` brings one up"),
        }
    }

    pub(crate) fn save(&self, files: &Repository) -> Result<()> {
        std::fs::write(Self::file(files), serde_json::to_vec_pretty(self)?).context("cannot write the stack's state")
    }

    pub(crate) fn stack(&self) -> Stack {
        Stack::new(&self.emulator.endpoint, self.outputs.clone())
    }

    /// Notes that the stack is about to be changed: should that not come to its end, the next run applies everything.
    pub(crate) fn begin_change(&self, files: &Repository) -> Result<()> {
        Self { fingerprint: String::new(), ..self.clone() }.save(files)
    }

    /// Ends whatever an earlier run left up; says whether there was anything. Each kind of emulator has a file of its
    /// own that tells, so that a state of another version is no obstacle.
    pub(crate) async fn end(files: &Repository) -> Result<bool> {
        let external_stack = external::end_left(files).await?;
        let containers = cleanup::end_left(files).await?;
        let process = Self::end_process(files);
        let _ = std::fs::remove_file(Self::file(files));
        Ok(external_stack || containers || process)
    }

    fn end_process(files: &Repository) -> bool {
        let pid = std::fs::read_to_string(files.emulator_pid()).ok().and_then(|pid| pid.trim().parse().ok());
        let running = pid.filter(|pid| is_our_emulator(files, *pid));
        if let Some(pid) = running {
            end_group(pid, || true);
        }
        let _ = std::fs::remove_file(files.emulator_pid());
        running.is_some()
    }

    fn file(files: &Repository) -> std::path::PathBuf {
        files.own.join("stack.json")
    }
}

/// A process id may have gone to somebody else since: only a process that was started from our folder is ours to end.
fn is_our_emulator(files: &Repository, pid: u32) -> bool {
    let folder = files.own.join("emulator");
    match std::fs::read_link(format!("/proc/{pid}/cwd")) {
        Ok(works_in) => works_in == folder,
        // Gone, or a system without /proc.
        Err(_) => Command::new("ps")
            .args(["-o", "command=", "-p", &pid.to_string()])
            .output()
            .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(&*folder.to_string_lossy())),
    }
}
