use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Args;
use futures_util::future::try_join_all;
use hookline::output::{Step, print_line};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::build::package::Packages;
use crate::build::release::{Release, VERSION};
use crate::emulator::{Emulator, EmulatorOptions, REGION};
use crate::stack::{check_required_tools, emulator_variables, leftover_resources, start_emulator};
use crate::system::repository::Repository;
use crate::system::wait;
use crate::terraform::{Configuration, Terraform};
use crate::traffic::certificates::Authority;
use crate::traffic::sink::{Receivers, Sink};

/// Names of the committed examples, and of their environments.
const EXAMPLES: [&str; 2] = ["minimal", "complete"];

/// Name of the environment that `hookline init` makes.
const GENERATED: &str = "generated";

/// Path of the sink that gets the events of the generated configuration.
const DESTINATION: &str = "/orders";

/// Name of the environment with very many sources.
const LARGE: &str = "large";

/// The configuration with very many sources.
const LARGE_CONFIGURATION: &str = include_str!("large.tf");

#[derive(Debug, Args)]
pub(super) struct Examples {
    /// Also apply a configuration with 500 sources, 500 routes and 200 destinations, which takes about 15 minutes
    #[arg(long)]
    large: bool,
    #[command(flatten)]
    emulator: EmulatorOptions,
}

