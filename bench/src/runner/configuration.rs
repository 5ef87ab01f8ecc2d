//! A configuration that does not fit into a function's environment.

use hex::encode;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Path of the object on the fake S3: the bucket and the key.
pub(crate) const PATH: &str = "/bench-artifacts/configuration.json";

/// The object with 500 sources, 500 routes and 200 destinations. The events of the benchmark are from one of the sources,
/// and go to one of the destinations.
pub(crate) struct ConfigurationObject {
    variables: Value,
    pub(crate) content: String,
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
        let variables = json!({
            "HOOKLINE_SOURCES": sources, "HOOKLINE_ROUTES": routes, "HOOKLINE_DESTINATIONS": destinations,
        });
        Self { content: variables.to_string(), variables }
    }

    /// Whether the object has this variable.
    pub(crate) fn has(&self, variable: &str) -> bool {
        self.variables.get(variable).is_some()
    }

    /// The variable `HOOKLINE_CONFIGURATION`.
    pub(crate) fn reference(&self) -> String {
        let (bucket, key) = PATH.trim_start_matches('/').split_once('/').unwrap_or_default();
        json!({ "bucket": bucket, "key": key, "version": "1", "sha256": encode(Sha256::digest(&self.content)) })
            .to_string()
    }
}
