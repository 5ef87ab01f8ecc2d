//! What the local workspace is made of: the sources, destinations and routes that the scenarios need.

use serde_json::{Value, json};

use super::mails::{RECIPIENT, SENDER};
use super::sources;
use crate::build::package::Packages;
use crate::emulator::{Api, Capabilities, Capability, Emulator};

/// A destination of each kind that the emulator has, for one source's events.
fn kinds(capabilities: &Capabilities) -> Vec<(&'static str, Value)> {
    let all = [
        ("bus", Some(Capability::Eventbridge), json!({ "kind": "eventbridge", "bus": "default" })),
        ("discord", None, json!({ "kind": "discord" })),
        ("mail", Some(Capability::Ses), json!({ "kind": "email", "from": SENDER, "to": [RECIPIENT] })),
        ("signed", None, json!({ "kind": "http", "signed": true })),
        ("slack", None, json!({ "kind": "slack" })),
    ];
    let had = all.into_iter().filter(|(_, need, _)| need.is_none_or(|need| capabilities.lacks(need).is_none()));
    had.map(|(name, _, config)| (name, config)).collect()
}

/// What the machine and the emulator say, whatever else is wanted of a stack: a service that is lacking is left out.
pub(crate) fn given_variables(packages: &Packages, capabilities: &Capabilities) -> Value {
    let mut variables = json!({
        "packages": { "ingest": packages.ingest, "process": packages.process },
        "architecture": if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" },
    });
    if capabilities.lacks(Capability::Cognito).is_some() {
        variables["identity_enabled"] = json!(false);
    }
    if capabilities.lacks(Capability::Dynamodb).is_some() {
        variables["idempotency"] = json!({ "enabled": false });
    }
    if capabilities.lacks(Capability::SamplingRules).is_some() {
        variables["trace_sampling"] = Value::Null;
    }
    if capabilities.lacks(Capability::SavedQueries).is_some() {
        variables["saved_queries"] = json!(false);
    }
    variables
}

/// The root's variables. Retries come soon and secrets are looked up again soon, so that a scenario need not wait.
pub(crate) fn terraform_variables(packages: &Packages, emulator: &Emulator, api: Api, sink_port: u16) -> Value {
    let host = emulator.emulator_info.host;
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
    let everywhere: Vec<_> = kinds(&emulator.capabilities).into_iter().map(|(name, _)| name).collect();
    routes.insert("everywhere".to_owned(), json!({ "source": "everywhere", "destinations": everywhere }));
    routes.insert("audited".to_owned(), json!({ "source": "pair", "destinations": ["audit"] }));
    routes.insert("events".to_owned(), json!({ "source": "events", "destinations": ["orders"] }));
    let sources: serde_json::Map<_, _> =
        sources().into_iter().map(|(name, source)| (name.to_owned(), json!(source.config))).collect();
    let paths = ["orders", "flaky", "failing", "recovering", "picked", "audit", "busy", "missing", "stalled", "signed"];
    let mut destinations: serde_json::Map<_, _> = paths.into_iter().map(destination).collect();
    for (name, mut config) in kinds(&emulator.capabilities) {
        if let Some(url) = destinations.get(name).and_then(|signed| signed.get("url")) {
            config["url"] = url.clone();
        }
        destinations.insert(name.to_owned(), config);
    }
    let mut variables = given_variables(packages, &emulator.capabilities);
    let wanted = json!({
        "region": crate::emulator::REGION,
        "api_type": if api == Api::Http { "http" } else { "rest" },
        "sources": sources,
        "destinations": destinations,
        "routes": routes,
        "private_networks": [format!("{host}/32")],
        // Short, so that what a dead function had in hand comes again within a run.
        "functions": { "process": { "timeout_seconds": 20 } },
        "retry": { "base_seconds": 1, "max_seconds": 3 },
        "secret_cache": { "refresh_seconds": 1 },
        "throttle": { "rate": 10_000, "burst": 5_000 },
        "secret_recovery_days": 0,
        "force_destroy": true,
    });
    for (name, value) in wanted.as_object().into_iter().flatten() {
        variables[name] = value.clone();
    }
    variables
}
