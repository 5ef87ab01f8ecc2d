//! SES: whether the account may send e-mail to each recipient, and whether the identities are verified.

use std::collections::BTreeSet;

use anyhow::Result;
use serde::Deserialize;
use url::form_urlencoded;

use super::report::Finding;
use crate::service_api::{Call, CallError, SES};
use crate::target::{EmailAddresses, Target};

/// <https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetAccount.html>
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Account {
    production_access_enabled: bool,
    sending_enabled: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Identity {
    verified_for_sending_status: bool,
}

pub(super) async fn check(target: &Target) -> Result<Vec<Finding>> {
    let emails = target.email_destinations().await?;
    if emails.is_empty() {
        return Ok(vec![Finding::ok("no destination sends e-mail")]);
    }
    let account = Call::get(SES, "ses:GetAccount", "/v2/email/account").json::<Account>(&target.sdk).await?;
    let senders: BTreeSet<_> = emails.values().map(|EmailAddresses { from, .. }| from.as_str()).collect();
    let recipients: BTreeSet<_> = emails.values().flat_map(|emails| &emails.to).map(String::as_str).collect();
    let senders = unverified(target, senders).await?;
    // Outside of the sandbox, recipients need no identity.
    let recipients =
        if account.production_access_enabled { Vec::new() } else { unverified(target, recipients).await? };
    Ok(findings(&account, &senders, &recipients))
}

fn findings(account: &Account, senders: &[&str], recipients: &[&str]) -> Vec<Finding> {
    const PRODUCTION: &str = "request production access: aws sesv2 put-account-details --production-access-enabled …";
    let mut findings = Vec::new();
    if !account.sending_enabled {
        let advice = "SES has disabled sending: read the notice in the SES console";
        findings.push(Finding::problem("the account may not send e-mail", advice));
    }
    if !senders.is_empty() {
        let found = format!("senders without a verified identity: {}", senders.join(", "));
        let advice = "verify the address or its domain in SES; an identity of another account is not visible here";
        findings.push(Finding::problem(found, advice));
    }
    match (account.production_access_enabled, recipients) {
        (true, _) => {}
        (false, []) => findings.push(Finding::warning("SES is in the sandbox: 200 e-mails a day", PRODUCTION)),
        (false, recipients) => {
            let found = format!("SES is in the sandbox, and rejects e-mail to {}", recipients.join(", "));
            findings.push(Finding::problem(found, format!("{PRODUCTION}, or verify the addresses")));
        }
    }
    if findings.is_empty() {
        findings.push(Finding::ok("SES has production access, and each sender is verified"));
    }
    findings
}

/// Returns the addresses that no verified identity covers.
async fn unverified<'a>(target: &Target, addresses: BTreeSet<&'a str>) -> Result<Vec<&'a str>> {
    let mut unverified = Vec::new();
    for address in addresses {
        if !is_verified(target, address).await? {
            unverified.push(address);
        }
    }
    Ok(unverified)
}

async fn is_verified(target: &Target, address: &str) -> Result<bool> {
    for identity in identities(address) {
        let encoded: String = form_urlencoded::byte_serialize(identity.as_bytes()).collect();
        let call = Call::get(SES, "ses:GetEmailIdentity", format!("/v2/email/identities/{encoded}"));
        match call.json::<Identity>(&target.sdk).await {
            Ok(Identity { verified_for_sending_status: true }) => return Ok(true),
            Ok(_) | Err(CallError::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(false)
}

/// Returns the identities that can cover an address: the address, the address without its label (`+…`), its domain and
/// each parent domain. <https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html>
fn identities(address: &str) -> Vec<String> {
    let mut identities = vec![address.to_owned()];
    let Some((local, domain)) = address.rsplit_once('@') else { return identities };
    if let Some((name, _)) = local.split_once('+') {
        identities.push(format!("{name}@{domain}"));
    }
    let domain = domain.to_ascii_lowercase();
    let mut rest = Some(domain.as_str());
    while let Some(domain) = rest.filter(|domain| domain.contains('.')) {
        identities.push(domain.to_owned());
        rest = domain.split_once('.').map(|(_, parent)| parent);
    }
    identities
}

#[cfg(test)]
mod tests {
    use super::super::report::Severity;
    use super::*;

    fn severities(production: bool, sending: bool, senders: &[&str], recipients: &[&str]) -> Vec<Severity> {
        let account = Account { production_access_enabled: production, sending_enabled: sending };
        findings(&account, senders, recipients).iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn sandbox_rejects_recipients_that_are_not_verified() {
        assert_eq!(severities(true, true, &[], &[]), [Severity::Ok]);
        assert_eq!(severities(false, true, &[], &[]), [Severity::Warning]);
        assert_eq!(severities(false, true, &[], &["a@example.com"]), [Severity::Problem]);
        assert_eq!(severities(true, false, &["b@example.com"], &[]), [Severity::Problem; 2]);
    }

    #[test]
    fn address_is_covered_by_itself_or_a_domain() {
        let expected = ["ops+x@Mail.Example.com", "ops@Mail.Example.com", "mail.example.com", "example.com"];
        assert_eq!(identities("ops+x@Mail.Example.com"), expected);
    }
}
