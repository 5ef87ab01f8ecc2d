//! The Docker engine at `DOCKER_HOST`, or at a usual socket. `bollard` without its default features is the smallest client:
//! `testcontainers` would add BuildKit with gRPC, and 45 CPU seconds of compilation.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use bollard::container::LogOutput;
use bollard::exec::StartExecResults;
use bollard::models::{ContainerCreateBody, ExecConfig};
use bollard::query_parameters::{
    CreateContainerOptionsBuilder, CreateImageOptionsBuilder, ListContainersOptionsBuilder, LogsOptionsBuilder,
    RemoveContainerOptionsBuilder,
};
use bollard::{Docker, errors::Error as DockerError};
use futures_util::{StreamExt, TryStreamExt};

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
        let docker = Docker::connect_with_host(&host).map_err(|error| classify(&error, &host))?;
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

    /// Pulls an image.
    pub(super) async fn pull(&self, name: &str, tag: &str) -> Result<()> {
        let options = CreateImageOptionsBuilder::new().from_image(name).tag(tag).build();
        self.0.create_image(Some(options), None, None).try_for_each(|_| std::future::ready(Ok(()))).await?;
        Ok(())
    }

    /// Creates and starts a container. Returns its id.
    pub(super) async fn start(&self, name: &str, container: ContainerCreateBody) -> Result<String> {
        let options = CreateContainerOptionsBuilder::new().name(name).build();
        let created = self.0.create_container(Some(options), container).await.context("cannot create a container")?;
        self.0.start_container(&created.id, None).await.context("cannot start a container")?;
        Ok(created.id)
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

    /// Runs a command in a container until it ends. Returns the exit code and the standard output.
    pub(super) async fn execute(&self, id: &str, command: &[&str]) -> Result<(i64, String)> {
        let cmd = command.iter().map(|&argument| argument.to_owned()).collect();
        let config = ExecConfig { cmd: Some(cmd), attach_stdout: Some(true), ..ExecConfig::default() };
        let exec = self.0.create_exec(id, config).await.context("cannot run a command in a container")?.id;
        let mut text = Vec::new();
        if let StartExecResults::Attached { mut output, .. } = self.0.start_exec(&exec, None).await? {
            // The output ends with the command.
            while let Some(part) = output.try_next().await.context("cannot read the output of a command")? {
                text.extend_from_slice(&part.into_bytes());
            }
        }
        let code = self
            .0
            .inspect_exec(&exec)
            .await
            .context("cannot read the exit code of a command in a container")?
            .exit_code;
        let code = code.context("the command in the container is still running")?;
        Ok((code, String::from_utf8_lossy(&text).into_owned()))
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

    /// Writes the output of a container to a file, from its start until the container ends.
    pub(super) async fn write_log(&self, id: &str, mut file: File) -> Result<()> {
        let options = LogsOptionsBuilder::new().follow(true).stdout(true).stderr(true).build();
        let mut lines = self.0.logs(id, Some(options));
        while let Some(line) = lines.try_next().await.context("cannot read the output of a container")? {
            file.write_all(&LogOutput::into_bytes(line)).context("cannot write the log of a container")?;
        }
        Ok(())
    }
}

/// Returns the address of the engine.
fn host() -> String {
    std::env::var("DOCKER_HOST").unwrap_or_else(|_| format!("unix://{}", default_socket().display()))
}

/// Returns the path of the engine's socket. LocalStack needs the socket for the containers of the functions.
pub(super) fn socket() -> PathBuf {
    host().strip_prefix("unix://").map_or_else(default_socket, PathBuf::from)
}

/// Returns the first usual socket that exists: of the system, of a rootless engine, or of Docker Desktop.
fn default_socket() -> PathBuf {
    let system = PathBuf::from("/var/run/docker.sock");
    launcher::docker::sockets().into_iter().find(|socket| socket.exists()).unwrap_or(system)
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
