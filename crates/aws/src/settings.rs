use aws_credential_types::Credentials;

use crate::trust_store::TrustStore;
use crate::variables::Variables;

/// Settings for AWS clients, from environment variables that Lambda and Terraform set.
#[derive(Debug, Clone)]
pub struct AwsSettings {
    /// For instance `eu-central-1`.
    pub region: String,
    /// The role's credentials. They are static, because Lambda replaces an execution environment before they expire.
    pub credentials: Credentials,
    /// A single endpoint for all services, for an emulator.
    pub endpoint_url: Option<String>,
    /// Whether clients use endpoints that are validated for FIPS 140
    /// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html>).
    pub use_fips: bool,
    /// Whether clients use endpoints with IPv4 and IPv6.
    pub use_dual_stack: bool,
    /// The certificate authorities for TLS.
    pub trust_store: TrustStore,
}

impl AwsSettings {
    /// Reads the environment. Missing and invalid variables are recorded as errors.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let region = variables.required("AWS_REGION");
        let key_id = variables.required("AWS_ACCESS_KEY_ID");
        let secret = variables.required("AWS_SECRET_ACCESS_KEY");
        let token = variables.optional("AWS_SESSION_TOKEN");
        let endpoint_url = variables.optional("AWS_ENDPOINT_URL");
        let use_fips = variables.flag("AWS_USE_FIPS_ENDPOINT");
        let use_dual_stack = variables.flag("AWS_USE_DUALSTACK_ENDPOINT");
        let trust_store = TrustStore::read(variables);
        let credentials = Credentials::new(key_id?, secret?, token, None, "environment");
        let (use_fips, use_dual_stack) = (use_fips?, use_dual_stack?);
        Some(Self { region: region?, credentials, endpoint_url, use_fips, use_dual_stack, trust_store: trust_store? })
    }
}
