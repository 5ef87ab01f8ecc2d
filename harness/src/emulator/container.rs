//! LocalStack in a container. LocalStack starts another container for each execution environment of a function.

use std::collections::HashMap;
use std::fs::File;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Error, Result, anyhow, ensure};
use bollard::models::{ContainerCreateBody, HostConfig, PortBinding};
use hookline::output::Step;
use tokio::task::JoinHandle;

use super::adapter::Adapter;
use super::docker::{self, Engine};
use super::info::{EmulatorInfo, EmulatorKind};
use super::options::EmulatorOptions;
use super::{cleanup, process};
use crate::system::log::tail;
use crate::system::parent_pipe::ParentPipe;
use crate::system::repository::Repository;
use crate::system::wait;

const PORT: &str = "4566/tcp";
/// Name of this machine in containers.
const HOST_NAME: &str = "host.docker.internal";
/// Time limit for the start of LocalStack.
const START_TIMEOUT: Duration = Duration::from_secs(120);

/// A running LocalStack container.
#[derive(Debug)]
pub(super) struct Container {
    id: String,
    engine: Engine,
    log: PathBuf,
    /// Writes the log until the container ends.
    log_writer: JoinHandle<Result<()>>,
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
        let id = engine.start(&name(repository)?, configuration(repository, options, port)?).await;
        let id = id.context("LocalStack did not start")?;
        let mut container = Self::new(engine, id, log, Some(cleanup))?;
        container.wait_until_ready().await?;
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
    pub(super) async fn attach(repository: &Repository) -> Result<Self> {
        let engine = Engine::find().await?;
        let found = engine.containers_with_name(&name(repository)?).await?;
        let id = found.into_iter().next().context("the LocalStack container of the running stack has ended")?;
        Self::new(engine, id, repository.log("emulator"), None)
    }

    fn new(engine: Engine, id: String, log: PathBuf, cleanup: Option<ParentPipe>) -> Result<Self> {
        let file = File::create(&log).with_context(|| format!("cannot write `{}`", log.display()))?;
        let log_writer = tokio::spawn({
            let (engine, id) = (engine.clone(), id.clone());
            async move { engine.write_log(&id, file).await }
        });
        Ok(Self { id, engine, log, log_writer, cleanup })
    }

    /// Waits for the line with which LocalStack reports that it is ready.
    async fn wait_until_ready(&mut self) -> Result<()> {
        let log = self.log.clone();
        let ready = wait::until("LocalStack to be ready", START_TIMEOUT, async || {
            let text = tokio::fs::read(&log).await.unwrap_or_default();
            Ok(text.split(|byte| *byte == b'\n').any(|line| line.starts_with(b"Ready.")).then_some(()))
        });
        tokio::select! {
            ready = ready => ready.with_context(|| format!("its log is {}\n{}", self.log.display(), tail(&self.log, 10))),
            error = self.wait_for_exit() => Err(error),
        }
    }

    /// Returns the address of this machine in containers: the bridge's gateway on Linux, a special address in Docker Desktop.
    async fn host_address(&self) -> Result<Ipv4Addr> {
        let (_, hosts) = self.engine.execute(&self.id, &["cat", "/etc/hosts"]).await?;
        address_of(HOST_NAME, &hosts).with_context(|| format!("the container has no address for {HOST_NAME}:\n{hosts}"))
    }

    /// Checks that containers can connect to a port of this machine.
    pub(super) async fn check_reachable(&self, host: Ipv4Addr, port: u16) -> Result<()> {
        let (code, _) = self
            .engine
            .execute(&self.id, &["timeout", "5", "bash", "-c", &format!("exec 3<>/dev/tcp/{host}/{port}")])
            .await?;
        ensure!(
            code == 0,
            "functions in containers cannot connect to this machine at {host}:{port}: check the firewall for Docker's bridge"
        );
        Ok(())
    }
}

impl Adapter for Container {
    async fn wait_for_exit(&mut self) -> Error {
        let end = self.engine.wait_for_exit(&self.id).await;
        // The rest of the log.
        let _ = (&mut self.log_writer).await;
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
    engine.pull(name, tag).await.with_context(|| {
        format!(
            "cannot pull {image}: check the connection to the registry, select another image with --image, or use \
             --emulator ministack"
        )
    })?;
    step.done("");
    Ok(())
}

/// Name of LocalStack's own container.
fn name(repository: &Repository) -> Result<String> {
    let label = cleanup::label(repository);
    let (_, value) = label.split_once('=').context("the label has no value")?;
    Ok(format!("hookline-{value}"))
}

/// Returns the configuration of the container.
fn configuration(repository: &Repository, options: &EmulatorOptions, port: u16) -> Result<ContainerCreateBody> {
    let label = cleanup::label(repository);
    let (key, value) = label.split_once('=').context("the label has no value")?;
    let binding = PortBinding { host_ip: Some("127.0.0.1".to_owned()), host_port: Some(port.to_string()) };
    let host_config = HostConfig {
        binds: Some(vec![format!("{}:/var/run/docker.sock", docker::socket().display())]),
        extra_hosts: Some(vec![format!("{HOST_NAME}:host-gateway")]),
        port_bindings: Some(HashMap::from([(PORT.to_owned(), Some(vec![binding]))])),
        ..HostConfig::default()
    };
    let flags = format!("--label {label}");
    let variables = [
        ("LAMBDA_DOCKER_FLAGS", flags.as_str()),
        ("LAMBDA_RUNTIME_ENVIRONMENT_TIMEOUT", "60"),
        // By default, LocalStack polls an idle queue every ten seconds, and after an error every minute.
        ("LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_EMPTY_POLL_SEC", "1"),
        ("LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_ERROR_SEC", "1"),
        ("DISABLE_EVENTS", "1"),
        // Evaluates IAM policies if the LocalStack plan includes it.
        ("ENFORCE_IAM", "1"),
    ];
    let token = options.token.iter().map(|token| ("LOCALSTACK_AUTH_TOKEN", token.as_str()));
    let environment = variables.into_iter().chain(token).map(|(name, value)| format!("{name}={value}"));
    Ok(ContainerCreateBody {
        image: Some(options.image()),
        env: Some(environment.collect()),
        labels: Some(HashMap::from([(key.to_owned(), value.to_owned())])),
        exposed_ports: Some(vec![PORT.to_owned()]),
        host_config: Some(host_config),
        ..ContainerCreateBody::default()
    })
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
