use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::{Secrets, Stack, external};
use crate::emulator::{EmulatorInfo, cleanup, is_ready};
use crate::system::repository::Repository;
use crate::system::supervisor::end_group;
use crate::terraform::Outputs;

/// State of a stack that keeps running between commands. The `hookline` command reads the members `emulator` and
/// `outputs` of its file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) emulator: EmulatorInfo,
    pub(crate) sink_port: u16,
    /// Fingerprint of the applied configuration. The same fingerprint needs no new apply.
    pub(crate) fingerprint: String,
    pub(crate) outputs: Outputs,
    pub(crate) secrets: Secrets,
}

impl State {
    /// Returns the running stack, or `None` if there is no stack or its emulator does not respond.
    pub(crate) async fn load(repository: &Repository) -> Result<Option<Self>> {
        let Ok(text) = std::fs::read(Self::file(repository)) else { return Ok(None) };
        // Another version of the harness may have written the file in another format.
        let Ok(state) = serde_json::from_slice::<Self>(&text) else { return Ok(None) };
        Ok(is_ready(&state.emulator.endpoint).await.then_some(state))
    }

    /// Returns the running stack. Fails if there is none.
    pub(crate) async fn require(repository: &Repository) -> Result<Self> {
        match Self::load(repository).await? {
            Some(state) => Ok(state),
            None => bail!("no stack is running: start one with `cargo harness up` or `cargo e2e --keep`"),
        }
    }

    /// Writes the state file.
    pub(crate) fn save(&self, repository: &Repository) -> Result<()> {
        let written = std::fs::write(Self::file(repository), serde_json::to_vec_pretty(self)?);
        written.context("cannot write the state of the stack")
    }

    /// Returns a handle to the stack.
    pub(crate) fn stack(&self) -> Stack {
        Stack::new(&self.emulator.endpoint, self.outputs.clone())
    }

    /// Saves the state without its fingerprint before a change. If the change is interrupted, the next run applies again.
    pub(crate) fn save_before_change(&self, repository: &Repository) -> Result<()> {
        Self { fingerprint: String::new(), ..self.clone() }.save(repository)
    }

    /// Ends the stack and the emulator of an earlier run. Returns whether there was one. Each kind of emulator has its own
    /// marker file, so that this works for a state file of another version too.
    pub(crate) async fn take_down(repository: &Repository) -> Result<bool> {
        let external_stack = external::destroy_leftovers(repository).await?;
        let containers = cleanup::remove_leftovers(repository).await?;
        let process = Self::end_process(repository);
        let _ = std::fs::remove_file(Self::file(repository));
        Ok(external_stack || containers || process)
    }

    fn end_process(repository: &Repository) -> bool {
        let pid_file = repository.emulator_pid_file();
        let pid = std::fs::read_to_string(&pid_file).ok().and_then(|pid| pid.trim().parse().ok());
        let running = pid.filter(|pid| is_emulator(repository, *pid));
        if let Some(pid) = running {
            end_group(pid, || true);
        }
        let _ = std::fs::remove_file(pid_file);
        running.is_some()
    }

    fn file(repository: &Repository) -> PathBuf {
        repository.harness_directory.join("stack.json")
    }
}

/// Returns whether a process was started in the emulator's folder. The operating system may have given the recorded id to
/// another process.
fn is_emulator(repository: &Repository, pid: u32) -> bool {
    let folder = repository.harness_directory.join("emulator");
    match std::fs::read_link(format!("/proc/{pid}/cwd")) {
        Ok(working_directory) => working_directory == folder,
        // The process has ended, or the operating system has no /proc.
        Err(_) => Command::new("ps")
            .args(["-o", "command=", "-p", &pid.to_string()])
            .output()
            .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(&*folder.to_string_lossy())),
    }
}

#[cfg(test)]
mod tests {
    use hookline::target::LocalStack;
    use serde_json::json;

    use super::*;

    /// The outputs of the root module, with a different value for each.
    fn outputs() -> Outputs {
        let functions =
            |name: &str| json!({ "ingest": format!("{name}-ingest"), "process": format!("{name}-process") });
        let outputs = json!({
            "api_type": "rest", "api_id": "id", "stage_name": "live",
            "queue_url": "http://e/intake", "queue_arn": "arn:intake", "retry_queue_url": "http://e/retry",
            "retry_queue_arn": "arn:retry", "dlq_url": "http://e/dlq", "dlq_arn": "arn:dlq",
            "source_secret_names": {}, "destination_secret_names": {},
            "function_names": functions("name"), "function_versions": functions("version"),
            "ingest_alias_version": "1", "process_alias_version": "2",
            "role_names": functions("role"), "role_policy_names": functions("policy"),
            "log_group_names": functions("log"), "api_log_group_name": "log-api", "alarm_names": {},
        });
        serde_json::from_value(outputs).unwrap()
    }

    #[test]
    fn hookline_command_reads_the_state_file() {
        let emulator = json!({ "kind": "ministack", "endpoint": "http://127.0.0.1:4566", "host": "127.0.0.1" });
        let state = State {
            emulator: serde_json::from_value(emulator).unwrap(),
            sink_port: 1,
            fingerprint: "f".to_owned(),
            outputs: outputs(),
            secrets: Secrets::default(),
        };
        let local_stack = LocalStack::from_json(&serde_json::to_vec_pretty(&state).unwrap()).unwrap();
        assert_eq!(local_stack.endpoint(), "http://127.0.0.1:4566");
        assert_eq!(*local_stack.resources(), state.outputs.resources());
    }
}
