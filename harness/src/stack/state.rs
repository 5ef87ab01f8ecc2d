use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::{Secrets, Stack};
use crate::files::Files;
use crate::guarded::end_group;
use crate::terraform::Outputs;

/// What has to be known of a stack that was left up.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) endpoint: String,
    pub(crate) emulator_pid: u32,
    pub(crate) sink_port: u16,
    /// What the stack was made from: the same again needs no apply.
    pub(crate) fingerprint: String,
    pub(crate) outputs: Outputs,
    pub(crate) secrets: Secrets,
}

impl State {
    /// The stack that was left up, if there is one and it still answers.
    pub(crate) async fn load(files: &Files) -> Result<Option<Self>> {
        let Ok(text) = std::fs::read(Self::file(files)) else { return Ok(None) };
        // Written by another version, perhaps: then it is as good as none.
        let Ok(state) = serde_json::from_slice::<Self>(&text) else { return Ok(None) };
        let answers = reqwest::get(format!("{}/_ministack/ready", state.endpoint)).await;
        Ok(answers.is_ok_and(|answer| answer.status().is_success()).then_some(state))
    }

    /// The same, for a command that needs one.
    pub(crate) async fn require(files: &Files) -> Result<Self> {
        match Self::load(files).await? {
            Some(state) => Ok(state),
            None => bail!("no stack is up: `cargo harness up` or `cargo e2e --keep` brings one up"),
        }
    }

    pub(crate) fn save(&self, files: &Files) -> Result<()> {
        std::fs::write(Self::file(files), serde_json::to_vec_pretty(self)?).context("cannot write the stack's state")
    }

    pub(crate) fn stack(&self) -> Stack {
        Stack::new(&self.endpoint, self.outputs.clone())
    }

    /// Ends whatever an earlier run left up; says whether there was anything.
    pub(crate) fn end(files: &Files) -> Result<bool> {
        let file = Self::file(files);
        let Ok(text) = std::fs::read(&file) else { return Ok(false) };
        if let Ok(state) = serde_json::from_slice::<Self>(&text)
            && runs_our_emulator(files, state.emulator_pid)
        {
            end_group(state.emulator_pid, || true);
        }
        std::fs::remove_file(file)?;
        Ok(true)
    }

    fn file(files: &Files) -> std::path::PathBuf {
        files.own.join("stack.json")
    }
}

/// A process id may have gone to somebody else since: only a process that works in our folder is ours to end.
fn runs_our_emulator(files: &Files, pid: u32) -> bool {
    match std::fs::read_link(format!("/proc/{pid}/cwd")) {
        Ok(folder) => folder == files.own.join("emulator"),
        // No /proc: the file's own word counts.
        Err(_) => !std::path::Path::new("/proc/self").exists(),
    }
}
