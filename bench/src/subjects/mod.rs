//! What is compared, and how each is built.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use axum::body::Bytes;
use serde::Serialize;
use serde_json::json;
use zip::CompressionMethod;

use crate::runner::events;
use crate::runner::stand_in::StandIn;
use harness::build::lambda::{self, Architecture};
use harness::build::package;
use harness::system::repository::{Repository, tail};
use harness::system::supervisor::SupervisedProcess;
use hookline::output::Step;

/// Configuration function's work is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Function {
    /// One signed request an event.
    Ingest,
    /// Ten messages an event, whose destination takes 5 ms.
    Process,
}

impl Function {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Process => "process",
        }
    }

    pub(crate) fn event(self, bytes: usize) -> Result<Bytes> {
        match self {
            Self::Ingest => events::request(bytes),
            Self::Process => events::batch(bytes),
        }
    }

    /// Whether an answer says that the work was done.
    pub(crate) fn is_right(self) -> fn(&[u8]) -> bool {
        let is_accepted = |answer: &[u8]| read(answer)["statusCode"] == 202;
        let is_whole = |answer: &[u8]| read(answer)["batchItemFailures"].as_array().is_some_and(Vec::is_empty);
        match self {
            Self::Ingest => is_accepted,
            Self::Process => is_whole,
        }
    }
}

fn read(answer: &[u8]) -> serde_json::Value {
    serde_json::from_slice(answer).unwrap_or_default()
}

/// A program that does a function's work.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) program: PathBuf,
    /// What would be uploaded.
    pub(crate) package_bytes: u64,
    /// Whether it reads the testbed's roots out of a file at its start.
    loads_roots: bool,
}

/// Names, in the order in which they are shown.
pub(crate) const FLOOR: &str = "empty handler";
pub(crate) const OURS: &str = "as shipped";
pub(crate) const OTHER: &str = "other build";
pub(crate) const DEFAULTS: &str = "SDK defaults";
pub(crate) const NODE: &str = "Node.js";
pub(crate) const PYTHON: &str = "Python";

/// Builds everything that does a function's work; with a program to be held `against`, only the floor and ours.
pub(crate) async fn build(
    files: &Repository,
    folder: &Path,
    function: Function,
    against: Option<&Path>,
) -> Result<Vec<Subject>> {
    let name = function.name();
    let program = |kind: &str| folder.join(format!("{kind}-{name}"));
    lambda(files, &["--package", "bench-empty"], "bench-empty", &program("empty")).await?;
    lambda(files, &["--package", name], name, &program("ours")).await?;
    let about = "Rust, lambda_runtime and nothing else: no function on it can be below";
    let mut subjects = vec![
        of_rust(FLOOR, about, program("empty"), false)?,
        of_rust(OURS, "the function that is deployed", program("ours"), false)?,
    ];
    if let Some(other) = against {
        std::fs::copy(other, program("other")).with_context(|| format!("cannot read {}", other.display()))?;
        subjects.push(of_rust(OTHER, "another build of the same function", program("other"), false)?);
        return Ok(subjects);
    }
    let defaults = format!("{name}-sdk-defaults");
    let sdk = ["--manifest-path", "bench/subjects/sdk-defaults/Cargo.toml", "--bin", &defaults];
    lambda(files, &sdk, &defaults, &program("defaults")).await?;
    let about = "the same function with the AWS SDK for Rust as it comes";
    subjects.push(of_rust(DEFAULTS, about, program("defaults"), true)?);
    let node = reference(files, folder, "node", if function == Function::Ingest { "" } else { "-process" }).await?;
    let (about, loads_roots) = ("the same work in Node.js, with the AWS SDK", false);
    subjects.push(Subject { name: NODE, about, program: node.0, package_bytes: node.1, loads_roots });
    if function == Function::Ingest {
        let python = reference(files, folder, "python", "").await?;
        let (about, loads_roots) = ("the same work in Python, with boto3", true);
        subjects.push(Subject { name: PYTHON, about, program: python.0, package_bytes: python.1, loads_roots });
    }
    Ok(subjects)
}

fn of_rust(name: &'static str, about: &'static str, program: PathBuf, loads_roots: bool) -> Result<Subject> {
    let zip = program.with_extension("zip");
    package::write(&program, &zip, CompressionMethod::Deflated)?;
    Ok(Subject { name, about, package_bytes: std::fs::metadata(&zip)?.len(), program, loads_roots })
}

