//! LocalStack in a container, by `testcontainers`; it starts one more container for each environment of a function.
//!
//! The module for LocalStack of `testcontainers-modules` is not used: it publishes on every interface and waits three
//! seconds after LocalStack has said that it is ready.

use std::collections::HashMap;
use std::io::Write;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use testcontainers::bollard::models::PortBinding;
use testcontainers::core::logs::LogFrame;
use testcontainers::core::{CmdWaitFor, ExecCommand, Host, Mount, WaitFor};
use testcontainers::runners::AsyncRunner;
use testcontainers::{ContainerAsync, ContainerRequest, GenericImage, ImageExt, ReuseDirective};

use super::docker::{self, Engine};
use super::{Adapter, EmulatorInfo, Kind, Options, cleanup, process};
use crate::system::parent_pipe::ParentPipe;
use crate::system::repository::{Repository, tail};
use hookline::output::Step;

const PORT: &str = "4566/tcp";
/// This machine's name inside containers.
const HOST: &str = "host.docker.internal";
/// What tells LocalStack itself from its functions' containers, which carry the common label too.
const ROLE: (&str, &str) = ("hookline.role", "emulator");

/// An emulator that is a container.
#[derive(Debug)]
pub(super) struct Container {
    container: ContainerAsync<GenericImage>,
    engine: Engine,
    log: PathBuf,
    /// Removes it, and the functions' containers. None of a container that this run has not started.
    sweep: Option<ParentPipe>,
}

impl Container {
    pub(super) async fn start(files: &Repository, options: &Options) -> Result<(Self, EmulatorInfo)> {
        ensure!(
            cfg!(target_os = "linux"),
            "LocalStack runs functions in Linux containers, and these are built for here: use --emulator ministack"
        );
        let engine = Engine::find().await.map_err(|error| anyhow!("{error}; --emulator ministack needs none"))?;
        let port = process::port_to_use(options.port)?;
        let image = options.image();
        let sweep = cleanup::guard(files)?;
        pull(&engine, &image).await?;
        let step = Step::start(format!("start {image} on port {port}"));
        let log = files.log("emulator");
        let request = request(files, options, port)?;
        let container = match request.start().await {
            Ok(container) => container,
            Err(error) => return Err(why(&engine, files, &log, error).await),
        };
        let container = Self { container, engine, log, sweep: Some(sweep) };
        let host = container.host_address().await?;
        step.done("");
        Ok((
            container,
            EmulatorInfo { kind: Kind::Localstack { image }, endpoint: format!("http://127.0.0.1:{port}"), host },
        ))
    }

    /// The one that an earlier run has left up; its log is written anew, from its beginning.
    pub(super) async fn attach(files: &Repository, options: &Options) -> Result<Self> {
        let engine = Engine::find().await?;
        let container = request(files, options, 0)?.start().await.context("the container that was left up")?;
        Ok(Self { container, engine, log: files.log("emulator"), sweep: None })
    }

    /// This machine as containers see it: the bridge's gateway on Linux, an address of its own in Docker Desktop.
    async fn host_address(&self) -> Result<Ipv4Addr> {
        let (_, hosts) = self.run(&["cat", "/etc/hosts"]).await?;
        address_of(HOST, &hosts).with_context(|| format!("the container knows no address of {HOST}:\n{hosts}"))
    }

    /// Whether what listens on a port here can be reached from containers.
    pub(super) async fn reaches(&self, host: Ipv4Addr, port: u16) -> Result<()> {
        let (code, _) = self.run(&["timeout", "5", "bash", "-c", &format!("exec 3<>/dev/tcp/{host}/{port}")]).await?;
        ensure!(
            code == 0,
            "functions in containers cannot reach this machine at {host}:{port}: does a firewall stop Docker's bridge?"
        );
        Ok(())
    }

    async fn run(&self, command: &[&str]) -> Result<(i64, String)> {
        let command = ExecCommand::new(command.iter().copied()).with_cmd_ready_condition(CmdWaitFor::exit());
        let mut done = self.container.exec(command).await.context("cannot run a command in the container")?;
        let output = done.stdout_to_vec().await.context("no output of a command in the container")?;
        let code = done.exit_code().await.context("no exit code")?.unwrap_or(-1);
        Ok((code, String::from_utf8_lossy(&output).into_owned()))
    }
}

