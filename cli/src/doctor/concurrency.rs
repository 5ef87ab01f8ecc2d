//! The account's quota of concurrent executions, against what the deployment needs.

use anyhow::Result;
use serde::Deserialize;

use super::alarms::{self, Alarm};
use super::lanes::{self, Mapping};
use super::report::Finding;
use crate::service_api::{Call, LAMBDA};
use crate::target::Target;

/// Concurrency that is little for ingest: `throttle` accepts at least as many requests in a tenth of a second.
const LITTLE_FOR_INGEST: u64 = 3;
const REQUEST: &str = "request a higher quota: docs/deploy.md";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Settings {
    account_limit: AccountLimit,
}

/// <https://docs.aws.amazon.com/lambda/latest/api/API_AccountLimit.html>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccountLimit {
    concurrent_executions: u64,
    #[serde(default)]
    unreserved_concurrent_executions: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Reservation {
    reserved_concurrent_executions: Option<u64>,
}

/// What limits the concurrency of the functions.
#[derive(Debug, Clone)]
struct Concurrency {
    /// The account's quota.
    quota: u64,
    /// The part of the quota that no function has reserved.
    unreserved: u64,
    /// Reservation of the ingest function.
    ingest: Option<u64>,
    /// Reservation of the process function.
    process: Option<u64>,
    /// Maximum concurrency of both lanes; `None` if one has no maximum.
    lanes: Option<u64>,
    /// Threshold of the alarm `account-concurrency`.
    alarm_threshold: Option<f64>,
}

pub(super) async fn check(target: &Target) -> Result<Vec<Finding>> {
    let functions = &target.resources.function_names;
    let settings = Call::get(LAMBDA, "lambda:GetAccountSettings", "/2016-08-19/account-settings/");
    let settings = async { Ok(settings.json::<Settings>(&target.sdk).await?) };
    let alarms = async { Ok(alarms::read(target).await.unwrap_or_default()) };
    let (settings, ingest, process, mappings, alarms) = tokio::try_join!(
        settings,
        reservation(target, &functions.ingest),
        reservation(target, &functions.process),
        lanes::mappings(target),
        alarms,
    )?;
    let AccountLimit { concurrent_executions: quota, unreserved_concurrent_executions: unreserved } =
        settings.account_limit;
    let lanes = mappings.iter().map(Mapping::maximum_concurrency).sum();
    let name = format!("{}-account-concurrency", target.resources.prefix());
    let alarm_threshold = alarms.iter().find(|alarm| alarm.name == name).and_then(|Alarm { threshold, .. }| *threshold);
    Ok(Concurrency { quota, unreserved, ingest, process, lanes, alarm_threshold }.findings())
}

async fn reservation(target: &Target, function: &str) -> Result<Option<u64>> {
    let path = format!("/2019-09-30/functions/{function}/concurrency");
    let call = Call::get(LAMBDA, "lambda:GetFunctionConcurrency", path);
    Ok(call.json::<Reservation>(&target.sdk).await?.reserved_concurrent_executions)
}

impl Concurrency {
    fn findings(&self) -> Vec<Finding> {
        let mut findings = vec![self.share_of_ingest()];
        if let (Some(reserved), Some(lanes)) = (self.process, self.lanes)
            && lanes > reserved
        {
            findings.push(Finding::warning(
                format!("both lanes may use {lanes} concurrent executions, and process has reserved {reserved}"),
                "lower queue.maximum_concurrency or retry_lane.maximum_concurrency: each throttled batch uses a receive",
            ));
        }
        if let Some(threshold) = self.alarm_threshold
            && quota_as_f64(self.quota) <= threshold
        {
            findings.push(Finding::warning(
                format!("the alarm account-concurrency has the threshold {threshold}, which the quota cannot exceed"),
                format!("set account_concurrency = {} in Terraform, or {REQUEST}", self.quota),
            ));
        }
        findings
    }

