use anyhow::Result;
use comfy_table::{CellAlignment, Table, presets};
use serde_json::json;

use super::Scenario;
use super::run::{Outcome, Row};
use hookline::output::print_line;

/// The names and what they are about, for `--list`.
pub(crate) fn list(scenarios: &[Scenario], as_json: bool) -> Result<String> {
    if as_json {
        let names: Vec<_> = scenarios.iter().map(|it| json!({ "name": it.name, "about": it.about })).collect();
        return Ok(serde_json::to_string_pretty(&names)?);
    }
    let mut table = table(["scenario", "what has to hold"]);
    for scenario in scenarios {
        table.add_row([scenario.name, scenario.about]);
    }
    Ok(table.to_string())
}

/// The result, with the closing line `N passed, N failed, N skipped`; true if nothing failed.
pub(crate) fn print(rows: &[Row], as_json: bool) -> Result<bool> {
    print_line(format_args!("{}", if as_json { machine(rows)? } else { people(rows) }));
    Ok(count(rows, "failed") == 0)
}

fn people(rows: &[Row]) -> String {
    let mut table = table(["scenario", "result", "s", "found"]);
    if let Some(column) = table.column_mut(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for row in rows {
        let (word, text) = words(&row.outcome);
        table.add_row([row.name, word, &format!("{:.1}", row.took.as_secs_f64()), &text]);
    }
    let [passed, failed, skipped] = ["passed", "failed", "skipped"].map(|word| count(rows, word));
    format!("{table}\n{passed} passed, {failed} failed, {skipped} skipped")
}

fn machine(rows: &[Row]) -> Result<String> {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            let (word, text) = words(&row.outcome);
            json!({ "name": row.name, "result": word, "seconds": row.took.as_secs_f64(), "found": text })
        })
        .collect();
    Ok(serde_json::to_string_pretty(&rows)?)
}

fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header);
    table
}

fn count(rows: &[Row], word: &str) -> usize {
    rows.iter().filter(|row| words(&row.outcome).0 == word).count()
}

fn words(outcome: &Outcome) -> (&'static str, String) {
    match outcome {
        Outcome::Passed { found } => ("passed", found.clone()),
        Outcome::Failed { error } => ("failed", format!("{error:#}")),
        Outcome::Skipped { reason } => ("skipped", reason.clone()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn people_read_a_table_and_a_closing_line() {
        let row = |name, millis, outcome| Row { name, took: Duration::from_millis(millis), outcome };
        let rows = [
            row("push-delivered", 120, Outcome::Passed { found: "7425 bytes".into() }),
            row("wrong-signature", 12_345, Outcome::Failed { error: anyhow::anyhow!("why").context("what") }),
            row("second-plan", 0, Outcome::Skipped { reason: "nothing was applied".into() }),
        ];
        insta::assert_snapshot!(people(&rows));
    }

    #[test]
    fn the_list_names_every_scenario_once() {
        let all = crate::scenarios::all();
        let names: std::collections::BTreeSet<_> = all.iter().map(|scenario| scenario.name).collect();
        assert_eq!(names.len(), all.len());
        insta::assert_snapshot!(list(&all, false).unwrap());
    }
}