impl Examples {
    /// Applies the examples and a configuration of `hookline init`, all with the packages of a local release.
    pub(super) async fn run(self) -> Result<ExitCode> {
        check_required_tools()?;
        let repository = Repository::find()?;
        let _lock = repository.lock()?;
        let (packages, mut emulator) = start_emulator(&repository, &self.emulator).await?;
        let run = Run::new(&repository, &emulator, Release::create(&repository, &packages).await?, &packages).await?;
        emulator.while_running(run.all()).await?;
        let names = [&EXAMPLES[..], &[GENERATED]].concat().join(", ");
        print_line(format_args!("{names}: applied with the packages of a release, second plan empty, destroyed"));
        print_line(format_args!("{GENERATED}: a signed request was delivered, one with another secret was rejected"));
        if self.large {
            emulator.while_running(run.large()).await?;
            print_line(format_args!("{LARGE}: applied, and a signed request to the last source was delivered"));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The examples of one account.
struct Run {
    repository: Repository,
    endpoint: String,
    release: Release,
    /// The program `hookline` of the release.
    hookline: PathBuf,
    sink: Sink,
    /// The sink's URL.
    sink_url: String,
    /// Arguments of the module that depend on the machine and the emulator.
    arguments: Value,
}

impl Run {
    async fn new(repository: &Repository, emulator: &Emulator, release: Release, packages: &Packages) -> Result<Self> {
        let (repository, endpoint, host) = (repository.clone(), emulator.info.endpoint.clone(), emulator.info.host);
        let tls = Authority::open(&repository.harness_directory)?.server_config(host)?;
        let receivers = Receivers { tls: Some(tls), emulator: endpoint.clone(), ..Receivers::default() };
        let sink = Sink::start(host, 0, receivers).await?;
        let sink_url = Sink::secure_url(&sink.url(host));
        let mut arguments = emulator_variables(packages, &emulator.capabilities);
        arguments["packages"] = json!({ "version": VERSION });
        arguments["force_destroy"] = json!(true);
        arguments["secret_recovery_days"] = json!(0);
        arguments["private_networks"] = json!([format!("{host}/32"), "10.20.0.0/16"]);
        let hookline = release.install_hookline().await?;
        Ok(Self { repository, endpoint, release, hookline, sink, sink_url, arguments })
    }

    async fn all(&self) -> Result<()> {
        self.release.check_that_changes_are_rejected().await?;
        self.apply_boundary().await?;
        let examples = try_join_all(EXAMPLES.iter().map(|name| self.example(name)));
        tokio::try_join!(examples, self.generated())?;
        let prefixes: Vec<_> = EXAMPLES.iter().chain(&[GENERATED]).map(|name| format!("hookline-{name}-")).collect();
        let leftovers = leftover_resources(&self.endpoint, REGION, &prefixes).await?;
        let names = Vec::from_iter(leftovers).join(", ");
        ensure!(names.is_empty(), "resources remain after terraform destroy: {names}");
        Ok(())
    }

    /// Applies what the complete example uses of the bootstrap module. A destroy is not possible, because the module protects
    /// its resources; they end with the emulator.
    async fn apply_boundary(&self) -> Result<()> {
        let bootstrap = Terraform::prepare(&self.repository, &self.endpoint, Configuration::bootstrap(), true).await?;
        let variables = json!({
            "region": REGION,
            "environments": ["complete"],
            "github_owner": "octo-org",
            "github_repository": "hookline",
        });
        bootstrap.apply_only(&variables, &["aws_iam_policy.boundary", "aws_kms_alias.alarms"]).await
    }

    async fn example(&self, name: &str) -> Result<()> {
        let configuration = Configuration::example(name, &self.arguments);
        let example = Terraform::prepare(&self.repository, &self.endpoint, configuration, true).await?;
        self.apply(&example).await.with_context(|| format!("example `{name}`"))?;
        example.destroy().await
    }

    /// Makes a configuration, applies it, and sends a signed request to it, with the program of the release.
    async fn generated(&self) -> Result<()> {
        let configuration = Configuration::example(GENERATED, &self.arguments);
        let write = async |folder: &Path| self.init(folder).await;
        let generated = Terraform::prepare_with(&self.repository, &self.endpoint, configuration, true, write).await?;
        self.apply(&generated).await.context("the configuration of `hookline init`")?;
        let sent = self.send(&generated, GENERATED, "github", DESTINATION).await;
        sent.context("the configuration of `hookline init`")?;
        generated.destroy().await
    }

    /// Applies a configuration with 500 sources, and sends a signed request to the last one. Its resources end with the
    /// emulator: a second plan and a destroy would take as long as the apply.
    async fn large(&self) -> Result<()> {
        let mut arguments = self.arguments.clone();
        arguments["api_quota"] = json!(600);
        let configuration = Configuration::example(LARGE, &arguments);
        let write = async |folder: &Path| {
            std::fs::create_dir_all(folder)?;
            let text = LARGE_CONFIGURATION.replace("SINK", &self.sink_url).replace("REGION", REGION);
            Ok(std::fs::write(folder.join("main.tf"), text)?)
        };
        let large = Terraform::prepare_with(&self.repository, &self.endpoint, configuration, true, write).await?;
        self.release.download_packages(large.folder()).await?;
        large.apply(&json!({})).await?;
        self.send(&large, LARGE, "source-499", "/destination-099").await
    }

    async fn init(&self, folder: &Path) -> Result<()> {
        let url = format!("{}{DESTINATION}", self.sink_url);
        // The copy of `terraform/`, in which the folder does not exist yet.
        let module = folder.ancestors().nth(2).context("the folder has no parent")?.join("modules/hookline");
        let mut init = Command::new(&self.hookline);
        init.args(["init", "--sender", "github", "--destination", "http", "--url", &url, "--region", REGION]);
        init.args(["--name", GENERATED, "--packages", VERSION, "--module"]).arg(module);
        init.arg("--directory").arg(folder);
        self.succeed(init).await
    }

    /// Downloads the packages, applies the configuration and checks that a second plan is empty.
    async fn apply(&self, configuration: &Terraform) -> Result<()> {
        self.release.download_packages(configuration.folder()).await?;
        let variables = json!({});
        configuration.apply(&variables).await?;
        let changes = configuration.plan(&variables).await?;
        ensure!(changes.is_empty(), "a second plan would change {}", changes.join(", "));
        Ok(())
    }

    /// Stores the secret of a source, and checks that a request is delivered to a path of the sink if it is signed with this
    /// secret.
    async fn send(&self, configuration: &Terraform, environment: &str, source: &str, path: &str) -> Result<()> {
        let step = Step::start(format!("send requests to the environment {environment}"));
        let service = format!("hookline-{environment}");
        let folder = self.repository.harness_directory.join("release-installed");
        let (secret, other) = (folder.join("secret"), folder.join("other-secret"));
        std::fs::write(&secret, "a secret of the examples")?;
        std::fs::write(&other, "another secret of the examples")?;
        let mut set = self.hookline(&["secret", "set", source, "--service", &service, "--region", REGION]);
        set.stdin(std::fs::File::open(&secret)?);
        self.succeed(set).await?;
        let url = self.url(&configuration.output("webhook_urls").await?, source)?;
        let try_with = |secret: &Path| {
            let mut command = self.hookline(&["senders", "try", "github", "--url", &url, "--secret-file"]);
            command.arg(secret);
            command
        };
        let rejected = try_with(&other).output().await.context("cannot start hookline")?;
        let text = String::from_utf8_lossy(&rejected.stdout);
        ensure!(text.contains("status 401 "), "a request with another secret was not rejected: {text}");
        self.succeed(try_with(&secret)).await?;
        let is_delivered = async || Ok(self.sink.has_succeeded_at(path).then_some(()));
        // The other configurations are destroyed meanwhile. A first attempt that fails on the busy machine is repeated.
        wait::until("the delivery of a signed request", Duration::from_secs(180), is_delivered).await?;
        self.succeed(self.hookline(&["dlq", "list", "--service", &service, "--region", REGION])).await?;
        step.done("");
        Ok(())
    }

    /// Returns the emulator's URL of the source, from the output of the configuration.
    fn url(&self, webhook_urls: &Value, source: &str) -> Result<String> {
        let url = webhook_urls[source].as_str();
        let url = url.with_context(|| format!("the output webhook_urls has no source `{source}`"))?;
        let (id, path) =
            url.split_once("//").and_then(|(_, rest)| rest.split_once('.')).context("no API in the URL")?;
        let (_, path) = path.split_once('/').context("the URL has no path")?;
        let (stage, path) = path.split_once('/').context("the URL has no stage")?;
        Ok(format!("{}/restapis/{id}/{stage}/_user_request_/{path}", self.endpoint))
    }

    /// Returns a command of `hookline` that uses the emulator as AWS.
    fn hookline(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.hookline);
        command.args(arguments).env("AWS_ENDPOINT_URL", &self.endpoint).kill_on_drop(true);
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
        command
    }

    async fn succeed(&self, mut command: Command) -> Result<()> {
        let output = command.output().await.context("cannot start hookline")?;
        let read = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (text, errors) = (read(&output.stdout), read(&output.stderr));
        ensure!(output.status.success(), "hookline failed: {text}{errors}");
        Ok(())
    }
}
