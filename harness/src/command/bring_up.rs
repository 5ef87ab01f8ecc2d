use std::process::Command;

use anyhow::{Result, ensure};

use crate::emulator::Emulator;
use crate::files::Files;
use crate::package;
use crate::sink::Sink;
use crate::stack::{Stack, State, terraform_variables};
use crate::terraform::Terraform;

/// What is up, and whose it is.
pub(super) struct Running {
    pub(super) state: State,
    pub(super) terraform: Terraform,
    pub(super) sink: Sink,
    /// Whether this run has applied anything.
    pub(super) applied: bool,
    /// The emulator, if this run has started it: it ends with this value.
    pub(super) emulator: Option<Emulator>,
}

/// Leaves a stack up for the next command.
pub(super) fn leave_up(files: &Files, state: &State, emulator: Option<Emulator>) -> Result<()> {
    state.save(files)?;
    emulator.map_or(Ok(()), Emulator::release)
}

/// A stack from nothing, or (`reuse`) the one that is up, changed as far as it has to be.
pub(super) async fn bring_up(files: &Files, port: Option<u16>, reuse: bool) -> Result<Running> {
    check_tools()?;
    let known = if reuse { State::load(files).await? } else { None };
    match known {
        Some(state) => again(files, state).await,
        None => anew(files, port).await,
    }
}

/// Told before anything is built.
fn check_tools() -> Result<()> {
    for (tool, argument, advice) in [
        ("terraform", "version", "install Terraform 1.11 or later"),
        ("python3", "--version", "install Python 3.10 or later with its venv module"),
    ] {
        let answers = Command::new(tool).arg(argument).output().is_ok_and(|output| output.status.success());
        ensure!(answers, "{tool} is not on the PATH or does not run: {advice}");
    }
    Ok(())
}

async fn anew(files: &Files, port: Option<u16>) -> Result<Running> {
    if State::end(files)? {
        eprintln!("the stack that was left up is taken down first");
    }
    let (packages, mut emulator) = tokio::try_join!(package::build(files), Emulator::start(files, port))?;
    let sink = Sink::start(0).await?;
    let variables = terraform_variables(&packages, sink.port);
    let fingerprint = Terraform::fingerprint(files, &[&packages.ingest, &packages.process], &variables)?;
    let endpoint = emulator.endpoint.clone();
    let made = emulator.while_alive(async {
        let terraform = Terraform::prepare(files, &endpoint, true).await?;
        let outputs = terraform.apply(&variables).await?;
        let secrets = Stack::new(&endpoint, outputs.clone()).fill_secrets().await?;
        Ok((terraform, outputs, secrets))
    });
    let (terraform, outputs, secrets) = made.await?;
    let state = State { endpoint, sink_port: sink.port, fingerprint, outputs, secrets };
    Ok(Running { state, terraform, sink, applied: true, emulator: Some(emulator) })
}

async fn again(files: &Files, mut state: State) -> Result<Running> {
    let sink = Sink::start(state.sink_port).await?;
    let packages = package::build(files).await?;
    let variables = terraform_variables(&packages, state.sink_port);
    let fingerprint = Terraform::fingerprint(files, &[&packages.ingest, &packages.process], &variables)?;
    let applied = fingerprint != state.fingerprint;
    // Until it is left up again: whatever interrupts this run, the next one applies and fills all there is.
    state.begin_change(files)?;
    let terraform = if applied {
        let terraform = Terraform::prepare(files, &state.endpoint, false).await?;
        state.outputs = terraform.apply(&variables).await?;
        // A source that is new has an empty secret.
        state.secrets = state.stack().fill_secrets().await?;
        state.fingerprint = fingerprint;
        terraform
    } else {
        Terraform::as_it_was(files, &state.endpoint)
    };
    Ok(Running { state, terraform, sink, applied, emulator: None })
}
