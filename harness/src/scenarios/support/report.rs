use anyhow::Result;
use comfy_table::{CellAlignment, Table, presets};
use serde_json::json;

use super::run::{Outcome, Row};
use super::scenario::Scenario;
use hookline::output::print_line;

/// Returns the scenarios with what they prove, for `--list`.
pub(crate) fn list(scenarios: &[Scenario], as_json: bool) -> Result<String> {
    if as_json {
        let row = |scenario: &Scenario| json!({ "name": scenario.name, "about": scenario.about });
        return Ok(serde_json::to_string_pretty(&scenarios.iter().map(row).collect::<Vec<_>>())?);
    }
    let mut table = table(["scenario", "proves"]);
    for scenario in scenarios {
        table.add_row([scenario.name, scenario.about]);
    }
    Ok(table.to_string())
}

/// Prints the results. The last line of the table is `N passed, N failed, N skipped`. Returns true if no scenario failed.
pub(crate) fn print(rows: &[Row], as_json: bool) -> Result<bool> {
    print_line(format_args!("{}", if as_json { to_json(rows)? } else { to_table(rows) }));
    Ok(count(rows, "failed") == 0)
}

fn to_table(rows: &[Row]) -> String {
    let mut table = table(["scenario", "result", "seconds", "details"]);
    if let Some(column) = table.column_mut(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for row in rows {
        let (result, details) = result_and_details(&row.outcome);
        table.add_row([row.name, result, &format!("{:.1}", row.duration.as_secs_f64()), &details]);
    }
    let [passed, failed, skipped] = ["passed", "failed", "skipped"].map(|result| count(rows, result));
    format!("{table}\n{passed} passed, {failed} failed, {skipped} skipped")
}

fn to_json(rows: &[Row]) -> Result<String> {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            let (result, details) = result_and_details(&row.outcome);
            json!({ "name": row.name, "result": result, "seconds": row.duration.as_secs_f64(), "details": details })
        })
        .collect();
    Ok(serde_json::to_string_pretty(&rows)?)
}

fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header);
    table
}

fn count(rows: &[Row], result: &str) -> usize {
    rows.iter().filter(|row| result_and_details(&row.outcome).0 == result).count()
}

fn result_and_details(outcome: &Outcome) -> (&'static str, String) {
    match outcome {
        Outcome::Passed { text } => ("passed", text.clone()),
        Outcome::Failed { error } => ("failed", format!("{error:#}")),
        Outcome::Skipped { reason } => ("skipped", reason.clone()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn table_ends_with_counts() {
        let row = |name, millis, outcome| Row { name, duration: Duration::from_millis(millis), outcome };
        let rows = [
            row("push-delivered", 120, Outcome::Passed { text: "7425 bytes".into() }),
            row("wrong-signature-rejected", 12_345, Outcome::Failed { error: anyhow::anyhow!("why").context("what") }),
            row("second-plan-is-empty", 0, Outcome::Skipped { reason: "nothing was applied".into() }),
        ];
        insta::assert_snapshot!(to_table(&rows));
    }
}
