//! What the local workspace is made of: the sources, destinations and routes that the scenarios need.

use serde_json::{Value, json};

use super::sources;
use crate::emulator::{Emulator, Need};
use crate::package::Packages;

/// The root's variables. Retries come soon and secrets are looked up again soon, so that a scenario need not wait.
pub(crate) fn terraform_variables(packages: &Packages, emulator: &Emulator, sink_port: u16) -> Value {
    let host = emulator.place.host;
    let destination = |name: &str| {
        let url = format!("http://{host}:{sink_port}/{name}");
        (name.to_owned(), json!({ "kind": "http", "url": url, "timeout_seconds": 5 }))
    };
    let names = sources().into_iter();
    let mut routes: serde_json::Map<_, _> = names
        .map(|(name, source)| (name.to_owned(), json!({ "source": name, "destinations": [source.destination] })))
        .collect();
    // Beside that, everything that is opened or reopened goes to `picked` too.
    routes.insert(
        "picked".to_owned(),
        json!({
            "source": "filtered",
            "types": ["filtered.issue*"],
            "filter": [
                { "pointer": "/action", "in": ["opened", "reopened"] },
                { "pointer": "/issue/labels/0/name", "prefix": "bug" },
            ],
            "destinations": ["picked"],
        }),
    );
    routes.insert(
        "filtered".to_owned(),
        json!({
            "source": "filtered", "types": ["filtered.push", "filtered.issues"], "destinations": ["orders"],
        }),
    );
    routes.insert("audited".to_owned(), json!({ "source": "pair", "destinations": ["audit"] }));
    routes.insert("events".to_owned(), json!({ "source": "events", "destinations": ["orders"] }));
    let sources: serde_json::Map<_, _> =
        sources().into_iter().map(|(name, source)| (name.to_owned(), json!(source.config))).collect();
    let destinations: serde_json::Map<_, _> =
        ["orders", "flaky", "failing", "recovering", "picked", "audit", "busy"].map(destination).into_iter().collect();
    json!({
        "region": crate::terraform::REGION,
        "packages": { "ingest": packages.ingest, "process": packages.process },
        "architecture": if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" },
        "sources": sources,
        "destinations": destinations,
        "routes": routes,
        "private_networks": [format!("{host}/32")],
        "identity_enabled": emulator.capabilities.lacks(Need::Cognito).is_none(),
        "idempotency": { "enabled": emulator.capabilities.lacks(Need::Dynamodb).is_none() },
        "retry": { "base_seconds": 1, "max_seconds": 3 },
        "secret_cache": { "refresh_seconds": 1 },
        "throttle": { "rate": 10_000, "burst": 5_000 },
        "secret_recovery_days": 0,
        "force_destroy": true,
    })
}
