//! Alarms that are raised, have no data, or notify no topic.

use std::fmt::Write as _;

use anyhow::Result;
use serde::Deserialize;
use serde_json::json;

use super::report::Finding;
use crate::clock::unix_seconds;
use crate::duration::formatted;
use crate::service_api::{CLOUDWATCH, Call, Request};
use crate::target::Target;

/// How long a new alarm may be in the state INSUFFICIENT_DATA, unless it waits for data.
const MAX_INITIAL_SECONDS: u64 = 1800;
/// Pages that are read, with 100 alarms each.
const MAX_PAGES: usize = 10;

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html>
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Alarm {
    #[serde(rename = "AlarmName")]
    pub(super) name: String,
    pub(super) threshold: Option<f64>,
    #[serde(rename = "StateValue")]
    state: String,
    /// Seconds since 1970.
    #[serde(rename = "StateUpdatedTimestamp")]
    updated_at: Option<f64>,
    treat_missing_data: Option<String>,
    actions_enabled: Option<bool>,
    alarm_actions: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Alarms {
    #[serde(default)]
    metric_alarms: Vec<Alarm>,
    next_token: Option<String>,
}

/// Returns the alarms of the deployment.
pub(super) async fn read(target: &Target) -> Result<Vec<Alarm>> {
    let mut body = json!({ "AlarmNamePrefix": format!("{}-", target.resources.prefix()), "MaxRecords": 100 });
    let mut alarms = Vec::new();
    for _ in 0..MAX_PAGES {
        let request = Request::Json {
            target: "GraniteServiceVersion20100801.DescribeAlarms",
            content_type: "application/x-amz-json-1.0",
            body: body.clone(),
        };
        let call = Call { service: CLOUDWATCH, permission: "cloudwatch:DescribeAlarms", request };
        let page = call.json::<Alarms>(&target.sdk).await?;
        alarms.extend(page.metric_alarms);
        match page.next_token.filter(|token| !token.is_empty()) {
            Some(token) => body["NextToken"] = token.into(),
            None => break,
        }
    }
    Ok(alarms)
}

pub(super) async fn check(target: &Target) -> Result<Vec<Finding>> {
    Ok(findings(&read(target).await?, target.resources.prefix(), unix_seconds()))
}

fn findings(alarms: &[Alarm], prefix: &str, now: i64) -> Vec<Finding> {
    if alarms.is_empty() {
        let found = format!("there is no alarm whose name begins with `{prefix}-`");
        return vec![Finding::problem(found, "apply the Terraform configuration")];
    }
    let mut findings: Vec<_> = alarms.iter().filter_map(|alarm| alarm.finding(prefix, now)).collect();
    let silent: Vec<_> = alarms.iter().filter(|alarm| alarm.is_silent()).map(|alarm| alarm.name.as_str()).collect();
    if !silent.is_empty() {
        let found = format!("no notification from: {}", silent.join(", "));
        findings.push(Finding::warning(found, "apply the Terraform configuration, which enables the alarms' actions"));
    }
    if findings.is_empty() {
        findings.push(Finding::ok(format!("{} alarms, none is raised", alarms.len())));
    }
    findings
}

impl Alarm {
    fn finding(&self, prefix: &str, now: i64) -> Option<Finding> {
        let short = self.name.strip_prefix(prefix).and_then(|name| name.strip_prefix('-')).unwrap_or(&self.name);
        let since = self.updated_at.map(|at| std::time::Duration::try_from_secs_f64(at).unwrap_or_default().as_secs());
        let age = since.map(|since| u64::try_from(now).unwrap_or_default().saturating_sub(since));
        let mut found = format!("{short}: {}", self.state);
        if let Some(age) = age {
            let _ = write!(found, " for {}", formatted(age));
        }
        match self.state.as_str() {
            "ALARM" => Some(Finding::problem(found, format!("docs/runbook.md#{}", section(short)))),
            // With `missing` or `ignore`, an alarm can stay in this state.
            "INSUFFICIENT_DATA" if self.waits_for_data() => None,
            "INSUFFICIENT_DATA" if age.is_none_or(|age| age > MAX_INITIAL_SECONDS) => Some(Finding::warning(
                format!("{found}, although the alarm treats missing data as OK or ALARM"),
                "check that the metric and the dimensions of the alarm exist; `terraform plan` shows a changed alarm",
            )),
            _ => None,
        }
    }

    /// Returns whether the alarm has no other state without data. With `notBreaching` it is then OK, with `breaching` ALARM.
    fn waits_for_data(&self) -> bool {
        !matches!(self.treat_missing_data.as_deref(), Some("notBreaching" | "breaching"))
    }

    fn is_silent(&self) -> bool {
        self.actions_enabled == Some(false) || self.alarm_actions.is_empty()
    }
}

/// Returns the section of the runbook. The alarms on silent sources have one section.
fn section(alarm: &str) -> &str {
    if alarm.starts_with("silent-source-") { "silent-source" } else { alarm }
}

#[cfg(test)]
mod tests {
    use super::super::report::Severity;
    use super::*;

    const NOW: i64 = 1_767_323_045;

    fn found(changes: serde_json::Value) -> Vec<(Severity, String)> {
        let mut alarm = json!({
            "AlarmName": "hookline-prod-dlq-not-empty", "StateValue": "OK", "StateUpdatedTimestamp": NOW - 3600,
            "TreatMissingData": "notBreaching", "ActionsEnabled": true, "AlarmActions": ["arn:topic"], "Threshold": 0.0,
        });
        for (name, value) in changes.as_object().unwrap() {
            alarm[name] = value.clone();
        }
        let alarms: Alarms = serde_json::from_value(json!({ "MetricAlarms": [alarm] })).unwrap();
        let findings = findings(&alarms.metric_alarms, "hookline-prod", NOW);
        findings.into_iter().map(|finding| (finding.severity, finding.found)).collect()
    }

    #[test]
    fn raised_alarm_is_a_problem() {
        assert_eq!(found(json!({})), [(Severity::Ok, "1 alarms, none is raised".to_owned())]);
        let raised = found(json!({ "StateValue": "ALARM" }));
        assert_eq!(raised, [(Severity::Problem, "dlq-not-empty: ALARM for 60 min".to_owned())]);
    }

    #[test]
    fn insufficient_data_is_a_warning_unless_the_alarm_waits_for_data() {
        let state = "INSUFFICIENT_DATA";
        let unusual = found(json!({ "StateValue": state }));
        let text = "dlq-not-empty: INSUFFICIENT_DATA for 60 min, although the alarm treats missing data as OK or ALARM";
        assert_eq!(unusual, [(Severity::Warning, text.to_owned())]);
        let usual = [
            json!({ "StateValue": state, "TreatMissingData": "missing" }),
            json!({ "StateValue": state, "StateUpdatedTimestamp": NOW - 60 }),
        ];
        for changes in usual {
            assert_eq!(found(changes)[0].0, Severity::Ok);
        }
    }

    #[test]
    fn alarm_without_notification_is_a_warning() {
        for changes in [json!({ "ActionsEnabled": false }), json!({ "AlarmActions": [] })] {
            let expected = "no notification from: hookline-prod-dlq-not-empty".to_owned();
            assert_eq!(found(changes), [(Severity::Warning, expected)]);
        }
        assert_eq!(findings(&[], "hookline-prod", NOW)[0].severity, Severity::Problem);
    }

    #[test]
    fn section_of_the_runbook_is_the_name() {
        assert_eq!([section("silent-source-github"), section("rejections")], ["silent-source", "rejections"]);
    }
}
