/// Workspace of the local stack.
const WORKSPACE: &str = "e2e";

/// Name of the variables file that the harness writes into each copy.
pub(super) const VARIABLES_FILE: &str = "harness.tfvars.json";

/// A root module and its workspace.
#[derive(Debug, Clone)]
pub(crate) struct Configuration {
    /// Name of the copy's folder, and prefix of its log files.
    pub(super) name: String,
    pub(super) workspace: String,
    /// Folder of the root module in `terraform/`.
    pub(super) module: &'static str,
    /// Whether `environments/<workspace>.tfvars` applies in addition to the harness's variables.
    has_environment_file: bool,
}

impl Configuration {
    /// The local stack.
    pub(crate) fn local() -> Self {
        Self { name: "terraform".to_owned(), workspace: WORKSPACE.to_owned(), module: "", has_environment_file: false }
    }

    /// A committed environment.
    pub(crate) fn environment(workspace: &str) -> Self {
        let name = format!("terraform-{workspace}");
        Self { name, workspace: workspace.to_owned(), module: "", has_environment_file: true }
    }

    /// The bootstrap module, which prepares an account for its environments.
    pub(crate) fn bootstrap() -> Self {
        let (name, workspace) = ("terraform-bootstrap".to_owned(), "default".to_owned());
        Self { name, workspace, module: "bootstrap", has_environment_file: false }
    }

    /// Adds the options for all variables files to Terraform's arguments.
    pub(super) fn with_variables(&self, arguments: &[&str]) -> Vec<String> {
        let environment = format!("-var-file=environments/{}.tfvars", self.workspace);
        let environment = self.has_environment_file.then_some(environment);
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).chain(environment);
        arguments.chain([format!("-var-file={VARIABLES_FILE}")]).collect()
    }
}
