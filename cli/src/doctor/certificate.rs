//! The certificate of the API's custom domain.

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};

use super::report::Finding;
use crate::api_gateway::{self, Domain, http_api_id, rest_api_id};
use crate::clock::unix_seconds;
use crate::duration::formatted;
use crate::service_api::{ACM, Call, Request};
use crate::target::Target;

/// ACM renews a certificate 60 days before its end, so a shorter time shows that the renewal fails.
/// <https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html>
const RENEWED_SECONDS: i64 = 45 * 86_400;
const URGENT_SECONDS: i64 = 14 * 86_400;

/// <https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html>
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Certificate {
    status: String,
    /// Seconds since 1970.
    not_after: Option<f64>,
    renewal_eligibility: Option<String>,
}

pub(super) async fn check(target: &Target) -> Result<Vec<Finding>> {
    let (rest, http) = tokio::try_join!(rest_api_id(target), http_api_id(target))?;
    let api = rest.or(http).with_context(|| format!("there is no API named `{}`", target.resources.prefix()))?;
    let mut findings = Vec::new();
    for Domain { name, certificate_arn } in api_gateway::domains(target, &api).await? {
        let certificate = certificate(target, &certificate_arn).await;
        findings.push(match certificate {
            Ok(certificate) => certificate.finding(&name, unix_seconds()),
            Err(error) => Finding::unknown(format!("{name}: {error:#}")),
        });
    }
    if findings.is_empty() {
        findings.push(Finding::ok("the API has no custom domain"));
    }
    Ok(findings)
}

async fn certificate(target: &Target, arn: &str) -> Result<Certificate> {
    let request = Request::Json {
        target: "CertificateManager.DescribeCertificate",
        content_type: "application/x-amz-json-1.1",
        body: json!({ "CertificateArn": arn }),
    };
    let call = Call { service: ACM, permission: "acm:DescribeCertificate", request };
    let mut response: Value = call.json(&target.sdk).await?;
    serde_json::from_value(response["Certificate"].take()).context("ACM's response is malformed")
}

impl Certificate {
    fn finding(&self, domain: &str, now: i64) -> Finding {
        let Self { status, not_after, renewal_eligibility } = self;
        if status != "ISSUED" {
            let advice = "issue or import a certificate for the domain, and set `domain.certificate_arn`";
            return Finding::problem(format!("{domain}: the certificate is {status}"), advice);
        }
        let end = not_after.map(|end| std::time::Duration::try_from_secs_f64(end).unwrap_or_default().as_secs());
        let Some(end) = end.and_then(|end| i64::try_from(end).ok()) else {
            return Finding::unknown(format!("{domain}: the certificate has no end"));
        };
        let left = end.saturating_sub(now);
        let found = format!("{domain}: the certificate ends in {}", formatted(left.try_into().unwrap_or_default()));
        let advice = if renewal_eligibility.as_deref() == Some("ELIGIBLE") {
            "check the DNS record of the certificate's validation, without which ACM does not renew it"
        } else {
            "import a new certificate into the same ARN: ACM does not renew this one"
        };
        match left {
            ..URGENT_SECONDS => Finding::problem(found, advice),
            URGENT_SECONDS..RENEWED_SECONDS => Finding::warning(found, advice),
            _ => Finding::ok(found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::report::Severity;
    use super::*;

    const NOW: i64 = 1_767_323_045;

    #[track_caller]
    fn case(status: &str, days: i64, severity: Severity, text: &str) {
        let json = json!({ "Status": status, "NotAfter": NOW + days * 86_400 + 60, "RenewalEligibility": "ELIGIBLE" });
        let finding = serde_json::from_value::<Certificate>(json).unwrap().finding("hooks.example.com", NOW);
        assert_eq!((finding.severity, finding.found.as_str()), (severity, text));
    }

    #[test]
    fn certificate_is_issued_and_renewed_in_time() {
        case("ISSUED", 100, Severity::Ok, "hooks.example.com: the certificate ends in 100 d");
        case("ISSUED", 30, Severity::Warning, "hooks.example.com: the certificate ends in 30 d");
        case("ISSUED", 5, Severity::Problem, "hooks.example.com: the certificate ends in 5 d");
        case("EXPIRED", -1, Severity::Problem, "hooks.example.com: the certificate is EXPIRED");
    }
}
