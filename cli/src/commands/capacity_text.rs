//! The tables of `hookline capacity`.

use comfy_table::{CellAlignment, Table, presets};
use serde_json::{Value, json};

use crate::capacity::simulation::{Report, Simulated};
use crate::capacity::{Cost, Limit, Outage, Parameters, sum};

/// Number of retries before the last one whose times are shown.
const SHOWN_RETRIES: usize = 6;

/// Formats everything that the arithmetic returns.
pub(super) fn report(workspace: &str, parameters: &Parameters, destination: usize, outage: &Outage) -> String {
    let rate = parameters.rate;
    let sections = [
        format!(
            "{workspace}: {} events/s, {:.1} deliveries per event",
            grouped(rate),
            parameters.deliveries_per_event()
        ),
        limits(&parameters.limits()),
        outage_text(outage, rate * parameters.share(destination)),
        format!("A delivery that always fails: {}", schedule(&parameters.policy(destination).schedule())),
        bill("A million events of 10 KiB", &parameters.cost_per_million()),
        bill("A month without events", &parameters.cost_of_idle_month()),
    ];
    sections.join("\n\n")
}

fn limits(limits: &[Limit]) -> String {
    let mut table = table(["limit", "load", "available", "headroom", "setting or quota"], &[1, 2, 3]);
    for limit in limits {
        let Limit { name, setting, unit, used, available } = limit;
        let headroom = if *used > 0.0 { format!("{:.1} x", limit.headroom()) } else { "unused".to_owned() };
        let amount = |number: f64| format!("{}{unit}", grouped(number));
        table.add_row([(*name).to_owned(), amount(*used), amount(*available), headroom, (*setting).to_owned()]);
    }
    let first = limits.first().map(|limit| {
        let verb = if limit.headroom() < 1.0 { "exceeds" } else { "reaches first" };
        format!("\nThe load {verb}: {} ({})", limit.name, limit.setting)
    });
    format!("{table}{}", first.unwrap_or_default())
}

fn outage_text(outage: &Outage, rate: f64) -> String {
    let Outage { destination, seconds, closed_after, waiting, drained_after, dead_lettered, deferrals, .. } = outage;
    let Outage { slow_waiting, deferral_load, .. } = outage;
    let is_full = *deferral_load >= 1.0 || *slow_waiting > 0.0;
    let full = if is_full { "; retries of other destinations wait too" } else { "" };
    let mut table = Table::new();
    table.load_style(presets::NOTHING).add_rows([
        ["deliveries to it".to_owned(), format!("{}/s", grouped(rate))],
        ["waiting at the end".to_owned(), grouped(*waiting)],
        ["waiting for slow destinations".to_owned(), grouped(*slow_waiting)],
        ["breaker closes".to_owned(), format!("{} after the outage", about(*closed_after))],
        ["all delivered".to_owned(), format!("{} after the outage", about(*drained_after))],
        ["to the dead-letter queue".to_owned(), grouped(*dead_lettered)],
        ["moves without an attempt".to_owned(), grouped(*deferrals)],
        ["retry lane, needed by these".to_owned(), format!("{:.0} % at the end{full}", deferral_load * 100.0)],
    ]);
    format!("An outage of {} at `{destination}`:\n{table}", about(*seconds))
}

/// Formats the times of the first retries and of the last one in the words of Terraform's output `retry_schedule`. The
/// three dots stand for retries that are not shown.
fn schedule(seconds: &[u32]) -> String {
    let mut times: Vec<_> = seconds.iter().skip(1).map(|seconds| about(f64::from(*seconds))).collect();
    let Some(last) = times.pop() else {
        return "1 attempt".to_owned();
    };
    let dots = if times.len() > SHOWN_RETRIES { "… " } else { "" };
    times.truncate(SHOWN_RETRIES);
    times.push(format!("{dots}{last}"));
    format!("attempts after about {}; {} attempts", times.join(", "), seconds.len())
}

fn bill(title: &str, costs: &[Cost]) -> String {
    let mut table = table([title, "$"], &[1]);
    for Cost { item, dollars } in costs {
        table.add_row([(*item).to_owned(), format!("{dollars:.2}")]);
    }
    table.add_row(["sum".to_owned(), format!("{:.2}", sum(costs))]);
    table.to_string()
}

/// Formats the results of the simulation.
pub(super) fn simulated(simulated: &Simulated) -> String {
    let mut reports = vec![("two lanes, breaker", &simulated.lanes)];
    reports.extend(simulated.one_lane.as_ref().map(|report| ("one lane", report)));
    let header = std::iter::once("Simulation").chain(reports.iter().map(|(name, _)| *name));
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header);
    let slow = reports.iter().any(|(_, report)| report.slow_p99_seconds > 0.0);
    let mut row = |name: &str, value: &dyn Fn(&Report) -> String| {
        let values = reports.iter().map(|(_, report)| value(report));
        table.add_row(std::iter::once(name.to_owned()).chain(values));
    };
    row("healthy destinations, p99 age", &|report| age(report.healthy_p99_seconds));
    row("healthy destinations, p99 age in the worst minute", &|report| age(report.worst_minute_seconds()));
    if slow {
        row("slow ones (timeout over 5 s), p99 age", &|report| age(report.slow_p99_seconds));
        row("slow ones, p99 age in the worst minute", &|report| age(report.worst_slow_minute_seconds()));
    }
    row("longest intake queue", &|report| grouped(number(report.max_intake() as u64)));
    row("most messages in flight, intake queue", &|report| grouped(number(report.max_in_flight as u64)));
    row("all delivered", &|report| {
        let drained = report.drained_after.map(|seconds| format!("{} after the outage", about(seconds)));
        drained.unwrap_or_else(|| "not within the simulated time".to_owned())
    });
    row("calls of the failed destination", &|report| grouped(number(report.attempts)));
    row("moves without an attempt", &|report| grouped(number(report.deferrals)));
    row("to the dead-letter queue", &|report| grouped(number(report.dead_lettered)));
    table.to_string()
}

