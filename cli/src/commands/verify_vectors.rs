use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use comfy_table::{Table, presets};
use serde_json::{Value, json};

use crate::output::print_line;
use crate::signature_vectors::{self, Outcome, Vector};

/// Verifies the vectors of a file. A wrong verdict fails the run. An unsupported vector does not, unless there is no other.
pub(super) fn verify_vectors(file: &Path, as_json: bool) -> Result<ExitCode> {
    let vectors = signature_vectors::read(file)?;
    let outcomes: Vec<_> = vectors.iter().map(|vector| (vector, vector.outcome())).collect();
    if as_json {
        let rows: Vec<_> = outcomes.iter().map(|(vector, outcome)| row(vector, outcome)).collect();
        print_line(format_args!("{}", serde_json::to_string_pretty(&rows)?));
    } else {
        print_line(format_args!("{}", text(&outcomes)));
    }
    Ok(if is_failed(&outcomes) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Whether a verdict is wrong, or no vector was verified.
fn is_failed(outcomes: &[(&Vector, Outcome)]) -> bool {
    outcomes.iter().any(|(_, outcome)| outcome.is_failed())
        || outcomes.iter().all(|(_, outcome)| outcome.is_unsupported())
}

fn verdict(is_valid: bool) -> &'static str {
    if is_valid { "valid" } else { "invalid" }
}

fn row(vector: &Vector, outcome: &Outcome) -> Value {
    let (actual, expected) = outcome.verdicts();
    json!({
        "id": vector.id, "sender": vector.sender, "result": outcome.name(), "verdict": actual.map(verdict),
        "expected": expected.map(verdict), "reason": outcome.reason(),
    })
}

fn text(outcomes: &[(&Vector, Outcome)]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["", "vector", "sender", "verdict", "expected", "reason"]);
    for (vector, outcome) in outcomes {
        let mark = if outcome.is_failed() { "✗" } else { "" };
        let (actual, expected) = outcome.verdicts();
        let actual = actual.map_or(outcome.name(), verdict);
        table.add_row([mark, &vector.id, &vector.sender, actual, expected.map_or("", verdict), outcome.reason()]);
    }
    let count =
        |is_counted: &dyn Fn(&Outcome) -> bool| outcomes.iter().filter(|(_, outcome)| is_counted(outcome)).count();
    let failed = count(&Outcome::is_failed);
    let unsupported = count(&Outcome::is_unsupported);
    let passed = outcomes.len() - failed - unsupported;
    format!("{table}\n{passed} passed, {failed} failed, {unsupported} unsupported")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_has_each_verdict_and_the_unsupported_vectors() {
        let signature = "v1=734cc62f32841568f45715aeb9f4d7891324e6d948e4c6c60c0621cdac48623a";
        let vector = |id: &str, sender: &str, secret: &str, expected: &str| {
            json!({
                "id": id, "sender": sender, "secret": secret, "body": "hello world", "expected": expected,
                "headers": { "circleci-signature": signature },
            })
        };
        let file = json!({ "vectors": [
            vector("ok", "CircleCI", "secret", "valid"),
            vector("rejected", "circleci", "another", "invalid"),
            vector("wrong", "circleci", "another", "valid"),
            vector("fetched", "PayPal", "secret", "valid"),
            vector("unknown", "Acme", "secret", "valid"),
            vector("no verdict", "circleci", "secret", "perhaps"),
        ] });
        let vectors = signature_vectors::parse(file.to_string().as_bytes(), None).unwrap();
        let outcomes: Vec<_> = vectors.iter().map(|vector| (vector, vector.outcome())).collect();
        insta::assert_snapshot!(text(&outcomes));
        let rows: Vec<_> = outcomes.iter().map(|(vector, outcome)| row(vector, outcome)).collect();
        insta::assert_json_snapshot!(rows);
    }

    #[test]
    fn run_without_a_verified_vector_fails() {
        let vectors = |senders: &[&str]| {
            let vector = |sender: &&str| json!({ "id": "a", "sender": sender, "secret": "x", "body": "", "headers": {}, "expected": "invalid" });
            let file = json!({ "vectors": senders.iter().map(vector).collect::<Vec<_>>() });
            signature_vectors::parse(file.to_string().as_bytes(), None).unwrap()
        };
        let fails = |senders: &[&str]| {
            let vectors = vectors(senders);
            is_failed(&vectors.iter().map(|vector| (vector, vector.outcome())).collect::<Vec<_>>())
        };
        assert!(fails(&["Acme", "PayPal"]));
        assert!(!fails(&["Acme", "circleci"]));
    }
}
