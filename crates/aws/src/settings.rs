use aws_credential_types::Credentials;

use crate::trust_store::TrustStore;
use crate::variables::Variables;

/// How the functions reach AWS, as Lambda and Terraform set it in the environment.
#[derive(Debug, Clone)]
pub struct AwsSettings {
    /// For instance `eu-central-1`.
    pub region: String,
    /// The role's credentials, static: Lambda replaces an execution environment before they expire.
    pub credentials: Credentials,
    /// One endpoint for all services, as an emulator has it.
    pub endpoint_url: Option<String>,
    /// Whether endpoints validated for FIPS 140 are used
    /// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html>).
    pub use_fips: bool,
    /// Whether endpoints with IPv6 and IPv4 are used.
    pub use_dual_stack: bool,
    /// The certificates that endpoints are verified against.
    pub trust_store: TrustStore,
}

impl AwsSettings {
    /// Reads the environment; a missing or malformed variable is remembered as a fault.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let region = variables.required("AWS_REGION");
        let key_id = variables.required("AWS_ACCESS_KEY_ID");
        let secret = variables.required("AWS_SECRET_ACCESS_KEY");
        let token = variables.optional("AWS_SESSION_TOKEN");
        let endpoint_url = variables.optional("AWS_ENDPOINT_URL");
        let use_fips = switch(variables, "AWS_USE_FIPS_ENDPOINT");
        let use_dual_stack = switch(variables, "AWS_USE_DUALSTACK_ENDPOINT");
        let trust_store = TrustStore::read(variables);
        let credentials = Credentials::new(key_id?, secret?, token, None, "environment");
        let (use_fips, use_dual_stack) = (use_fips?, use_dual_stack?);
        Some(Self { region: region?, credentials, endpoint_url, use_fips, use_dual_stack, trust_store: trust_store? })
    }
}

/// `true`, `false`, or absent, which is `false`.
fn switch(variables: &mut Variables<'_>, name: &str) -> Option<bool> {
    match variables.optional(name) {
        None => Some(false),
        Some(_) => variables.parsed(name),
    }
}
