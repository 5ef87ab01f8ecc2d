//! The settings of an environment, from the Terraform variables of the repository.
//!
//! `terraform console` evaluates the variables with their defaults. It runs on copies of the files that declare them: the
//! root module itself would need its backend, its provider and AWS credentials.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use hookline_retry::{Jitter, RetryPolicy};
use serde::Deserialize;

use super::parameters::{Billing, Destination, FunctionSettings, Lane, Settings, Source};
use crate::target::BreakerSettings;

/// Selects the values as one JSON object.
const EXPRESSION: &str = concat!(
    "jsonencode({",
    "api_type = var.api_type, account_concurrency = var.account_concurrency, ",
    // Of all sources and `POST /events` together.
    "throttle_rate = sum(concat([for source in var.sources : try(source.throttle.rate, var.throttle.rate)], ",
    "[var.identity_enabled ? var.throttle.rate : 0])), ",
    "functions = var.functions, queue = var.queue, retry_lane = var.retry_lane, retry = var.retry, ",
    "breaker = var.breaker, idempotency = var.idempotency, log_level = var.log_level, ",
    "traced = try(var.trace_sampling.rate, 0.05), sources = keys(var.sources), ",
    "destinations = { for name, destination in var.destinations : name => { ",
    "timeout_seconds = destination.timeout_seconds, give_up_after_hours = destination.give_up_after_hours, ",
    "has_secret = contains([\"discord\", \"slack\"], destination.kind) || destination.signed == true } }, ",
    "routes = [for name, route in var.routes : { ",
    "source = coalesce(route.source, name), destinations = route.destinations }]",
    "})\n"
);

#[derive(Debug, Deserialize)]
struct Values {
    api_type: String,
    throttle_rate: f64,
    account_concurrency: u32,
    functions: Functions,
    queue: Queue,
    retry_lane: RetryLane,
    retry: Retry,
    breaker: BreakerSettings,
    idempotency: Idempotency,
    log_level: String,
    traced: f64,
    sources: Vec<String>,
    destinations: BTreeMap<String, DestinationValues>,
    routes: Vec<Route>,
}

#[derive(Debug, Deserialize)]
struct Functions {
    ingest: Function,
    process: Function,
}

#[derive(Debug, Deserialize)]
struct Function {
    memory_mb: f64,
    reserved_concurrency: Option<u32>,
}

#[derive(Debug, Deserialize)]
struct Queue {
    batch_size: u32,
    maximum_concurrency: Option<u32>,
    retention_seconds: u32,
}

#[derive(Debug, Deserialize)]
struct RetryLane {
    batch_size: u32,
    maximum_concurrency: u32,
}

#[derive(Debug, Deserialize)]
struct Retry {
    base_seconds: u32,
    max_seconds: u32,
    give_up_after_hours: f64,
    jitter: Jitter,
}

#[derive(Debug, Deserialize)]
struct Idempotency {
    enabled: bool,
    mode: String,
}

#[derive(Debug, Deserialize)]
struct DestinationValues {
    timeout_seconds: f64,
    give_up_after_hours: Option<f64>,
    has_secret: bool,
}

#[derive(Debug, Deserialize)]
struct Route {
    source: String,
    destinations: Vec<String>,
}

impl Settings {
    /// Reads the settings of a workspace of the repository: `terraform/environments/<workspace>.tfvars` and the defaults of
    /// the variables. `overrides` are other values, each as `NAME=VALUE` in Terraform's syntax. Reads neither the state nor
    /// AWS.
    ///
    /// # Errors
    ///
    /// If the workspace has no file, Terraform is missing, or a value is invalid.
    pub fn of_workspace(repository: &Path, workspace: &str, overrides: &[String]) -> Result<Self> {
        let terraform = repository.join("terraform");
        let environments = terraform.join("environments");
        let file = environments.join(format!("{workspace}.tfvars"));
        if !file.is_file() {
            let names = names_of_environments(&environments)?;
            bail!("no file `{}`; the workspaces are {}", file.display(), names.join(", "));
        }
        let folder = tempfile::tempdir().context("cannot create a temporary folder")?;
        for entry in terraform.read_dir().with_context(|| format!("cannot read `{}`", terraform.display()))? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name.starts_with("variables") && name.ends_with(".tf") {
                std::fs::copy(&path, folder.path().join(name))
                    .with_context(|| format!("cannot copy `{}`", path.display()))?;
            }
        }
        let output = console(folder.path(), &file, overrides)?;
        Self::parse(&output).with_context(|| format!("cannot read the variables of workspace `{workspace}`"))
    }

    /// Parses the output of `terraform console`: the JSON object as a quoted string.
    fn parse(output: &str) -> Result<Self> {
        let line = output.lines().find(|line| line.starts_with('"')).context("terraform console printed no value")?;
        let json: String = serde_json::from_str(line).context("terraform console printed an unknown format")?;
        let values: Values = serde_json::from_str(&json)
            .context("a variable is missing or has another type: is this command older than the Terraform modules?")?;
        values.settings()
    }
}