impl Adapter for Container {
    async fn death(&mut self) -> anyhow::Error {
        let end = self.engine.ended(self.container.id()).await;
        let _ = self.engine.write_log(self.container.id(), &self.log).await;
        anyhow!("LocalStack has ended ({end}); its log is {}\n{}", self.log.display(), tail(&self.log, 10))
    }

    fn release(self) -> Result<()> {
        self.sweep.map_or(Ok(()), ParentPipe::release)
    }
}

async fn pull(engine: &Engine, image: &str) -> Result<()> {
    if engine.has_image(image).await {
        return Ok(());
    }
    let step = Step::start(format!("pull {image} (once, about a gigabyte)"));
    let (name, tag) = split(image);
    let _ = AsyncRunner::pull_image(GenericImage::new(name, tag)).await.with_context(|| {
        format!(
            "{image} is not on this machine and cannot be pulled: is the registry in reach? --image names another, \
             --emulator ministack needs none"
        )
    })?;
    step.done("");
    Ok(())
}

fn request(files: &Repository, options: &Options, port: u16) -> Result<ContainerRequest<GenericImage>> {
    let (label, image, socket) = (cleanup::label(files), options.image(), docker::socket().display().to_string());
    let (key, value) = label.split_once('=').context("a label has a value")?;
    let (name, tag) = split(&image);
    let log = files.log("emulator");
    let file = std::fs::File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
    let file = Mutex::new(file);
    let mut request = GenericImage::new(name, tag)
        .with_wait_for(WaitFor::message_on_stdout("Ready."))
        .with_startup_timeout(Duration::from_secs(120))
        // The sweep removes it, whatever becomes of this process: nothing else does.
        .with_reuse(ReuseDirective::Always)
        .with_container_name(format!("hookline-{value}"))
        .with_label(key, value)
        .with_label(ROLE.0, ROLE.1)
        .with_mount(Mount::bind_mount(socket, "/var/run/docker.sock"))
        .with_host(HOST, Host::HostGateway)
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
        // A queue that was empty for long is looked at again after ten seconds, and after an error after a minute.
        ("LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_EMPTY_POLL_SEC", "1"),
        ("LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_ERROR_SEC", "1"),
        ("DISABLE_EVENTS", "1"),
        // Where the plan includes it; elsewhere it does nothing.
        ("ENFORCE_IAM", "1"),
    ] {
        request = request.with_env_var(name, value);
    }
    Ok(options.token.iter().fold(request, |request, token| request.with_env_var("LOCALSTACK_AUTH_TOKEN", token)))
}

/// One line, and the last ones of its log.
async fn why(
    engine: &Engine,
    files: &Repository,
    log: &Path,
    error: testcontainers::TestcontainersError,
) -> anyhow::Error {
    let own = format!("{}={}", ROLE.0, ROLE.1);
    let found = engine.labelled(&cleanup::label(files)).await.unwrap_or_default();
    let all = engine.labelled(&own).await.unwrap_or_default();
    if let Some(id) = found.iter().find(|id| all.contains(id)) {
        let _ = engine.write_log(id, log).await;
    }
    let what = match error {
        testcontainers::TestcontainersError::WaitContainer(_) => "LocalStack ends, or is not ready in time".to_owned(),
        error => format!("LocalStack does not start: {error}"),
    };
    anyhow!("{what}; its log is {}\n{}", log.display(), tail(log, 10))
}

/// A name and a tag; a colon before a slash is a registry's port.
fn split(image: &str) -> (&str, &str) {
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (image, "latest"),
    }
}

fn address_of(name: &str, hosts: &str) -> Option<Ipv4Addr> {
    let mut lines = hosts.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    lines.find_map(|words| {
        let (address, names) = words.split_first()?;
        names.contains(&name).then(|| address.parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_has_a_tag_or_the_latest() {
        assert_eq!(split("localstack/localstack:4.14.0"), ("localstack/localstack", "4.14.0"));
        assert_eq!(split("registry:5000/localstack"), ("registry:5000/localstack", "latest"));
        assert_eq!(split("registry:5000/localstack:1"), ("registry:5000/localstack", "1"));
    }

    #[test]
    fn this_machines_address_is_the_first_ipv4_of_its_name() {
        let hosts = "127.0.0.1\tlocalhost\nfe80::1\thost.docker.internal\n172.17.0.1\tother host.docker.internal\n";
        assert_eq!(address_of(HOST, hosts), Some(Ipv4Addr::new(172, 17, 0, 1)));
        assert_eq!(address_of(HOST, "172.17.0.1 host.docker.internal.example\n"), None);
    }
}
