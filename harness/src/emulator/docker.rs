//! The Docker engine. `testcontainers` finds it by `DOCKER_HOST`, or at the default socket.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use futures_util::{StreamExt, TryStreamExt};
use testcontainers::bollard::container::LogOutput;
use testcontainers::bollard::exec::StartExecResults;
use testcontainers::bollard::models::ExecConfig;
use testcontainers::bollard::query_parameters::{
    ListContainersOptionsBuilder, LogsOptionsBuilder, RemoveContainerOptionsBuilder,
};
use testcontainers::bollard::{Docker, errors::Error as DockerError};
use testcontainers::core::client::docker_client_instance;

/// Time limit for the first response of the engine.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);

/// A Docker engine that responds.
#[derive(Debug, Clone)]
pub(super) struct Engine(Docker);

/// Reason why no Docker engine is usable.
#[derive(Debug, thiserror::Error)]
pub(super) enum EngineError {
    /// No engine responds.
    #[error("no Docker engine responds at {host} ({detail})")]
    Unreachable {
        /// Address of the engine.
        host: String,
        /// Error of the operating system or of the client.
        detail: String,
    },
    /// The user has no permission to open the socket.
    #[error("no permission to use the Docker engine at {host}: add the user to the socket's group, usually `docker`")]
    NoPermission {
        /// Address of the engine.
        host: String,
    },
}

impl Engine {
    /// Connects to the engine.
    pub(super) async fn find() -> Result<Self, EngineError> {
        let host = host();
        let docker = docker_client_instance().await.map_err(|error| classify(&error, &host))?;
        match tokio::time::timeout(RESPONSE_TIMEOUT, docker.ping()).await {
            Ok(Ok(_)) => Ok(Self(docker)),
            Ok(Err(error)) => Err(classify(&error, &host)),
            Err(_) => {
                let detail = format!("no response in {} s", RESPONSE_TIMEOUT.as_secs());
                Err(EngineError::Unreachable { host, detail })
            }
        }
    }

    /// Returns whether the image is on this machine.
    pub(super) async fn has_image(&self, image: &str) -> bool {
        self.0.inspect_image(image).await.is_ok()
    }

    /// Returns the ids of all containers with a label, running or not.
    pub(super) async fn containers_with_label(&self, label: &str) -> Result<Vec<String>> {
        let filters = HashMap::from([("label", vec![label])]);
        let options = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
        let found = self.0.list_containers(Some(options)).await.context("cannot list containers")?;
        Ok(found.into_iter().filter_map(|container| container.id).collect())
    }

    /// Returns the ids of the running containers whose name contains `part`.
    pub(super) async fn containers_with_name(&self, part: &str) -> Result<Vec<String>> {
        let filters = HashMap::from([("name", vec![part])]);
        let options = ListContainersOptionsBuilder::new().filters(&filters).build();
        let found = self.0.list_containers(Some(options)).await.context("cannot list containers")?;
        Ok(found.into_iter().filter_map(|container| container.id).collect())
    }

    /// Runs a command in a container until it ends. Returns the exit code.
    pub(super) async fn execute(&self, id: &str, command: &[&str]) -> Result<i64> {
        let cmd = command.iter().map(|&argument| argument.to_owned()).collect();
        let config = ExecConfig { cmd: Some(cmd), attach_stdout: Some(true), ..ExecConfig::default() };
        let exec = self.0.create_exec(id, config).await.context("cannot run a command in a container")?.id;
        if let StartExecResults::Attached { output, .. } = self.0.start_exec(&exec, None).await? {
            // The output ends with the command.
            output.for_each(|_| std::future::ready(())).await;
        }
        let code = self
            .0
            .inspect_exec(&exec)
            .await
            .context("cannot read the exit code of a command in a container")?
            .exit_code;
        code.context("the command in the container is still running")
    }

    /// Removes a container with its anonymous volumes, even if it is running. Succeeds if the container is already removed or
    /// being removed.
    pub(super) async fn remove(&self, id: &str) -> Result<()> {
        let options = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
        match self.0.remove_container(id, Some(options)).await {
            Ok(()) | Err(DockerError::DockerResponseServerError { status_code: 404 | 409, .. }) => Ok(()),
            Err(error) => Err(error).context("cannot remove a container"),
        }
    }

    /// Waits until the container ends. Returns a description with the exit code.
    pub(super) async fn wait_for_exit(&self, id: &str) -> String {
        match self.0.wait_container(id, None).next().await {
            Some(Ok(end)) => format!("exit code {}", end.status_code),
            Some(Err(DockerError::DockerContainerWaitError { code, .. })) => format!("exit code {code}"),
            Some(Err(error)) => error.to_string(),
            None => "removed".to_owned(),
        }
    }

    /// Writes the complete output of a container to `log`.
    pub(super) async fn write_log(&self, id: &str, log: &Path) -> Result<()> {
        let options = LogsOptionsBuilder::new().stdout(true).stderr(true).build();
        let lines: Vec<LogOutput> =
            self.0.logs(id, Some(options)).try_collect().await.context("cannot read the output of a container")?;
        let text: Vec<u8> = lines.into_iter().flat_map(|line| line.into_bytes().to_vec()).collect();
        std::fs::write(log, text).with_context(|| format!("cannot write `{}`", log.display()))
    }
}

/// Returns the address of the engine, for messages.
fn host() -> String {
    std::env::var("DOCKER_HOST").unwrap_or_else(|_| format!("unix://{}", socket().display()))
}

/// Returns the path of the engine's socket. LocalStack needs the socket for the containers of the functions.
pub(super) fn socket() -> PathBuf {
    let host = std::env::var("DOCKER_HOST").ok();
    let path = host.as_deref().and_then(|host| host.strip_prefix("unix://"));
    PathBuf::from(path.unwrap_or("/var/run/docker.sock"))
}

/// Finds the error of the operating system, which may be several levels deep in the client's error.
fn classify(error: &(dyn StdError + 'static), host: &str) -> EngineError {
    let mut cause = Some(error);
    let mut detail = error.to_string();
    while let Some(error) = cause {
        if error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::PermissionDenied) {
            return EngineError::NoPermission { host: host.to_owned() };
        }
        detail = error.to_string();
        cause = error.source();
    }
    EngineError::Unreachable { host: host.to_owned(), detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(kind: ErrorKind, expected: &str) {
        let error = anyhow::Error::new(std::io::Error::from(kind)).context("error in the client");
        let error: Box<dyn StdError + Send + Sync> = error.into();
        assert_eq!(classify(&*error, "unix:///x").to_string(), expected);
    }

    #[test]
    fn distinguishes_unreachable_engine_from_missing_permission() {
        case(
            ErrorKind::PermissionDenied,
            "no permission to use the Docker engine at unix:///x: add the user to the socket's group, usually `docker`",
        );
        case(ErrorKind::ConnectionRefused, "no Docker engine responds at unix:///x (connection refused)");
    }
}