/// Evaluates [`EXPRESSION`] in a folder.
fn console(folder: &Path, variables: &Path, overrides: &[String]) -> Result<String> {
    let mut terraform = Command::new("terraform");
    terraform.current_dir(folder).arg("console").arg(format!("-var-file={}", variables.display()));
    terraform.args(overrides.iter().map(|value| format!("-var={value}")));
    terraform.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = terraform.spawn().context("cannot start terraform, which evaluates the variables")?;
    let mut stdin = child.stdin.take().context("terraform has no standard input")?;
    stdin.write_all(EXPRESSION.as_bytes()).context("cannot write to terraform console")?;
    drop(stdin);
    let output = child.wait_with_output().context("cannot read from terraform console")?;
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "terraform console failed: {}", error.trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn names_of_environments(folder: &Path) -> Result<Vec<String>> {
    let files = folder.read_dir().with_context(|| format!("cannot read `{}`", folder.display()))?;
    let paths = files.filter_map(|file| Some(file.ok()?.path()));
    let tfvars = paths.filter(|path| path.extension().is_some_and(|extension| extension == "tfvars"));
    let mut names: Vec<_> = tfvars.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
    names.sort();
    Ok(names)
}

impl Values {
    fn settings(self) -> Result<Settings> {
        let secrets = self.sources.len() + self.destinations.values().filter(|values| values.has_secret).count();
        let names: Vec<_> = self.destinations.keys().cloned().collect();
        let sources = sources(&self.routes, &names)?;
        ensure!(!sources.is_empty(), "the workspace has no routes, so no event is delivered");
        let hours = self.retry.give_up_after_hours;
        let destination = |(name, values): (String, DestinationValues)| Destination {
            name,
            timeout_seconds: values.timeout_seconds,
            give_up_seconds: seconds(values.give_up_after_hours.unwrap_or(hours)),
        };
        let destinations = self.destinations.into_iter().map(destination).collect();
        let billing = Billing {
            is_rest_api: self.api_type == "rest",
            log_level: self.log_level,
            traced: self.traced,
            secrets: secrets.try_into()?,
        };
        Ok(Settings {
            throttle_rate: self.throttle_rate,
            account_concurrency: self.account_concurrency,
            ingest: self.functions.ingest.settings(),
            process: self.functions.process.settings(),
            intake: Lane {
                maximum_concurrency: self.queue.maximum_concurrency.unwrap_or(self.account_concurrency),
                batch_size: self.queue.batch_size,
            },
            retry_lane: Lane {
                maximum_concurrency: self.retry_lane.maximum_concurrency,
                batch_size: self.retry_lane.batch_size,
            },
            retention_seconds: self.queue.retention_seconds,
            retry: self.retry.policy(),
            breaker: self.breaker,
            writes: self.idempotency.writes(),
            destinations,
            sources,
            billing,
        })
    }
}

/// Returns each source with the destinations of all its routes.
fn sources(routes: &[Route], destinations: &[String]) -> Result<Vec<Source>> {
    let mut sources: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for Route { source, destinations: names } in routes {
        let indexes = sources.entry(source).or_default();
        for name in names {
            let index = destinations.iter().position(|destination| destination == name);
            let index = index.with_context(|| format!("a route names the unknown destination `{name}`"))?;
            if !indexes.contains(&index) {
                indexes.push(index);
            }
        }
    }
    let source = |(name, destinations): (&str, Vec<usize>)| Source { name: name.to_owned(), destinations };
    Ok(sources.into_iter().map(source).collect())
}

impl Function {
    fn settings(&self) -> FunctionSettings {
        FunctionSettings { memory_mb: self.memory_mb, reserved_concurrency: self.reserved_concurrency }
    }
}

impl Retry {
    fn policy(&self) -> RetryPolicy {
        RetryPolicy {
            base_seconds: self.base_seconds,
            max_seconds: self.max_seconds,
            give_up_seconds: seconds(self.give_up_after_hours),
            jitter: self.jitter,
        }
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "Terraform limits the hours")]
fn seconds(hours: f64) -> u32 {
    (hours * 3600.0).round() as u32
}

impl Idempotency {
    fn writes(&self) -> u32 {
        match (self.enabled, self.mode.as_str()) {
            (false, _) => 0,
            (true, "one_write") => 1,
            (true, _) => 2,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
