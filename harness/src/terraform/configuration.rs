/// The workspace of local runs.
const WORKSPACE: &str = "e2e";

/// What the harness says, in each copy.
pub(super) const VARIABLES: &str = "harness.tfvars.json";

/// Configuration of the configurations, and for which workspace.
#[derive(Debug, Clone)]
pub(crate) struct Configuration {
    /// The name of the copy's folder, and what its logs begin with.
    pub(super) name: String,
    pub(super) workspace: String,
    /// The root module's folder in `terraform/`.
    pub(super) module: &'static str,
    /// Whether `environments/<workspace>.tfvars` is applied, beside what the harness says.
    environment: bool,
}

impl Configuration {
    /// The stack of local runs.
    pub(crate) fn local() -> Self {
        Self { name: "terraform".to_owned(), workspace: WORKSPACE.to_owned(), module: "", environment: false }
    }

    /// An environment as it is committed.
    pub(crate) fn environment(workspace: &str) -> Self {
        let name = format!("terraform-{workspace}");
        Self { name, workspace: workspace.to_owned(), module: "", environment: true }
    }

    /// What an account needs before its first environment.
    pub(crate) fn bootstrap() -> Self {
        let (name, workspace) = ("terraform-bootstrap".to_owned(), "default".to_owned());
        Self { name, workspace, module: "bootstrap", environment: false }
    }

    /// Terraform's arguments, with the files that have the variables.
    pub(super) fn with_variables(&self, arguments: &[&str]) -> Vec<String> {
        let environment = format!("-var-file=environments/{}.tfvars", self.workspace);
        let environment = self.environment.then_some(environment);
        let arguments = arguments.iter().map(|&it| it.to_owned()).chain(environment);
        arguments.chain([format!("-var-file={VARIABLES}")]).collect()
    }
}
