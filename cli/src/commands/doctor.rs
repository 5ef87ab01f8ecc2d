use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use comfy_table::{Table, presets};

use crate::doctor::{self, Check, Finding, Report, Severity};
use crate::output::{Step, print_line};
use crate::target::TargetOptions;

#[derive(Debug, Args)]
#[command(after_help = "\
Each check has a status:
  ok       nothing to do
  warning  deliveries work; decide whether the state is intended
  problem  events are lost, delayed or rejected, now or soon
  unknown  the check has no result, for instance because your role is not allowed to read the resource

All checks only read. The exit code is 1 if there is a problem; warnings and unknown results do not change it.

Examples:
  hookline doctor --service hookline-prod
  hookline doctor --workspace prod --json | jq '.checks[] | select(.status == \"problem\")'")]
pub(super) struct Doctor {
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    target: TargetOptions,
}

impl Doctor {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let target = self.target.find().await?;
        let step = Step::start("check the deployment");
        let report = doctor::examine(&target).await;
        step.done("");
        if self.json {
            print_line(format_args!("{}", serde_json::to_string_pretty(&report.json())?));
        } else {
            print_line(format_args!("{}", text(&report)));
        }
        Ok(if report.count(Severity::Problem) == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn text(report: &Report) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["check", "status", "found"]);
    for Check { name, findings } in &report.checks {
        for (position, Finding { severity, found, advice }) in findings.iter().enumerate() {
            let advice = advice.as_ref().map(|advice| format!("\n→ {advice}")).unwrap_or_default();
            let name = if position == 0 { name } else { "" };
            table.add_row([name, severity.name(), &format!("{found}{advice}")]);
        }
    }
    let table = table.to_string().lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    let [problems, warnings, unknown] =
        [Severity::Problem, Severity::Warning, Severity::Unknown].map(|severity| report.count(severity));
    format!("{table}\n\nchecks: {problems} with a problem, {warnings} with a warning, {unknown} without a result")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let finding = |severity, found: &str, advice: Option<&str>| Finding {
            severity,
            found: found.to_owned(),
            advice: advice.map(str::to_owned),
        };
        let check = |name, findings: &[Finding]| Check { name, findings: findings.to_vec() };
        let resume = Some("hookline destination resume ledger --service hookline-prod");
        let set = Some("hookline secret set github --service hookline-prod");
        Report {
            checks: vec![
                check("dead-letter-queue", &[finding(Severity::Ok, "empty", None)]),
                check("destinations", &[finding(Severity::Warning, "`ledger` is paused for 2 h: migration", resume)]),
                check(
                    "secrets",
                    &[
                        finding(Severity::Problem, "hookline-prod/sources/github: the secret has no value", set),
                        finding(Severity::Ok, "3 secrets can be used", None),
                    ],
                ),
                check("certificate", &[finding(Severity::Unknown, "access denied: …", None)]),
            ],
        }
    }

    #[test]
    fn table_has_each_finding_with_what_to_do() {
        insta::assert_snapshot!(text(&report()));
    }

    #[test]
    fn json_has_the_findings_of_each_check() {
        insta::assert_json_snapshot!(report().json());
    }
}
