use std::process::Command;

use anyhow::{Result, ensure};
use serde_json::Value;

use crate::emulator::{Capabilities, Emulator, Kind, Need, Options, Place};
use crate::files::Files;
use crate::package::{self, Packages};
use crate::sink::Sink;
use crate::stack::{Elsewhere, Secrets, Stack, State, terraform_variables};
use crate::terraform::{Terraform, Which};

/// What is up, and whose it is.
pub(super) struct Running {
    pub(super) state: State,
    pub(super) terraform: Terraform,
    /// What is applied.
    pub(super) variables: Value,
    pub(super) sink: Sink,
    /// Whether this run has applied anything.
    pub(super) applied: bool,
    /// If this run has started it, it ends with this value.
    pub(super) emulator: Emulator,
    pub(super) elsewhere: Elsewhere,
}

/// Leaves a stack up for the next command.
pub(super) fn leave_up(files: &Files, state: &State, emulator: Emulator, elsewhere: Elsewhere) -> Result<()> {
    state.save(files)?;
    elsewhere.leave();
    emulator.release()
}

/// A stack from nothing, or (`reuse`) the one that is up, changed as far as it has to be.
pub(super) async fn bring_up(files: &Files, options: &Options, reuse: bool) -> Result<Running> {
    check_tools()?;
    let known = if reuse { State::load(files).await? } else { None };
    match known.filter(|state| options.accept(&state.place)) {
        Some(state) => again(files, options, state).await,
        None => anew(files, options).await,
    }
}

/// Told before anything is built.
pub(super) fn check_tools() -> Result<()> {
    for (tool, argument, advice) in [
        ("terraform", "version", "install Terraform 1.11 or later"),
        ("python3", "--version", "install Python 3.10 or later with its venv module"),
    ] {
        let answers = Command::new(tool).arg(argument).output().is_ok_and(|output| output.status.success());
        ensure!(answers, "{tool} is not on the PATH or does not run: {advice}");
    }
    Ok(())
}

/// An emulator with nothing on it, and the packages for it.
pub(super) async fn start(files: &Files, options: &Options) -> Result<(Packages, Emulator)> {
    if State::end(files).await? {
        eprintln!("the stack that was left up is taken down first");
    }
    let (packages, emulator) = tokio::try_join!(package::build(files), Emulator::start(files, options))?;
    emulator.check_programs(&packages)?;
    Ok((packages, emulator))
}

async fn anew(files: &Files, options: &Options) -> Result<Running> {
    let (packages, mut emulator) = start(files, options).await?;
    let place = emulator.place.clone();
    let sink = Sink::start(place.host, 0).await?;
    emulator.reaches(sink.port).await?;
    let variables = terraform_variables(&packages, &emulator, options.api, sink.port);
    let fingerprint = Terraform::fingerprint(files, &[&packages.ingest, &packages.process], &variables)?;
    let elsewhere = Elsewhere::note(files, &place)?;
    let capabilities = emulator.capabilities.clone();
    let made = emulator.while_alive(async {
        let terraform = Terraform::prepare(files, &place.endpoint, Which::local(), true).await?;
        let outputs = terraform.apply(&variables).await?;
        let stack = Stack::new(&place.endpoint, outputs.clone());
        let secrets = complete(&stack, &place, &capabilities, &sink).await?;
        Ok((terraform, outputs, secrets))
    });
    let (terraform, outputs, secrets) = made.await?;
    let state = State { place, sink_port: sink.port, fingerprint, outputs, secrets };
    Ok(Running { state, terraform, variables, sink, applied: true, emulator, elsewhere })
}

async fn again(files: &Files, options: &Options, mut state: State) -> Result<Running> {
    let emulator = Emulator::attach(files, options, state.place.clone()).await?;
    let sink = Sink::start(state.place.host, state.sink_port).await?;
    let packages = package::build(files).await?;
    emulator.check_programs(&packages)?;
    let variables = terraform_variables(&packages, &emulator, options.api, state.sink_port);
    let fingerprint = Terraform::fingerprint(files, &[&packages.ingest, &packages.process], &variables)?;
    let applied = fingerprint != state.fingerprint;
    // Until it is left up again: whatever interrupts this run, the next one applies and fills all there is.
    state.begin_change(files)?;
    let elsewhere = Elsewhere::note(files, &state.place)?;
    let terraform = if applied {
        let terraform = Terraform::prepare(files, &state.place.endpoint, Which::local(), false).await?;
        state.outputs = terraform.apply(&variables).await?;
        // What is new has an empty secret.
        state.secrets = complete(&state.stack(), &state.place, &emulator.capabilities, &sink).await?;
        state.fingerprint = fingerprint;
        terraform
    } else {
        Terraform::as_it_was(files, &state.place.endpoint)
    };
    Ok(Running { state, terraform, variables, sink, applied, emulator, elsewhere })
}

/// What a person does after an apply: fills the secrets, and has SES know the sender.
async fn complete(stack: &Stack, place: &Place, capabilities: &Capabilities, sink: &Sink) -> Result<Secrets> {
    if capabilities.lacks(Need::Ses).is_none() {
        stack.verify_sender().await?;
    }
    if place.kind == Kind::Ministack {
        stack.allow_what_is_asked_otherwise().await?;
    }
    stack.fill_secrets(&sink.url(place.host)).await
}
