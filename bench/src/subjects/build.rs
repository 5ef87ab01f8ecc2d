use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use harness::build::lambda::{self, Architecture};
use harness::build::package;
use harness::system::log::tail;
use harness::system::repository::Repository;
use harness::system::supervisor::SupervisedProcess;
use hookline::output::Step;
use zip::CompressionMethod;

use super::function::Function;
use super::subject::{
    BASELINE, EVENT_LOG, MANY_SOURCES, NODE, OTHER_BUILD, PYTHON, SDK_DEFAULTS, SHIPPED, Setup, Subject,
};

/// Builds all programs that do a function's work. With `against`, builds only the baseline and the function as shipped, and
/// adds this other build of it.
pub(crate) async fn build(
    repository: &Repository,
    folder: &Path,
    function: Function,
    against: Option<&Path>,
) -> Result<Vec<Subject>> {
    let name = function.name();
    let executable = |kind: &str| folder.join(format!("{kind}-{name}"));
    build_rust(repository, &["--package", "bench-empty"], "bench-empty", &executable("empty")).await?;
    build_rust(repository, &["--package", name], name, &executable("shipped")).await?;
    let description = "Rust and lambda_runtime only: the baseline for every function on this runtime";
    let empty = rust_subject(BASELINE, description, executable("empty"), false)?;
    let shipped = rust_subject(SHIPPED, "the deployed function", executable("shipped"), false)?;
    let variant = |name, description, setup| Subject { name, description, setup, ..shipped.clone() };
    let mut subjects = vec![empty, shipped.clone()];
    // Only process writes the event log.
    if function == Function::Process {
        subjects.push(variant(EVENT_LOG, "the deployed function with `event_log`", Setup::EventLog));
    }
    let description = "the deployed function with 500 sources, 500 routes and 200 destinations";
    subjects.push(variant(MANY_SOURCES, description, Setup::ManySources));
    if let Some(other) = against {
        let copy = executable("other");
        std::fs::copy(other, &copy).with_context(|| format!("cannot read `{}`", other.display()))?;
        subjects.push(rust_subject(OTHER_BUILD, "another build of the same function", copy, false)?);
        return Ok(subjects);
    }
    let binary = format!("{name}-sdk-defaults");
    let arguments = ["--manifest-path", "bench/subjects/sdk-defaults/Cargo.toml", "--bin", &binary];
    build_rust(repository, &arguments, &binary, &executable("defaults")).await?;
    let description = "the same function with the default settings of the AWS SDK for Rust";
    subjects.push(rust_subject(SDK_DEFAULTS, description, executable("defaults"), true)?);
    let suffix = if function == Function::Ingest { "" } else { "-process" };
    let node = build_script(repository, folder, "node", suffix).await?;
    subjects.push(subject(NODE, "the same work in Node.js with the AWS SDK", node, false));
    if function == Function::Ingest {
        let python = build_script(repository, folder, "python", "").await?;
        subjects.push(subject(PYTHON, "the same work in Python with boto3", python, true));
    }
    Ok(subjects)
}

/// A program with the small configuration, its executable and the size of its package.
fn subject(
    name: &'static str,
    description: &'static str,
    (executable, package_bytes): (PathBuf, u64),
    loads_trust_store: bool,
) -> Subject {
    Subject { name, description, executable, package_bytes, loads_trust_store, setup: Setup::Small }
}

fn rust_subject(
    name: &'static str,
    description: &'static str,
    executable: PathBuf,
    loads_trust_store: bool,
) -> Result<Subject> {
    let zip = executable.with_extension("zip");
    package::write(&executable, &zip, CompressionMethod::Deflated)?;
    let package_bytes = std::fs::metadata(&zip)?.len();
    Ok(subject(name, description, (executable, package_bytes), loads_trust_store))
}

/// Builds a Rust program as it is deployed. Copies the executable, because the next build may overwrite it.
async fn build_rust(repository: &Repository, arguments: &[&str], name: &str, to: &Path) -> Result<()> {
    lambda::build(repository, Architecture::of_this_machine()?, arguments, None).await?;
    let built = lambda::executable(repository, name);
    std::fs::copy(&built, to).with_context(|| format!("cannot copy `{}`", built.display()))?;
    Ok(())
}

/// Runs the build script of a Node.js or Python program. Returns the executable and the size of the package.
async fn build_script(repository: &Repository, folder: &Path, language: &str, suffix: &str) -> Result<(PathBuf, u64)> {
    let step = Step::start(format!("build bench/subjects/{language}"));
    let (out, log) = (folder.join(language), repository.log(&format!("bench-{language}")));
    std::fs::write(&log, "")?;
    let root = &repository.root;
    let mut command = Command::new(root.join("bench/subjects").join(language).join("build"));
    command.arg(&out).current_dir(root);
    if !SupervisedProcess::start(&command, &log, None)?.wait().await?.success() {
        bail!("bench/subjects/{language}/build failed; the complete log is {}\n{}", log.display(), tail(&log, 20));
    }
    step.done("");
    let package = std::fs::metadata(out.join(format!("function{suffix}.zip")))?;
    Ok((out.join(format!("bootstrap{suffix}")), package.len()))
}
