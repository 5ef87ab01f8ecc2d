//! LocalStack in a container, with `testcontainers`. LocalStack starts another container for each execution environment of a
//! function.
//!
//! The LocalStack module of `testcontainers-modules` is not suitable: it publishes ports on every interface and waits three
//! seconds after LocalStack reports that it is ready.

use std::collections::HashMap;
use std::io::Write;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context, Error, Result, anyhow, ensure};
use hookline::output::Step;
use testcontainers::bollard::models::PortBinding;
use testcontainers::core::logs::LogFrame;
use testcontainers::core::{CmdWaitFor, ExecCommand, Host, Mount, WaitFor};
use testcontainers::runners::AsyncRunner;
use testcontainers::{ContainerAsync, ContainerRequest, GenericImage, ImageExt, ReuseDirective, TestcontainersError};

use super::adapter::Adapter;
use super::docker::{self, Engine};
use super::info::{EmulatorInfo, EmulatorKind};
use super::options::EmulatorOptions;
use super::{cleanup, process};
use crate::system::log::tail;
use crate::system::parent_pipe::ParentPipe;
use crate::system::repository::Repository;

const PORT: &str = "4566/tcp";
/// Name of this machine in containers.
const HOST_NAME: &str = "host.docker.internal";
/// Label of LocalStack's own container. The containers of the functions have only the common label.
const ROLE_LABEL: (&str, &str) = ("hookline.role", "emulator");

/// A running LocalStack container.
#[derive(Debug)]
pub(super) struct Container {
    container: ContainerAsync<GenericImage>,
    engine: Engine,
    log: PathBuf,
    /// Removes all containers when it is dropped; `None` if another run started the container.
    cleanup: Option<ParentPipe>,
}

impl Container {
    /// Starts LocalStack.
    pub(super) async fn start(repository: &Repository, options: &EmulatorOptions) -> Result<(Self, EmulatorInfo)> {
        ensure!(
            cfg!(target_os = "linux"),
            "LocalStack runs functions in Linux containers, and the functions are built for this machine: use --emulator \
             ministack"
        );
        let engine =
            Engine::find().await.map_err(|error| anyhow!("{error}; --emulator ministack works without Docker"))?;
        let port = process::port_to_use(options.port)?;
        let image = options.image();
        let cleanup = cleanup::start_helper(repository)?;
        pull(&engine, &image).await?;
        let step = Step::start(format!("start {image} on port {port}"));
        let log = repository.log("emulator");
        let request = request(repository, options, port)?;
        let container = match request.start().await {
            Ok(container) => container,
            Err(error) => return Err(start_error(&engine, repository, &log, error).await),
        };
        let container = Self { container, engine, log, cleanup: Some(cleanup) };
        let host = container.host_address().await?;
        step.done("");
        Ok((
            container,
            EmulatorInfo {
                kind: EmulatorKind::Localstack { image },
                endpoint: format!("http://127.0.0.1:{port}"),
                host,
            },
        ))
    }

    /// Connects to the container of an earlier run. Its log file is written again from the start.
    pub(super) async fn attach(repository: &Repository, options: &EmulatorOptions) -> Result<Self> {
        let engine = Engine::find().await?;
        let container = request(repository, options, 0)?
            .start()
            .await
            .context("cannot connect to the running LocalStack container")?;
        Ok(Self { container, engine, log: repository.log("emulator"), cleanup: None })
    }

    /// Returns the address of this machine in containers: the bridge's gateway on Linux, a special address in Docker Desktop.
    async fn host_address(&self) -> Result<Ipv4Addr> {
        let (_, hosts) = self.run(&["cat", "/etc/hosts"]).await?;
        address_of(HOST_NAME, &hosts).with_context(|| format!("the container has no address for {HOST_NAME}:\n{hosts}"))
    }

    /// Checks that containers can connect to a port of this machine.
    pub(super) async fn check_reachable(&self, host: Ipv4Addr, port: u16) -> Result<()> {
        let (code, _) = self.run(&["timeout", "5", "bash", "-c", &format!("exec 3<>/dev/tcp/{host}/{port}")]).await?;
        ensure!(
            code == 0,
            "functions in containers cannot connect to this machine at {host}:{port}: check the firewall for Docker's bridge"
        );
        Ok(())
    }

    async fn run(&self, command: &[&str]) -> Result<(i64, String)> {
        let command = ExecCommand::new(command.iter().copied()).with_cmd_ready_condition(CmdWaitFor::exit());
        let mut done = self.container.exec(command).await.context("cannot run a command in the container")?;
        let output = done.stdout_to_vec().await.context("cannot read the output of a command in the container")?;
        let code =
            done.exit_code().await.context("cannot read the exit code of a command in the container")?.unwrap_or(-1);
        Ok((code, String::from_utf8_lossy(&output).into_owned()))
    }
}

impl Adapter for Container {
    async fn wait_for_exit(&mut self) -> Error {
        let end = self.engine.wait_for_exit(self.container.id()).await;
        let _ = self.engine.write_log(self.container.id(), &self.log).await;
        anyhow!("LocalStack ended unexpectedly ({end}); its log is {}\n{}", self.log.display(), tail(&self.log, 10))
    }

    fn detach(self) -> Result<()> {
        self.cleanup.map_or(Ok(()), ParentPipe::detach)
    }
}