/// Builds a program as it is deployed and copies it away, out of the next build's way.
async fn lambda(files: &Repository, arguments: &[&str], name: &str, to: &Path) -> Result<()> {
    lambda::build(files, Architecture::here()?, arguments).await?;
    let built = lambda::program(files, name);
    std::fs::copy(&built, to).with_context(|| format!("cannot copy {}", built.display()))?;
    Ok(())
}

/// A reference's program and the size of its package.
async fn reference(files: &Repository, folder: &Path, language: &str, suffix: &str) -> Result<(PathBuf, u64)> {
    let step = Step::start(format!("build bench/subjects/{language}"));
    let (out, log) = (folder.join(language), files.log(&format!("bench-{language}")));
    std::fs::write(&log, "")?;
    let mut build = Command::new(files.repository.join("bench/subjects").join(language).join("build"));
    build.arg(&out).current_dir(&files.repository);
    if !SupervisedProcess::start(&build, &log, None)?.wait().await?.success() {
        bail!("bench/subjects/{language}/build fails; the whole log is {}\n{}", log.display(), tail(&log, 20));
    }
    step.done("");
    let package = std::fs::metadata(out.join(format!("function{suffix}.zip")))?;
    Ok((out.join(format!("bootstrap{suffix}")), package.len()))
}

/// What Lambda and Terraform would set.
pub(crate) fn environment(stand_in: &StandIn, subject: &Subject) -> Vec<(String, String)> {
    let trust = if subject.loads_roots { &stand_in.whole_trust } else { &stand_in.own_trust };
    let trust = trust.to_string_lossy().into_owned();
    let destinations = json!({ "sink": { "kind": "http", "url": stand_in.sink, "timeout_ms": 5000 } });
    let table: [(&str, String); 30] = [
        ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
        ("LANG", "en_US.UTF-8".to_owned()),
        ("AWS_LAMBDA_FUNCTION_NAME", "bench".to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/bench".to_owned()),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "bench".to_owned()),
        ("AWS_REGION", "eu-west-1".to_owned()),
        ("AWS_DEFAULT_REGION", "eu-west-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned()),
        ("AWS_ENDPOINT_URL", stand_in.endpoint.clone()),
        ("SSL_CERT_FILE", trust.clone()),
        ("NODE_EXTRA_CA_CERTS", trust.clone()),
        ("AWS_CA_BUNDLE", trust),
        ("HOOKLINE_LOG_LEVEL", "info".to_owned()),
        ("HOOKLINE_PREFIX", "hookline-bench".to_owned()),
        ("HOOKLINE_SOURCES", json!({ "github": { "scheme": "github" } }).to_string()),
        ("HOOKLINE_QUEUE_URL", format!("{}/123456789012/bench-intake", stand_in.endpoint)),
        ("HOOKLINE_DLQ_URL", format!("{}/123456789012/bench-intake-dlq", stand_in.endpoint)),
        ("HOOKLINE_SECRET_TTL_SECONDS", "300".to_owned()),
        ("HOOKLINE_SECRET_REFRESH_SECONDS", "30".to_owned()),
        // What SQS takes: a body of 250 KiB is a message too.
        ("HOOKLINE_MAX_MESSAGE_BYTES", "1048576".to_owned()),
        ("HOOKLINE_PAYLOAD_BUCKET", "bench-payloads".to_owned()),
        ("HOOKLINE_ROUTES", json!({ "github": { "destinations": ["sink"] } }).to_string()),
        ("HOOKLINE_DESTINATIONS", destinations.to_string()),
        ("HOOKLINE_PRIVATE_NETWORKS", "[\"127.0.0.1/32\"]".to_owned()),
        ("HOOKLINE_MAX_RECEIVE_COUNT", "5".to_owned()),
        ("HOOKLINE_RETRY_BASE_SECONDS", "10".to_owned()),
        ("HOOKLINE_RETRY_MAX_SECONDS", "900".to_owned()),
    ];
    table.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(idempotency()).collect()
}

fn idempotency() -> [(String, String); 2] {
    [("HOOKLINE_IDEMPOTENCY_TABLE", "bench"), ("HOOKLINE_IDEMPOTENCY_SECONDS", "1296000")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
}
