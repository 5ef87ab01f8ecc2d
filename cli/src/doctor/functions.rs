//! What the aliases invoke, and whether the functions have the code that was published last.

use anyhow::{Context, Result};
use serde::Deserialize;

use super::report::Finding;
use crate::service_api::{Call, LAMBDA};
use crate::target::Target;

/// Alias that API Gateway and the event source mappings invoke.
pub(super) const ALIAS: &str = "live";
/// The beginning of an alias's description after `scripts/rollback.sh`.
const ROLLED_BACK: &str = "rolled back from ";
const LATEST: &str = "$LATEST";
/// Pages of versions that are read, with 50 versions each.
const MAX_PAGES: usize = 40;

/// <https://docs.aws.amazon.com/lambda/latest/api/API_GetAlias.html>
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Alias {
    function_version: String,
    description: String,
    routing_config: Option<RoutingConfig>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RoutingConfig {
    additional_version_weights: std::collections::BTreeMap<String, f64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Versions {
    versions: Vec<Version>,
    next_marker: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Version {
    version: String,
    code_sha256: String,
}

/// The published versions of a function, and its unpublished code.
struct Code {
    /// The published version with the highest number.
    latest: Option<Version>,
    /// The code of `$LATEST`.
    unpublished: Option<Version>,
    all: Vec<Version>,
}

pub(super) async fn check_aliases(target: &Target) -> Result<Vec<Finding>> {
    let functions = deployed(target).await?;
    Ok(functions.iter().flat_map(|(name, function, alias, code)| alias_findings(name, function, alias, code)).collect())
}

pub(super) async fn check_packages(target: &Target) -> Result<Vec<Finding>> {
    let functions = deployed(target).await?;
    Ok(functions.iter().map(|(name, _, alias, code)| package_finding(name, alias, code)).collect())
}

/// Reads both functions at the same time: the short name, the name in Lambda, the alias and the versions of each.
async fn deployed(target: &Target) -> Result<[(&'static str, &str, Alias, Code); 2]> {
    let names = &target.resources.function_names;
    let read = async |name, function| {
        let (alias, code) = tokio::try_join!(alias(target, function), code(target, function))?;
        anyhow::Ok((name, function, alias, code))
    };
    let (ingest, process) = tokio::try_join!(read("ingest", &names.ingest), read("process", &names.process))?;
    Ok([ingest, process])
}

async fn alias(target: &Target, function: &str) -> Result<Alias> {
    let call = Call::get(LAMBDA, "lambda:GetAlias", format!("/2015-03-31/functions/{function}/aliases/{ALIAS}"));
    call.json(&target.sdk).await.with_context(|| format!("cannot read the alias `{ALIAS}` of `{function}`"))
}

async fn code(target: &Target, function: &str) -> Result<Code> {
    let (mut all, mut marker) = (Vec::new(), String::new());
    for _ in 0..MAX_PAGES {
        let path = format!("/2015-03-31/functions/{function}/versions?MaxItems=50{marker}");
        let page: Versions = Call::get(LAMBDA, "lambda:ListVersionsByFunction", path).json(&target.sdk).await?;
        all.extend(page.versions);
        let Some(next) = page.next_marker.filter(|next| !next.is_empty()) else { break };
        let encoded: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
        marker = format!("&Marker={encoded}");
    }
    Ok(Code::new(all))
}

impl Code {
    fn new(all: Vec<Version>) -> Self {
        let number = |version: &&Version| version.version.parse::<u64>().ok();
        let latest = all.iter().filter(|version| number(version).is_some()).max_by_key(number).cloned();
        let unpublished = all.iter().find(|version| version.version == LATEST).cloned();
        Self { latest, unpublished, all }
    }
}

fn alias_findings(name: &str, function: &str, alias: &Alias, code: &Code) -> Vec<Finding> {
    let Alias { function_version: live, description, routing_config } = alias;
    let mut findings = Vec::new();
    for (version, weight) in routing_config.iter().flat_map(|routing| &routing.additional_version_weights) {
        let percent = weight * 100.0;
        findings.push(Finding::warning(
            format!("{name}: version {version} has {percent:.0} % of the traffic next to version {live}"),
            format!(
                "if no release is running, complete it by scripts/release.sh, or return: scripts/rollback.sh WORKSPACE \
                 {name} {live}"
            ),
        ));
    }
    if description.starts_with(ROLLED_BACK) {
        let advice = "correct the cause, then apply and release a newer version: scripts/release.sh WORKSPACE";
        findings.push(Finding::warning(format!("{name}: {description}"), advice));
    } else if let Some(latest) = code.latest.as_ref().map(|latest| &latest.version).filter(|latest| *latest != live) {
        findings.push(Finding::warning(
            format!("{name}: the alias has version {live}, and version {latest} is published and not released"),
            "release it: scripts/release.sh WORKSPACE",
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::ok(format!("{function}:{ALIAS} has version {live}")));
    }
    findings
}

fn package_finding(name: &str, alias: &Alias, code: &Code) -> Finding {
    let live = &alias.function_version;
    let sha256 = |version: &Version| version.code_sha256.clone();
    let (Some(latest), Some(unpublished)) = (&code.latest, &code.unpublished) else {
        return Finding::problem(format!("{name}: there is no published version"), "apply the Terraform configuration");
    };
    if sha256(latest) != sha256(unpublished) {
        let found = format!(
            "{name}: the unpublished code ({}) is not that of the latest version {} ({})",
            unpublished.code_sha256, latest.version, latest.code_sha256
        );
        return Finding::problem(
            found,
            "the code was changed outside of Terraform: `terraform plan` and apply restore it",
        );
    }
    let Some(invoked) = code.all.iter().find(|version| version.version == *live) else {
        let found = format!("{name}: the alias has version {live}, which does not exist");
        return Finding::problem(found, "scripts/rollback.sh WORKSPACE FUNCTION VERSION with an existing version");
    };
    if sha256(invoked) != sha256(latest) {
        let found = format!("{name}: version {live} has other code than the latest version {}", latest.version);
        return Finding::warning(found, "release the latest version: scripts/release.sh WORKSPACE");
    }
    Finding::ok(format!("{name}: version {live} has the latest code, SHA-256 {}", invoked.code_sha256))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::report::Severity;
    use super::*;

    fn code(versions: &[(&str, &str)]) -> Code {
        let version = |(version, code_sha256): &(&str, &str)| json!({ "Version": version, "CodeSha256": code_sha256 });
        Code::new(serde_json::from_value(versions.iter().map(version).collect()).unwrap())
    }

    fn alias(alias: serde_json::Value) -> Alias {
        serde_json::from_value(alias).unwrap()
    }

    fn aliases(description: &str, version: &str, weights: serde_json::Value) -> Vec<(Severity, String)> {
        let alias = alias(json!({
            "FunctionVersion": version, "Description": description,
            "RoutingConfig": { "AdditionalVersionWeights": weights },
        }));
        let code = code(&[(LATEST, "b"), ("6", "a"), ("10", "b"), ("7", "a")]);
        let findings = alias_findings("ingest", "hookline-prod-ingest", &alias, &code);
        findings.into_iter().map(|finding| (finding.severity, finding.found)).collect()
    }

    #[test]
    fn weights_rollbacks_and_unreleased_versions_are_warnings() {
        let ok = "hookline-prod-ingest:live has version 10".to_owned();
        assert_eq!(aliases("Moved by releases", "10", json!({})), [(Severity::Ok, ok)]);
        let weights = aliases("", "7", json!({ "10": 0.1 }));
        let expected = [
            "ingest: version 10 has 10 % of the traffic next to version 7",
            "ingest: the alias has version 7, and version 10 is published and not released",
        ];
        assert_eq!(weights, expected.map(|text| (Severity::Warning, text.to_owned())));
        let marker = "rolled back from 10 to 7 at 2026-11-26T12:00:00Z: 5xx";
        let rolled_back = aliases(marker, "7", json!({}));
        assert_eq!(rolled_back, [(Severity::Warning, format!("ingest: {marker}"))]);
    }

    #[test]
    fn alias_without_weights_is_read() {
        let alias = alias(json!({ "FunctionVersion": "1", "Name": "live" }));
        assert_eq!((alias.function_version.as_str(), alias.routing_config.is_none()), ("1", true));
    }

    #[track_caller]
    fn package(live: &str, versions: &[(&str, &str)], severity: Severity, text: &str) {
        let finding = package_finding("ingest", &alias(json!({ "FunctionVersion": live })), &code(versions));
        assert_eq!(finding.severity, severity, "{finding:?}");
        assert!(finding.found.contains(text), "{finding:?}");
    }

    #[test]
    fn code_differs_from_the_latest_version() {
        let versions = [(LATEST, "b"), ("1", "a"), ("2", "b")];
        package("2", &versions, Severity::Ok, "version 2 has the latest code, SHA-256 b");
        package("1", &versions, Severity::Warning, "version 1 has other code than the latest version 2");
        package("3", &versions, Severity::Problem, "version 3, which does not exist");
        package("2", &[(LATEST, "c"), ("2", "b")], Severity::Problem, "the unpublished code (c) is not that");
        package("2", &[(LATEST, "c")], Severity::Problem, "no published version");
    }
}
