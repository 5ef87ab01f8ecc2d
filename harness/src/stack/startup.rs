use std::process::{Command, Stdio};

use anyhow::{Result, ensure};
use serde_json::Value;

use super::aws_receivers;
use super::receiving::start_sink;
use crate::build::package::{self, Packages};
use crate::emulator::{Capabilities, Capability, Emulator, EmulatorInfo, EmulatorKind, EmulatorOptions};
use crate::stack::{ExternalStack, Secrets, Stack, StackConfig, State, terraform_variables};
use crate::system::repository::Repository;
use crate::terraform::{Configuration, Terraform};
use crate::traffic::sink::Sink;

/// How often a stack is created on a new emulator. About one of four creations of the complete stack fails.
const MAX_CREATIONS: usize = 4;

/// A running stack and what it was created from.
pub(crate) struct RunningStack {
    pub(crate) state: State,
    pub(crate) terraform: Terraform,
    /// The applied variables.
    pub(crate) variables: Value,
    pub(crate) sink: Sink,
    /// Whether this run has applied the configuration.
    pub(crate) applied: bool,
    /// The emulator. If this run started it, it ends when this value is dropped.
    pub(crate) emulator: Emulator,
    pub(crate) external_stack: ExternalStack,
}

/// Saves the state and lets the stack run after the harness ends.
pub(crate) fn keep_running(
    repository: &Repository,
    state: &State,
    emulator: Emulator,
    external_stack: ExternalStack,
) -> Result<()> {
    state.save(repository)?;
    external_stack.keep_running();
    emulator.detach()
}

/// Starts a new stack. With `reuse`, updates the running stack if it is on the selected emulator.
pub(crate) async fn start_stack(
    repository: &Repository,
    options: &EmulatorOptions,
    config: &StackConfig,
    reuse: bool,
) -> Result<RunningStack> {
    check_required_tools()?;
    let running = if reuse { State::load(repository).await? } else { None };
    match running.filter(|state| options.matches(&state.emulator)) {
        Some(state) => update(repository, options, config, state).await,
        None => create(repository, options, config).await,
    }
}

/// Checks that the required tools are installed, before a long build starts.
pub(crate) fn check_required_tools() -> Result<()> {
    let commands = [
        ("terraform", "version", "install Terraform 1.11 or later"),
        ("python3", "--version", "install Python 3.10 or later with its venv module"),
        ("aws", "--version", "install the AWS CLI, which the scripts for releases and rollbacks use"),
    ];
    // Each takes up to a second, so they run at the same time.
    let started = commands.map(|(tool, argument, advice)| {
        let command = Command::new(tool).arg(argument).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        (tool, advice, command)
    });
    for (tool, advice, command) in started {
        let works = command.and_then(|mut command| command.wait()).is_ok_and(|status| status.success());
        ensure!(works, "{tool} is not on the PATH or does not run: {advice}");
    }
    Ok(())
}

/// Starts an empty emulator and builds the packages. Ends the stack of an earlier run first.
pub(crate) async fn start_emulator(repository: &Repository, options: &EmulatorOptions) -> Result<(Packages, Emulator)> {
    if State::take_down(repository).await? {
        eprintln!("ended the running stack");
    }
    let (packages, emulator) = tokio::try_join!(package::build(repository), Emulator::start(repository, options))?;
    emulator.check_packages(&packages)?;
    Ok((packages, emulator))
}

/// Creates a stack on a new emulator. If the emulator loses the response to a request that creates a resource, the provider
/// repeats the request, and the apply fails because the resource exists. LocalStack can also lose one of two concurrent
/// changes of an API's stage. AWS recognizes repetitions and keeps both changes, so only an emulator gets further attempts,
/// from the beginning.
async fn create(repository: &Repository, options: &EmulatorOptions, config: &StackConfig) -> Result<RunningStack> {
    for _ in 1..MAX_CREATIONS {
        match create_once(repository, options, config).await {
            Err(error) if is_emulator_fault(&format!("{error:#}")) => {
                eprintln!("the emulator lost a request, so the apply is repeated on a new emulator: {error:#}");
            }
            result => return result,
        }
    }
    create_once(repository, options, config).await
}

/// Returns whether an apply failed because a resource exists already, or because a change of a stage was lost.
fn is_emulator_fault(error: &str) -> bool {
    const CODES: [&str; 5] = [
        "ResourceExistsException",
        "AlreadyExists",
        "AlreadyOwnedByYou",
        "ConflictException",
        "ConditionalCheckFailedException",
    ];
    let is_lost_change = error.contains("reading API Gateway Method Settings") && error.contains("empty result");
    is_lost_change || CODES.iter().any(|code| error.contains(code))
}

