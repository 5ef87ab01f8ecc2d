//! A configuration that does not fit into a function's environment.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Path of the object on the fake S3: the bucket and the key.
pub(crate) const PATH: &str = "/bench-artifacts/configuration.json";

/// The variables of the object, which a function's environment then does not have.
pub(crate) const CONFIGURATION_VARIABLES: [&str; 3] = ["HOOKLINE_SOURCES", "HOOKLINE_ROUTES", "HOOKLINE_DESTINATIONS"];

/// The object with 500 sources, 500 routes and 200 destinations. The events of the benchmark are from one of the sources,
/// and go to one of the destinations.
pub(crate) struct ConfigurationObject {
    pub(crate) content: String,
    /// The variable `HOOKLINE_CONFIGURATION`.
    pub(crate) reference: String,
}

impl ConfigurationObject {
    pub(crate) fn new(destination_url: &str) -> Self {
        let source = |number| if number == 499 { "github".to_owned() } else { format!("source-{number:03}") };
        let destination = |number| format!("destination-{number:03}");
        let sources: Value = (0..500).map(|number| (source(number), json!({ "sender": "github" }))).collect();
        let routes: Value =
            (0..500).map(|number| (source(number), json!({ "destinations": [destination(number % 200)] }))).collect();
        let http = json!({ "kind": "http", "url": destination_url, "timeout_ms": 5000 });
        let destinations: Value = (0..200).map(|number| (destination(number), http.clone())).collect();
        let variables: Value = CONFIGURATION_VARIABLES.into_iter().zip([sources, routes, destinations]).collect();
        let content = variables.to_string();
        let (bucket, key) = PATH.trim_start_matches('/').split_once('/').unwrap_or_default();
        let sha256 = hex::encode(Sha256::digest(&content));
        let reference = json!({ "bucket": bucket, "key": key, "version": "1", "sha256": sha256 }).to_string();
        Self { content, reference }
    }
}
