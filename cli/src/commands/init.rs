use std::io::{IsTerminal, stderr, stdin};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;

use super::init_options::Given;
use super::init_questions::{self, Terminal};
use super::init_text;
use crate::init::next_steps::next_steps;
use crate::init::{self, Configuration, Packages, folder, paths, terraform, values};
use crate::output::print_line;
use crate::usage::UsageError;

#[derive(Debug, Args)]
#[command(after_help = "\
On a terminal, the command prompts for each value that has no option. Elsewhere, --sender, --destination with its options,
--region and --name are required.

The module comes from a clone: the one that contains the working directory, or the one of --module. --module also accepts an
address that Terraform downloads, such as github.com/OWNER/hookline//terraform/modules/hookline?ref=v1.0.0.

Existing files are never changed: if the folder already has one of the files, or other files of Terraform, the command
writes nothing.

Examples:
  hookline init --packages-directory target/lambda --directory ../webhooks
  hookline init --sender github --destination slack --region eu-west-1 --name prod --directory ../webhooks
  hookline init --sender stripe --destination http --url https://api.example.com/hooks --region eu-west-1 \\
    --name prod --module ../hookline --packages-directory ../hookline/target/lambda --validate")]
pub(super) struct Init {
    #[command(flatten)]
    given: Given,
    /// Folder for the files, which is created if it does not exist
    #[arg(long, value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    /// Path of a clone or of its module, or the address of the module; default: the clone of the working directory
    #[arg(long, value_name = "SOURCE")]
    module: Option<String>,
    /// Version of the packages, which scripts/packages.sh downloads; default: the version in the module's address, or the
    /// version of this program
    #[arg(long, value_name = "VERSION", value_parser = values::version)]
    packages: Option<String>,
    /// Folder with packages that `cargo harness package` has built, instead of a version
    #[arg(long, value_name = "DIR", conflicts_with = "packages")]
    packages_directory: Option<PathBuf>,
    /// Let Terraform download the provider and validate the configuration
    #[arg(long)]
    validate: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Init {
    pub(super) async fn run(self) -> Result<ExitCode> {
        // A thread that waits for input does not prevent the end of the program after a signal, unlike the runtime's threads.
        let (sender, receiver) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || drop(sender.send(self.write())));
        receiver.await.context("the command ended early")?
    }

    fn write(self) -> Result<ExitCode> {
        // Checked before the prompts.
        if self.validate {
            terraform::require(terraform::PROGRAM)?;
        }
        folder::check(&self.directory, &["main.tf", ".gitignore"])?;
        let module = self.module_address()?;
        let packages = self.found_packages()?;
        let Self { given, directory, validate, json, .. } = self;
        let (mut input, mut output) = (stdin().lock(), stderr());
        let is_terminal = input.is_terminal();
        let terminal = is_terminal.then_some(Terminal { input: &mut input, output: &mut output });
        let (source, destination, region, environment, domain) = init_questions::complete(given, terminal)?;
        let configuration = Configuration { source, destination, region, environment, domain, module, packages };
        let created = folder::create(&directory, &init::files(&configuration))?;
        let (checked, error) = terraform::check(terraform::PROGRAM, &directory, "main.tf", validate);
        let written =
            init_text::Written { directory: &directory, files: &created, service: configuration.service(), checked };
        let steps = next_steps(&configuration);
        if json {
            print_line(format_args!("{}", serde_json::to_string_pretty(&written.json(&steps))?));
        } else {
            print_line(format_args!("{}", written.text(&steps)));
        }
        let Some(error) = error else { return Ok(ExitCode::SUCCESS) };
        eprintln!("error: the files were written, but {error}");
        Ok(ExitCode::FAILURE)
    }

    fn module_address(&self) -> Result<String> {
        if let Some(module) = &self.module {
            return paths::module_address(module, &self.directory);
        }
        let working_directory = std::env::current_dir().context("cannot find the working directory")?;
        let missing =
            "the module is missing: use --module with the path of a clone of Hookline, or run the command in a clone";
        let module = paths::module_of_clone(&working_directory).ok_or_else(|| UsageError(missing.to_owned()))?;
        paths::relative(&self.directory, &module)
    }

    /// The module and the packages have to be of one version.
    fn version(&self) -> Result<String> {
        let of_module = self.module.as_deref().and_then(paths::version_of_address);
        match (&self.packages, of_module) {
            (Some(packages), Some(module)) if *packages != module => {
                let error = format!("the module is version {module} and --packages is {packages}: use one version");
                Err(UsageError(error).into())
            }
            (Some(version), _) => Ok(version.clone()),
            (None, of_module) => Ok(of_module.unwrap_or_else(|| env!("CARGO_PKG_VERSION").to_owned())),
        }
    }

    fn found_packages(&self) -> Result<Packages> {
        let Some(folder) = &self.packages_directory else { return Ok(Packages::Version(self.version()?)) };
        let is_built = |name: &str| folder.join(name).join(Path::new("bootstrap.zip")).is_file();
        let path = paths::relative(&self.directory, folder)?;
        Ok(Packages::Directory { path, is_built: is_built("ingest") && is_built("process") })
    }
}
