//! Secrets of sources, destinations and recoveries that the functions cannot use.

use anyhow::Result;

use super::report::Finding;
use crate::secrets::{SecretFault, SecretForm, SecretStore, Version};
use crate::target::Target;

/// A secret that the configuration needs.
struct Needed {
    /// What `hookline secret set` needs: `github`, `--destination team` or `--recovery github`.
    argument: String,
    name: String,
    form: SecretForm,
}

pub(super) async fn check(target: &Target) -> Result<Vec<Finding>> {
    let (store, resources) = (SecretStore::new(&target.sdk), &target.resources);
    let (sources, destinations, recoveries) =
        tokio::try_join!(target.source_schemes(), target.destination_secrets(), target.recovery_secrets())?;
    let sources = sources.into_iter().map(|(source, scheme)| Needed {
        name: resources.source_secret_name(&source),
        argument: source,
        form: SecretForm::Source(scheme),
    });
    let destinations = destinations.into_iter().map(|(destination, form)| Needed {
        name: resources.destination_secret_name(&destination),
        argument: format!("--destination {destination}"),
        form: SecretForm::Destination(form),
    });
    let recoveries = recoveries.into_iter().map(|(source, form)| Needed {
        name: resources.recovery_secret_name(&source),
        argument: format!("--recovery {source}"),
        form: SecretForm::Recovery(form),
    });
    let (mut usable, mut findings) = (0, Vec::new());
    for needed in sources.chain(destinations).chain(recoveries) {
        let secret = match store.read(&needed.name, Version::Current).await {
            Ok(value) => needed.form.parse(value),
            Err(error) => Err(SecretFault::Unreadable(format!("{error:#}"))),
        };
        match secret {
            Ok(_) => usable += 1,
            Err(fault) => findings.push(finding(&needed, &fault, resources.prefix())),
        }
    }
    if usable > 0 {
        findings.push(Finding::ok(format!("{usable} secrets can be used")));
    }
    if findings.is_empty() {
        findings.push(Finding::ok("no source and no destination needs a secret"));
    }
    Ok(findings)
}

fn finding(Needed { argument, name, .. }: &Needed, fault: &SecretFault, prefix: &str) -> Finding {
    let found = format!("{name}: {}", fault.reason());
    match fault {
        SecretFault::Unreadable(_) => Finding::unknown(found),
        _ => Finding::problem(found, format!("hookline secret set {argument} --service {prefix}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::report::Severity;
    use super::*;
    use crate::destination_secret::DestinationSecret;

    #[test]
    fn unusable_secret_is_a_problem_and_an_unreadable_one_is_unknown() {
        let needed = Needed {
            argument: "--destination team".to_owned(),
            name: "hookline-prod/destinations/team".to_owned(),
            form: SecretForm::Destination(DestinationSecret::WebhookUrl),
        };
        let missing = finding(&needed, &SecretFault::Missing, "hookline-prod");
        assert_eq!(
            (missing.severity, missing.found.as_str()),
            (Severity::Problem, "hookline-prod/destinations/team: the secret has no value")
        );
        assert_eq!(missing.advice.as_deref(), Some("hookline secret set --destination team --service hookline-prod"));
        let denied = finding(&needed, &SecretFault::Unreadable("access denied".to_owned()), "hookline-prod");
        assert_eq!((denied.severity, denied.advice), (Severity::Unknown, None));
    }
}
