use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use comfy_table::{Table, presets};
use hookline_signature::{Headers, Request, Verified, VerifyError};
use serde_json::json;

use super::scheme_options::{self, SchemeOptions};
use crate::clock::unix_seconds;
use crate::output::print_line;
use crate::signature_vectors;

#[derive(Debug, Args)]
pub(super) struct Verify {
    #[command(flatten)]
    scheme: SchemeOptions,
    /// File with the secret; every byte counts, also a line break at the end; - reads standard input
    #[arg(long, value_name = "FILE", required_unless_present = "vectors")]
    secret_file: Option<PathBuf>,
    /// Header of the request, `Name: value`; may be repeated
    #[arg(long = "header", value_name = "HEADER")]
    headers: Vec<String>,
    /// File with the exact body; - reads standard input
    #[arg(long, value_name = "FILE", required_unless_present = "vectors")]
    body: Option<PathBuf>,
    /// Time of arrival in seconds since 1970; default: now
    #[arg(long, value_name = "SECONDS")]
    now: Option<i64>,
    /// URL of the request without its query, for twilio
    #[arg(long, default_value = "", hide_default_value = true)]
    url: String,
    /// Parameter of the URL's query, for twilio; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    query: Vec<String>,
    /// Verify all vectors of a file, and compare each verdict with the vector's `strict_expected`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["scheme", "secret_file", "body", "headers", "options"])]
    vectors: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Verify {
    /// Verifies a request. Unlike the service's response, the output says why a signature is invalid.
    pub(super) fn run(self) -> Result<ExitCode> {
        if let Some(file) = &self.vectors {
            return verify_vectors(file, self.json);
        }
        let scheme = self.scheme.resolve()?;
        let secret_file = self.secret_file.as_ref().context("--secret-file is missing")?;
        let (secret, ends_with_line_break) = scheme_options::read_secret(secret_file)?;
        let body = scheme_options::read(self.body.as_ref().context("--body is missing")?)?;
        let split_all = |texts: &[String], separator| {
            texts.iter().map(|text| scheme_options::split_pair(text, separator)).collect::<Result<Vec<_>>>()
        };
        let (headers, query) = (split_all(&self.headers, ':')?, split_all(&self.query, '=')?);
        let headers = Headers::from_iter(headers);
        let request = Request { headers: &headers, body: &body, url: &self.url, query: &query };
        match scheme.verify(request, &[secret], self.now.unwrap_or_else(unix_seconds)) {
            Ok(verified) => print_accepted(&verified, self.json),
            Err(error) => {
                print_rejected(&error, self.json)?;
                if matches!(error, VerifyError::Mismatch { .. }) {
                    hint(
                        ends_with_line_break,
                        "the secret file ends with a line break, which is part of the secret: write it with `printf %s`",
                    );
                    hint(body.ends_with(b"\n"), "the body file ends with a line break, which is part of the body");
                }
                Ok(ExitCode::FAILURE)
            }
        }
    }
}

fn print_accepted(verified: &Verified, as_json: bool) -> Result<ExitCode> {
    let Verified { event_type, delivery_id, signed_id, handshake } = verified;
    let response = handshake.as_ref().map(|handshake| handshake.body.as_str());
    if as_json {
        let verdict = json!({
            "accepted": true, "type": event_type, "delivery_id": delivery_id, "signed_id": signed_id,
            "handshake_response": response,
        });
        print_line(format_args!("{}", serde_json::to_string_pretty(&verdict)?));
        return Ok(ExitCode::SUCCESS);
    }
    print_line(format_args!("accepted"));
    let members = [("type", event_type), ("delivery id", delivery_id), ("signed id", signed_id)];
    for (name, value) in members {
        value.iter().for_each(|value| print_line(format_args!("{name}: {value}")));
    }
    response.iter().for_each(|response| print_line(format_args!("handshake response: {response}")));
    Ok(ExitCode::SUCCESS)
}

fn print_rejected(error: &VerifyError, as_json: bool) -> Result<()> {
    if as_json {
        let verdict = json!({ "accepted": false, "reason": error.reason(), "detail": error.to_string() });
        print_line(format_args!("{}", serde_json::to_string_pretty(&verdict)?));
    } else {
        print_line(format_args!("rejected: {}: {error}", error.reason()));
    }
    Ok(())
}

fn hint(applies: bool, text: &str) {
    if applies {
        eprintln!("hint: {text}");
    }
}

fn verify_vectors(file: &Path, as_json: bool) -> Result<ExitCode> {
    let vectors = signature_vectors::read(file)?;
    let verdicts = vectors.iter().map(|vector| Ok((vector, vector.verdict()?))).collect::<Result<Vec<_>>>()?;
    let failed = verdicts.iter().filter(|(_, verdict)| !verdict.is_expected()).count();
    let verdict_text = |accepted| if accepted { "valid" } else { "invalid" };
    if as_json {
        let rows: Vec<_> = verdicts
            .iter()
            .map(|(vector, verdict)| {
                json!({
                    "id": vector.id, "scheme": vector.scheme, "verdict": verdict_text(verdict.accepted),
                    "expected": verdict_text(verdict.expected), "reason": verdict.reason,
                })
            })
            .collect();
        print_line(format_args!("{}", serde_json::to_string_pretty(&rows)?));
    } else {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_header(["", "vector", "scheme", "verdict", "expected", "reason"]);
        for (vector, verdict) in &verdicts {
            let mark = if verdict.is_expected() { "" } else { "✗" };
            let (actual, expected) = (verdict_text(verdict.accepted), verdict_text(verdict.expected));
            table.add_row([mark, &vector.id, &vector.scheme, actual, expected, &verdict.reason]);
        }
        print_line(format_args!("{table}\n{} passed, {failed} failed", verdicts.len() - failed));
    }
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