async fn create_once(repository: &Repository, options: &EmulatorOptions, config: &StackConfig) -> Result<RunningStack> {
    let (packages, mut emulator) = start_emulator(repository, options).await?;
    let info = emulator.info.clone();
    let sink = start_sink(repository, config, &info, 0).await?;
    emulator.check_reachable(sink.port).await?;
    let variables = terraform_variables(config, &packages, &emulator, options.api, sink.port);
    let fingerprint = Terraform::fingerprint(repository, &packages.paths(), &variables)?;
    let external_stack = ExternalStack::record(repository, &info)?;
    let capabilities = emulator.capabilities.clone();
    let created = emulator.while_running(async {
        let url = sink.url(info.host);
        let function = package::receiver(repository)?;
        let receivers = aws_receivers::create(&info.endpoint, &capabilities, &url, &function);
        let terraform = Terraform::prepare(repository, &info.endpoint, Configuration::local(), true);
        let ((), terraform) = tokio::try_join!(receivers, terraform)?;
        let outputs = terraform.apply_and_read_outputs(&variables).await?;
        let stack = Stack::new(&info.endpoint, outputs.clone());
        let secrets = set_up(&stack, config, &info, &capabilities, &sink).await?;
        Ok((terraform, outputs, secrets))
    });
    let (terraform, outputs, secrets) = created.await?;
    let state = State { emulator: info, sink_port: sink.port, fingerprint, outputs, secrets };
    Ok(RunningStack { state, terraform, variables, sink, applied: true, emulator, external_stack })
}

/// Updates the running stack. Applies the configuration only if it has changed.
async fn update(
    repository: &Repository,
    options: &EmulatorOptions,
    config: &StackConfig,
    mut state: State,
) -> Result<RunningStack> {
    let emulator = Emulator::attach(repository, options, state.emulator.clone()).await?;
    let sink = state.start_sink(repository, config).await?;
    let packages = package::build(repository).await?;
    emulator.check_packages(&packages)?;
    let variables = terraform_variables(config, &packages, &emulator, options.api, state.sink_port);
    let fingerprint = Terraform::fingerprint(repository, &packages.paths(), &variables)?;
    let applied = fingerprint != state.fingerprint;
    // If this run is interrupted, the next run applies again and writes all secrets.
    state.save_before_change(repository)?;
    let external_stack = ExternalStack::record(repository, &state.emulator)?;
    let terraform = if applied {
        let EmulatorInfo { endpoint, host, .. } = &state.emulator;
        let function = package::receiver(repository)?;
        aws_receivers::create(endpoint, &emulator.capabilities, &sink.url(*host), &function).await?;
        let terraform = Terraform::prepare(repository, &state.emulator.endpoint, Configuration::local(), false).await?;
        state.outputs = terraform.apply_and_read_outputs(&variables).await?;
        // New sources and destinations have empty secrets.
        state.secrets = set_up(&state.stack(), config, &state.emulator, &emulator.capabilities, &sink).await?;
        if state.outputs.function_versions != state.outputs.alias_versions() {
            // The versions of the last run can be marked as rolled back, if it was interrupted.
            terraform.run_script("release.sh", &variables, &["--again"]).await?;
            state.outputs = terraform.outputs().await?;
        }
        state.fingerprint = fingerprint;
        terraform
    } else {
        Terraform::existing(repository, &state.emulator.endpoint)
    };
    Ok(RunningStack { state, terraform, variables, sink, applied, emulator, external_stack })
}

/// Does the steps that an operator does after an apply: verifies the e-mail sender and writes the secrets.
async fn set_up(
    stack: &Stack,
    config: &StackConfig,
    info: &EmulatorInfo,
    capabilities: &Capabilities,
    sink: &Sink,
) -> Result<Secrets> {
    if capabilities.unavailable_reason(Capability::Ses).is_none() {
        stack.verify_sender().await?;
    }
    if info.kind == EmulatorKind::Ministack {
        stack.add_emulator_policy().await?;
    }
    let secrets = stack.fill_secrets(config, &sink.url(info.host)).await?;
    sink.set_secrets(secrets.destinations.clone());
    Ok(secrets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_of_the_emulator_is_recognized() {
        assert!(is_emulator_fault("CreateSecret, StatusCode: 400, ResourceExistsException: The operation failed"));
        assert!(is_emulator_fault("CreateRole, StatusCode: 409, EntityAlreadyExists: Role exists"));
        assert!(is_emulator_fault(
            "CreateResource, StatusCode: 409, ConflictException: Another resource with the same"
        ));
        assert!(is_emulator_fault(
            "PutItem, StatusCode: 400, ConditionalCheckFailedException: The conditional request"
        ));
        assert!(is_emulator_fault(
            "reading API Gateway Method Settings (vjtocpdlkb-live-~1webhooks~1logged/POST): empty result"
        ));
        assert!(!is_emulator_fault("CreateRole, StatusCode: 403, AccessDenied"));
    }
}