/// Pulls an image that is not on this machine.
async fn pull(engine: &Engine, image: &str) -> Result<()> {
    if engine.has_image(image).await {
        return Ok(());
    }
    let step = Step::start(format!("pull {image} (once, about a gigabyte)"));
    let (name, tag) = split_image(image);
    let _ = AsyncRunner::pull_image(GenericImage::new(name, tag)).await.with_context(|| {
        format!(
            "cannot pull {image}: check the connection to the registry, select another image with --image, or use \
             --emulator ministack"
        )
    })?;
    step.done("");
    Ok(())
}

/// Returns the configuration of the container.
fn request(repository: &Repository, options: &EmulatorOptions, port: u16) -> Result<ContainerRequest<GenericImage>> {
    let (label, image, socket) = (cleanup::label(repository), options.image(), docker::socket().display().to_string());
    let (key, value) = label.split_once('=').context("the label has no value")?;
    let (name, tag) = split_image(&image);
    let log = repository.log("emulator");
    let file = std::fs::File::create(&log).with_context(|| format!("cannot write `{}`", log.display()))?;
    let file = Mutex::new(file);
    let mut request = GenericImage::new(name, tag)
        .with_wait_for(WaitFor::message_on_stdout("Ready."))
        .with_startup_timeout(Duration::from_secs(120))
        // `testcontainers` must not remove the container: the cleanup helper does, also after a crash of the harness.
        .with_reuse(ReuseDirective::Always)
        .with_container_name(format!("hookline-{value}"))
        .with_label(key, value)
        .with_label(ROLE_LABEL.0, ROLE_LABEL.1)
        .with_mount(Mount::bind_mount(socket, "/var/run/docker.sock"))
        .with_host(HOST_NAME, Host::HostGateway)
        .with_host_config_modifier(move |config| {
            let binding = PortBinding { host_ip: Some("127.0.0.1".to_owned()), host_port: Some(port.to_string()) };
            config.publish_all_ports = Some(false);
            config.port_bindings = Some(HashMap::from([(PORT.to_owned(), Some(vec![binding]))]));
        })
        .with_log_consumer(move |frame: &LogFrame| {
            if let Ok(mut file) = file.lock() {
                let _ = file.write_all(frame.bytes());
            }
        });
    for (name, value) in [
        ("LAMBDA_DOCKER_FLAGS", format!("--label {label}").as_str()),
        ("LAMBDA_RUNTIME_ENVIRONMENT_TIMEOUT", "60"),
        // By default, LocalStack polls an idle queue every ten seconds, and after an error every minute.
        ("LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_EMPTY_POLL_SEC", "1"),
        ("LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_ERROR_SEC", "1"),
        ("DISABLE_EVENTS", "1"),
        // Evaluates IAM policies if the LocalStack plan includes it.
        ("ENFORCE_IAM", "1"),
    ] {
        request = request.with_env_var(name, value);
    }
    Ok(options.token.iter().fold(request, |request, token| request.with_env_var("LOCALSTACK_AUTH_TOKEN", token)))
}

/// Returns an error that explains why LocalStack did not start, with the last lines of its log.
async fn start_error(engine: &Engine, repository: &Repository, log: &Path, error: TestcontainersError) -> Error {
    let role = format!("{}={}", ROLE_LABEL.0, ROLE_LABEL.1);
    let containers = engine.containers_with_label(&cleanup::label(repository)).await.unwrap_or_default();
    let emulators = engine.containers_with_label(&role).await.unwrap_or_default();
    if let Some(id) = containers.iter().find(|id| emulators.contains(id)) {
        let _ = engine.write_log(id, log).await;
    }
    let failure = match error {
        TestcontainersError::WaitContainer(_) => "LocalStack ended, or was not ready in time".to_owned(),
        error => format!("LocalStack did not start: {error}"),
    };
    anyhow!("{failure}; its log is {}\n{}", log.display(), tail(log, 10))
}

/// Splits an image into name and tag. A colon before a slash separates the port of the registry.
fn split_image(image: &str) -> (&str, &str) {
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (image, "latest"),
    }
}

/// Returns the IPv4 address of a name in the text of `/etc/hosts`.
fn address_of(name: &str, hosts: &str) -> Option<Ipv4Addr> {
    let mut lines = hosts.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    lines.find_map(|columns| {
        let (address, names) = columns.split_first()?;
        names.contains(&name).then(|| address.parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn image_without_a_tag_is_the_latest() {
        assert_eq!(split_image("localstack/localstack:4.14.0"), ("localstack/localstack", "4.14.0"));
        assert_eq!(split_image("registry:5000/localstack"), ("registry:5000/localstack", "latest"));
        assert_eq!(split_image("registry:5000/localstack:1"), ("registry:5000/localstack", "1"));
    }

    #[test]
    fn finds_first_ipv4_address_of_the_name() {
        let hosts = "127.0.0.1\tlocalhost\nfe80::1\thost.docker.internal\n172.17.0.1\tother host.docker.internal\n";
        assert_eq!(address_of(HOST_NAME, hosts), Some(Ipv4Addr::new(172, 17, 0, 1)));
        assert_eq!(address_of(HOST_NAME, "172.17.0.1 host.docker.internal.example\n"), None);
    }
}
