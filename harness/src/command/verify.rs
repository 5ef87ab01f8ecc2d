use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use comfy_table::{Table, presets};
use hookline_signature::{Headers, Request, Verified, VerifyError};
use serde_json::json;

use super::scheme::{self, SchemeArguments};
use crate::progress::say;
use crate::sender::now;
use crate::vectors;

#[derive(Debug, Args)]
pub(super) struct Verify {
    #[command(flatten)]
    scheme: SchemeArguments,
    /// File with the secret, every byte of it; - is standard input
    #[arg(long, value_name = "FILE", required_unless_present = "vectors")]
    secret_file: Option<PathBuf>,
    /// A header of the request, `Name: value`; may be given several times
    #[arg(long = "header", value_name = "HEADER")]
    headers: Vec<String>,
    /// File with the body, every byte of it; - is standard input
    #[arg(long, value_name = "FILE", required_unless_present = "vectors")]
    body: Option<PathBuf>,
    /// Seconds since 1970 at which it arrived, instead of now
    #[arg(long)]
    now: Option<i64>,
    /// The URL that it came by, without its query, for twilio
    #[arg(long, default_value = "")]
    url: String,
    /// A parameter of the URL's query, `name=value`, for twilio; may be given several times
    #[arg(long, value_name = "NAME=VALUE")]
    query: Vec<String>,
    /// Verify the rows of a file instead, and compare each verdict with the row's `strict_expected`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["scheme", "secret_file", "body", "headers", "options"])]
    vectors: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Verify {
    /// Unlike the service, which tells a caller nothing, it says why.
    pub(super) fn run(self) -> Result<ExitCode> {
        if let Some(file) = &self.vectors {
            return rows(file, self.json);
        }
        let scheme = self.scheme.resolve()?;
        let (secret, line_end) = scheme::secret(self.secret_file.as_ref().context("no --secret-file")?)?;
        let body = scheme::read(self.body.as_ref().context("no --body")?)?;
        let headers = self.headers.iter().map(|text| scheme::pair(text, ':')).collect::<Result<Vec<_>>>()?;
        let query = self.query.iter().map(|text| scheme::pair(text, '=')).collect::<Result<Vec<_>>>()?;
        let headers = Headers::from_iter(headers);
        let request = Request { headers: &headers, body: &body, url: &self.url, query: &query };
        match scheme.verify(request, &[secret], self.now.unwrap_or_else(now)) {
            Ok(verified) => accepted(&verified, self.json),
            Err(error) => {
                refused(&error, self.json)?;
                if matches!(error, VerifyError::Mismatch { .. }) {
                    hint(line_end, "the secret's file ends with a line end, which counts: `printf %s` writes none");
                    hint(body.ends_with(b"\n"), "the body's file ends with a line end, which counts");
                }
                Ok(ExitCode::FAILURE)
            }
        }
    }
}

fn accepted(verified: &Verified, as_json: bool) -> Result<ExitCode> {
    let Verified { event_type, delivery_id, signed_id, handshake } = verified;
    let answer = handshake.as_ref().map(|handshake| handshake.body.as_str());
    if as_json {
        let verdict = json!({
            "accepted": true, "type": event_type, "delivery_id": delivery_id, "signed_id": signed_id, "answer": answer,
        });
        say(format_args!("{}", serde_json::to_string_pretty(&verdict)?));
        return Ok(ExitCode::SUCCESS);
    }
    say(format_args!("accepted"));
    let named = [("type", event_type), ("delivery id", delivery_id), ("signed id", signed_id)];
    for (name, value) in named {
        value.iter().for_each(|value| say(format_args!("{name}: {value}")));
    }
    answer.iter().for_each(|answer| say(format_args!("a handshake, to be answered with: {answer}")));
    Ok(ExitCode::SUCCESS)
}

fn refused(error: &VerifyError, as_json: bool) -> Result<()> {
    if as_json {
        let verdict = json!({ "accepted": false, "reason": error.reason(), "detail": error.to_string() });
        say(format_args!("{}", serde_json::to_string_pretty(&verdict)?));
    } else {
        say(format_args!("refused: {}: {error}", error.reason()));
    }
    Ok(())
}

fn hint(given: bool, text: &str) {
    if given {
        eprintln!("hint: {text}");
    }
}

fn rows(file: &Path, as_json: bool) -> Result<ExitCode> {
    let vectors = vectors::read(file)?;
    let verdicts = vectors.iter().map(|vector| Ok((vector, vector.verdict()?))).collect::<Result<Vec<_>>>()?;
    let failed = verdicts.iter().filter(|(_, verdict)| !verdict.agrees()).count();
    let word = |accepted| if accepted { "valid" } else { "invalid" };
    if as_json {
        let rows: Vec<_> = verdicts
            .iter()
            .map(|(vector, verdict)| {
                json!({
                    "id": vector.id, "scheme": vector.scheme, "verdict": word(verdict.accepted),
                    "expected": word(verdict.expected), "reason": verdict.reason,
                })
            })
            .collect();
        say(format_args!("{}", serde_json::to_string_pretty(&rows)?));
    } else {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_header(["", "vector", "scheme", "verdict", "expected", "reason"]);
        for (vector, verdict) in &verdicts {
            let mark = if verdict.agrees() { "" } else { "✗" };
            let (said, expected) = (word(verdict.accepted), word(verdict.expected));
            table.add_row([mark, &vector.id, &vector.scheme, said, expected, &verdict.reason]);
        }
        say(format_args!("{table}\n{} passed, {failed} failed", verdicts.len() - failed));
    }
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
