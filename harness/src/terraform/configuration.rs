use serde_json::Value;

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
    pub(super) module: String,
    /// Whether `environments/<workspace>.tfvars` applies in addition to the harness's variables.
    has_environment_file: bool,
    /// Arguments that replace those of the module call `hookline`.
    pub(super) module_arguments: Option<Value>,
}

impl Configuration {
    /// The local stack.
    pub(crate) fn local() -> Self {
        Self::new("terraform".to_owned(), WORKSPACE, "")
    }

    /// A committed environment.
    pub(crate) fn environment(workspace: &str) -> Self {
        Self { has_environment_file: true, ..Self::new(format!("terraform-{workspace}"), workspace, "") }
    }

    /// The bootstrap module, which prepares an account for its environments.
    pub(crate) fn bootstrap() -> Self {
        Self::new("terraform-bootstrap".to_owned(), "default", "bootstrap")
    }

    /// A configuration in `terraform/examples`, with other arguments of the module call `hookline`.
    pub(crate) fn example(name: &str, module_arguments: &Value) -> Self {
        let module_arguments = Some(module_arguments.clone());
        let example = Self::new(format!("terraform-example-{name}"), "default", &format!("examples/{name}"));
        Self { module_arguments, ..example }
    }

    fn new(name: String, workspace: &str, module: &str) -> Self {
        let (workspace, module) = (workspace.to_owned(), module.to_owned());
        Self { name, workspace, module, has_environment_file: false, module_arguments: None }
    }

    /// Adds the options for all variables files to Terraform's arguments.
    pub(super) fn with_variables(&self, arguments: &[&str]) -> Vec<String> {
        let environment = format!("-var-file=environments/{}.tfvars", self.workspace);
        let environment = self.has_environment_file.then_some(environment);
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).chain(environment);
        arguments.chain([format!("-var-file={VARIABLES_FILE}")]).collect()
    }
}
