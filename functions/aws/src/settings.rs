use aws_credential_types::Credentials;
use hookline_environment::Variables;

/// Where AWS is and who calls it.
#[derive(Debug, Clone)]
pub struct AwsSettings {
    /// For instance `eu-central-1`.
    pub region: String,
    /// The role's credentials: on Lambda they hold for as long as the environment lives.
    pub credentials: Credentials,
    /// Another endpoint for all services, as an emulator has it.
    pub endpoint_url: Option<String>,
}

impl AwsSettings {
    /// Reads what Lambda sets; a missing variable is remembered as a fault.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let region = variables.required("AWS_REGION");
        let key = variables.required("AWS_ACCESS_KEY_ID");
        let secret = variables.required("AWS_SECRET_ACCESS_KEY");
        let token = variables.optional("AWS_SESSION_TOKEN");
        let endpoint_url = variables.optional("AWS_ENDPOINT_URL");
        let credentials = Credentials::new(key?, secret?, token, None, "lambda environment");
        Some(Self { region: region?, credentials, endpoint_url })
    }
}
