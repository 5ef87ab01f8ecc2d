//! The Docker engine, as `testcontainers` finds it: `DOCKER_HOST`, or the usual socket.

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

const ANSWERS: Duration = Duration::from_secs(5);

/// An engine that answers.
#[derive(Debug, Clone)]
pub(super) struct Engine(Docker);

/// Why there is none to use.
#[derive(Debug, thiserror::Error)]
pub(super) enum EngineError {
    /// Nothing is there.
    #[error("no Docker engine answers at {at} ({detail})")]
    NotThere {
        /// Where it was looked for.
        at: String,
        /// What the system said.
        detail: String,
    },
    /// The socket is there, and not for this user.
    #[error("no permission to use the Docker engine at {at}: join its group, often `docker`")]
    NoPermission {
        /// Where it is.
        at: String,
    },
}

impl Engine {
    pub(super) async fn find() -> Result<Self, EngineError> {
        let at = host();
        let not_there = |detail: String| EngineError::NotThere { at: at.clone(), detail };
        let docker = docker_client_instance().await.map_err(|error| classify(&error, &at))?;
        match tokio::time::timeout(ANSWERS, docker.ping()).await {
            Ok(Ok(_)) => Ok(Self(docker)),
            Ok(Err(error)) => Err(classify(&error, &at)),
            Err(_) => Err(not_there(format!("no answer in {} s", ANSWERS.as_secs()))),
        }
    }

    pub(super) async fn has_image(&self, image: &str) -> bool {
        self.0.inspect_image(image).await.is_ok()
    }

    /// Ids of all containers, running or not, that have the label.
    pub(super) async fn labelled(&self, label: &str) -> Result<Vec<String>> {
        let filters = HashMap::from([("label", vec![label])]);
        let options = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
        let found = self.0.list_containers(Some(options)).await.context("cannot list containers")?;
        Ok(found.into_iter().filter_map(|container| container.id).collect())
    }

    /// Ids of the running containers that have this in their name.
    pub(super) async fn named(&self, part: &str) -> Result<Vec<String>> {
        let filters = HashMap::from([("name", vec![part])]);
        let options = ListContainersOptionsBuilder::new().filters(&filters).build();
        let found = self.0.list_containers(Some(options)).await.context("cannot list containers")?;
        Ok(found.into_iter().filter_map(|container| container.id).collect())
    }

    /// Runs a command in a container, to its end, and gives its exit code.
    pub(super) async fn execute(&self, id: &str, command: &[&str]) -> Result<i64> {
        let cmd = command.iter().map(|&word| word.to_owned()).collect();
        let config = ExecConfig { cmd: Some(cmd), attach_stdout: Some(true), ..ExecConfig::default() };
        let exec = self.0.create_exec(id, config).await.context("cannot run a command in a container")?.id;
        if let StartExecResults::Attached { output, .. } = self.0.start_exec(&exec, None).await? {
            // Its end is the command's.
            output.for_each(|_| std::future::ready(())).await;
        }
        let code = self.0.inspect_exec(&exec).await.context("no exit code")?.exit_code;
        code.context("the command in the container has not ended")
    }

    /// With whatever it still does, and its own volumes. One that is gone, or going, already is no error.
    pub(super) async fn remove(&self, id: &str) -> Result<()> {
        let options = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
        match self.0.remove_container(id, Some(options)).await {
            Ok(()) | Err(DockerError::DockerResponseServerError { status_code: 404 | 409, .. }) => Ok(()),
            Err(error) => Err(error).context("cannot remove a container"),
        }
    }

    /// The exit code, once the container has ended.
    pub(super) async fn ended(&self, id: &str) -> String {
        match self.0.wait_container(id, None).next().await {
            Some(Ok(end)) => format!("exit code {}", end.status_code),
            Some(Err(DockerError::DockerContainerWaitError { code, .. })) => format!("exit code {code}"),
            Some(Err(error)) => error.to_string(),
            None => "removed".to_owned(),
        }
    }

    /// Everything that the container has printed so far, written to `log`.
    pub(super) async fn write_log(&self, id: &str, log: &Path) -> Result<()> {
        let options = LogsOptionsBuilder::new().stdout(true).stderr(true).build();
        let lines: Vec<LogOutput> = self.0.logs(id, Some(options)).try_collect().await.context("no log")?;
        let text: Vec<u8> = lines.into_iter().flat_map(|line| line.into_bytes().to_vec()).collect();
        std::fs::write(log, text).with_context(|| format!("cannot write {}", log.display()))
    }
}

/// Where the engine is, for people.
fn host() -> String {
    std::env::var("DOCKER_HOST").unwrap_or_else(|_| format!("unix://{}", socket().display()))
}

/// The engine's socket, which LocalStack needs for its functions' containers.
pub(super) fn socket() -> PathBuf {
    let named = std::env::var("DOCKER_HOST").ok();
    let path = named.as_deref().and_then(|host| host.strip_prefix("unix://"));
    PathBuf::from(path.unwrap_or("/var/run/docker.sock"))
}

/// What the system said is deep in the error, or only in its text.
fn classify(error: &(dyn StdError + 'static), at: &str) -> EngineError {
    let mut cause = Some(error);
    let mut detail = error.to_string();
    while let Some(error) = cause {
        if error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::PermissionDenied) {
            return EngineError::NoPermission { at: at.to_owned() };
        }
        detail = error.to_string();
        cause = error.source();
    }
    EngineError::NotThere { at: at.to_owned(), detail }
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
    fn no_engine_and_no_permission_are_told_apart() {
        case(
            ErrorKind::PermissionDenied,
            "no permission to use the Docker engine at unix:///x: join its group, often `docker`",
        );
        case(ErrorKind::ConnectionRefused, "no Docker engine answers at unix:///x (connection refused)");
    }
}
