use std::process::Command;

use anyhow::{Result, ensure};
use serde_json::Value;

use crate::build::package::{self, Packages};
use crate::emulator::{Capabilities, Capability, Emulator, EmulatorInfo, Kind, Options};
use crate::stack::{ExternalStack, Secrets, Stack, State, terraform_variables};
use crate::system::repository::Repository;
use crate::terraform::{Configuration, Terraform};
use crate::traffic::sink::Sink;

/// What is up, and whose it is.
pub(crate) struct Running {
    pub(crate) state: State,
    pub(crate) terraform: Terraform,
    /// What is applied.
    pub(crate) variables: Value,
    pub(crate) sink: Sink,
    /// Whether this run has applied anything.
    pub(crate) applied: bool,
    /// If this run has started it, it ends with this value.
    pub(crate) emulator: Emulator,
    pub(crate) external_stack: ExternalStack,
}

/// Leaves a stack up for the next command.
pub(crate) fn leave_up(
    files: &Repository,
    state: &State,
    emulator: Emulator,
    external_stack: ExternalStack,
) -> Result<()> {
    state.save(files)?;
    external_stack.leave();
    emulator.release()
}

/// A stack from nothing, or (`reuse`) the one that is up, changed as far as it has to be.
pub(crate) async fn bring_up(files: &Repository, options: &Options, reuse: bool) -> Result<Running> {
    check_tools()?;
    let known = if reuse { State::load(files).await? } else { None };
    match known.filter(|state| options.accept(&state.emulator)) {
        Some(state) => again(files, options, state).await,
        None => anew(files, options).await,
    }
}

/// Told before anything is built.
pub(crate) fn check_tools() -> Result<()> {
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
pub(crate) async fn start(files: &Repository, options: &Options) -> Result<(Packages, Emulator)> {
    if State::end(files).await? {
        eprintln!("the stack that was left up is taken down first");
    }
    let (packages, emulator) = tokio::try_join!(package::build(files), Emulator::start(files, options))?;
    emulator.check_programs(&packages)?;
    Ok((packages, emulator))
}

async fn anew(files: &Repository, options: &Options) -> Result<Running> {
    let (packages, mut emulator) = start(files, options).await?;
    let emulator_info = emulator.emulator_info.clone();
    let sink = Sink::start(emulator_info.host, 0).await?;
    emulator.reaches(sink.port).await?;
    let variables = terraform_variables(&packages, &emulator, options.api, sink.port);
    let fingerprint = Terraform::fingerprint(files, &[&packages.ingest, &packages.process], &variables)?;
    let external_stack = ExternalStack::note(files, &emulator_info)?;
    let capabilities = emulator.capabilities.clone();
    let made = emulator.while_alive(async {
        let terraform = Terraform::prepare(files, &emulator_info.endpoint, Configuration::local(), true).await?;
        let outputs = terraform.apply(&variables).await?;
        let stack = Stack::new(&emulator_info.endpoint, outputs.clone());
        let secrets = complete(&stack, &emulator_info, &capabilities, &sink).await?;
        Ok((terraform, outputs, secrets))
    });
    let (terraform, outputs, secrets) = made.await?;
    let state = State { emulator: emulator_info, sink_port: sink.port, fingerprint, outputs, secrets };
    Ok(Running { state, terraform, variables, sink, applied: true, emulator, external_stack })
}

async fn again(files: &Repository, options: &Options, mut state: State) -> Result<Running> {
    let emulator = Emulator::attach(files, options, state.emulator.clone()).await?;
    let sink = Sink::start(state.emulator.host, state.sink_port).await?;
    let packages = package::build(files).await?;
    emulator.check_programs(&packages)?;
    let variables = terraform_variables(&packages, &emulator, options.api, state.sink_port);
    let fingerprint = Terraform::fingerprint(files, &[&packages.ingest, &packages.process], &variables)?;
    let applied = fingerprint != state.fingerprint;
    // Until it is left up again: whatever interrupts this run, the next one applies and fills all there is.
    state.begin_change(files)?;
    let external_stack = ExternalStack::note(files, &state.emulator)?;
    let terraform = if applied {
        let terraform = Terraform::prepare(files, &state.emulator.endpoint, Configuration::local(), false).await?;
        state.outputs = terraform.apply(&variables).await?;
        // What is new has an empty secret.
        state.secrets = complete(&state.stack(), &state.emulator, &emulator.capabilities, &sink).await?;
        state.fingerprint = fingerprint;
        terraform
    } else {
        Terraform::as_it_was(files, &state.emulator.endpoint)
    };
    Ok(Running { state, terraform, variables, sink, applied, emulator, external_stack })
}

/// What a person does after an apply: fills the secrets, and has SES know the sender.
async fn complete(
    stack: &Stack,
    emulator_info: &EmulatorInfo,
    capabilities: &Capabilities,
    sink: &Sink,
) -> Result<Secrets> {
    if capabilities.lacks(Capability::Ses).is_none() {
        stack.verify_sender().await?;
    }
    if emulator_info.kind == Kind::Ministack {
        stack.allow_what_is_asked_otherwise().await?;
    }
    stack.fill_secrets(&sink.url(emulator_info.host)).await
}
