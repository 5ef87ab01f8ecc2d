use std::fmt;

use hookline_environment::Variables;
use zeroize::Zeroizing;

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

/// A role's credentials, never printed.
#[derive(Clone)]
pub struct Credentials {
    /// Names the key.
    pub key_id: String,
    /// Signs.
    pub secret: Zeroizing<String>,
    /// Says which session of the role it is; a person's key has none.
    pub token: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(redacted)")
    }
}

impl AwsSettings {
    /// Reads what Lambda sets; a missing variable is remembered as a fault.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let region = variables.required("AWS_REGION");
        let key_id = variables.required("AWS_ACCESS_KEY_ID");
        let secret = variables.required("AWS_SECRET_ACCESS_KEY");
        let token = variables.optional("AWS_SESSION_TOKEN");
        let endpoint_url = variables.optional("AWS_ENDPOINT_URL");
        let credentials = Credentials { key_id: key_id?, secret: secret?.into(), token };
        Some(Self { region: region?, credentials, endpoint_url })
    }
}