/// Returns a limit as a row of JSON output.
pub(super) fn limit_json(limit: &Limit) -> Value {
    let Limit { name, setting, unit, used, available } = limit;
    json!({
        "limit": name, "setting": setting, "unit": unit, "load": used, "available": available,
        "headroom": limit.headroom(),
    })
}

fn table<const N: usize>(header: [&str; N], right: &[usize]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header);
    for index in right {
        if let Some(column) = table.column_mut(*index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// Formats a duration in seconds with one unit, rounded as in Terraform's output `retry_schedule`.
pub(super) fn about(seconds: f64) -> String {
    match seconds {
        ..90.0 => format!("{seconds:.0} s"),
        90.0..5400.0 => format!("{} min", (seconds / 60.0).round()),
        5400.0..=604_800.0 => format!("{} h", trimmed((seconds / 360.0).round() / 10.0)),
        _ => format!("{} d", trimmed(seconds / 86_400.0)),
    }
}

/// Formats a short duration in seconds.
fn age(seconds: f64) -> String {
    if seconds < 100.0 { format!("{seconds:.2} s") } else { about(seconds) }
}

fn trimmed(number: f64) -> String {
    format!("{number:.1}").trim_end_matches(".0").to_owned()
}

/// Formats a number as a whole one with separators.
pub(super) fn grouped(number: f64) -> String {
    let text = format!("{number:.0}");
    let first = text.len() % 3;
    let groups = text.as_bytes().get(first..).unwrap_or_default().chunks(3);
    let head = text.get(..first).filter(|head| !head.is_empty()).map(str::to_owned);
    head.into_iter()
        .chain(groups.map(|group| String::from_utf8_lossy(group).into_owned()))
        .collect::<Vec<_>>()
        .join(",")
}

#[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
fn number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use hookline_retry::{Jitter, RetryPolicy};

    use super::*;
    use crate::capacity::{Fault, parameters_with_default_lanes};

    #[test]
    fn report_has_limits_outage_schedule_and_cost() {
        let mut parameters = parameters_with_default_lanes();
        let outage = |parameters: &Parameters| parameters.outage(2, 3600.0, Fault::Rejects).unwrap();
        let fast = report("prod", &parameters, 2, &outage(&parameters));
        parameters.settings.destinations[0].timeout_seconds = 20.0;
        let slow = report("prod", &parameters, 2, &outage(&parameters));
        // The number of alarms is that of the Terraform module.
        let without_alarms = |text: String| text.split("A month").next().unwrap().to_owned();
        insta::assert_snapshot!([fast, slow].map(without_alarms).join("----\n"));
    }

    #[test]
    fn simulated_designs_are_columns() {
        let sample = crate::capacity::simulation::Sample { intake: 5, healthy_p99_seconds: 0.2, ..Default::default() };
        let lanes = Report { samples: vec![sample], drained_after: Some(2400.0), ..Report::default() };
        let one_lane =
            Report { slow_p99_seconds: 90.0, dead_lettered: 1_234_567, max_in_flight: 120_000, ..Report::default() };
        let both = simulated(&Simulated { lanes: lanes.clone(), one_lane: Some(one_lane) });
        insta::assert_snapshot!([both, simulated(&Simulated { lanes, one_lane: None })].join("\n----\n"));
    }

    #[test]
    fn numbers_are_rounded_and_grouped() {
        assert_eq!([0.0, 999.4, 1000.0, 1_234_567.0].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        let texts = [10.0, 210.0, 3410.0, 13_650.0, 86_400.0, 864_000.0].map(about);
        assert_eq!(texts, ["10 s", "4 min", "57 min", "3.8 h", "24 h", "10 d"]);
    }

    #[test]
    fn schedule_has_the_words_of_terraform() {
        let file = include_str!("../../../terraform/modules/hookline/tests/retry_schedule.tftest.hcl");
        let mut policy = DEFAULT_POLICY;
        let mut compared = 0;
        for line in file.lines() {
            if line.trim_start().starts_with("retry ") {
                policy = policy_of(line);
            }
            if let Some((_, text)) = line.split_once("output.retry_schedule == \"") {
                assert_eq!(schedule(&policy.schedule()), text.trim_end_matches('"'));
                compared += 1;
            }
        }
        assert_eq!(compared, file.matches("run \"").count());
        assert_eq!(schedule(&[0]), "1 attempt");
    }

    const DEFAULT_POLICY: RetryPolicy =
        RetryPolicy { base_seconds: 10, max_seconds: 10_800, give_up_seconds: 86_400, jitter: Jitter::Half };

    /// Returns the policy of `retry = { base_seconds = 10, max_seconds = 10800, give_up_after_hours = 24 }`.
    fn policy_of(line: &str) -> RetryPolicy {
        let numbers: Vec<f64> = line.split(['=', ',', '}']).filter_map(|word| word.trim().parse().ok()).collect();
        let [base, max, hours] = numbers.try_into().unwrap();
        RetryPolicy {
            base_seconds: base as u32,
            max_seconds: max as u32,
            give_up_seconds: (hours * 3600.0) as u32,
            ..DEFAULT_POLICY
        }
    }
}