    fn share_of_ingest(&self) -> Finding {
        let Self { quota, unreserved, ingest, process, lanes, .. } = self;
        let reserved = |name: &str, share: &Option<u64>| share.map(|share| format!(", reserved for {name}: {share}"));
        let found = format!(
            "quota {quota}, unreserved {unreserved}, both lanes {}{}{}",
            lanes.map_or("unlimited".to_owned(), |lanes| lanes.to_string()),
            reserved("ingest", ingest).unwrap_or_default(),
            reserved("process", process).unwrap_or_default(),
        );
        if ingest.is_some() {
            return Finding::ok(found);
        }
        let Some(shared_by_process) = process.map_or(*lanes, |_| Some(0)) else {
            let advice = "set queue.maximum_concurrency and retry_lane.maximum_concurrency: a backlog can use all \
                          concurrency, and senders get 5xx responses";
            return Finding::warning(found, advice);
        };
        match unreserved.saturating_sub(shared_by_process) {
            0 => Finding::problem(format!("{found}: a backlog leaves none for ingest, and senders get 5xx"), REQUEST),
            left @ 1..LITTLE_FOR_INGEST => {
                Finding::warning(format!("{found}: a backlog leaves {left} for ingest"), REQUEST)
            }
            left => Finding::ok(format!("{found}; at least {left} for ingest")),
        }
    }
}

/// A quota is far below 2^32.
fn quota_as_f64(quota: u64) -> f64 {
    u32::try_from(quota).unwrap_or(u32::MAX).into()
}

#[cfg(test)]
mod tests {
    use super::super::report::Severity;
    use super::*;

    fn concurrency() -> Concurrency {
        Concurrency {
            quota: 1000,
            unreserved: 950,
            ingest: None,
            process: Some(50),
            lanes: Some(50),
            alarm_threshold: Some(800.0),
        }
    }

    #[track_caller]
    fn case(concurrency: Concurrency, expected: &[(Severity, &str)]) {
        let findings = concurrency.findings();
        let severities: Vec<_> = findings.iter().map(|finding| finding.severity).collect();
        assert_eq!(severities, Vec::from_iter(expected.iter().map(|(severity, _)| *severity)), "{findings:?}");
        for (finding, (_, text)) in findings.iter().zip(expected) {
            assert!(finding.found.contains(text), "{finding:?}");
        }
    }

    #[test]
    fn quota_must_leave_concurrency_for_ingest() {
        case(concurrency(), &[(Severity::Ok, "at least 950 for ingest")]);
        let new_account = Concurrency {
            quota: 10,
            unreserved: 10,
            process: None,
            lanes: Some(4),
            alarm_threshold: None,
            ..concurrency()
        };
        case(new_account.clone(), &[(Severity::Ok, "at least 6 for ingest")]);
        case(Concurrency { lanes: Some(8), ..new_account.clone() }, &[(Severity::Warning, "leaves 2 for ingest")]);
        case(Concurrency { lanes: Some(30), ..new_account.clone() }, &[(Severity::Problem, "leaves none for ingest")]);
        case(Concurrency { lanes: None, ..new_account.clone() }, &[(Severity::Warning, "both lanes unlimited")]);
        case(Concurrency { lanes: None, ingest: Some(5), ..new_account }, &[(Severity::Ok, "reserved for ingest: 5")]);
    }

    #[test]
    fn lanes_fit_the_reservation_and_the_alarm_the_quota() {
        let lanes = Concurrency { lanes: Some(60), ..concurrency() };
        case(
            lanes,
            &[(Severity::Ok, ""), (Severity::Warning, "may use 60 concurrent executions, and process has reserved 50")],
        );
        let quota = Concurrency { quota: 100, unreserved: 50, ..concurrency() };
        case(quota, &[(Severity::Ok, ""), (Severity::Warning, "the threshold 800, which the quota cannot exceed")]);
    }
}
