use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use comfy_table::{Table, presets};
use hookline_signature::{Verified, VerifyError};
use serde_json::json;

use super::request_options::RequestOptions;
use super::scheme_options::{self, SchemeOptions};
use crate::output::print_line;
use crate::signature_vectors;

#[derive(Debug, Args)]
pub(super) struct Verify {
    #[command(flatten)]
    scheme: SchemeOptions,
    /// File with the secret; a line end after it is ignored; - reads standard input
    #[arg(long, value_name = "FILE", required_unless_present = "vectors")]
    secret_file: Option<PathBuf>,
    /// File with the exact body; - reads standard input
    #[arg(long, value_name = "FILE", required_unless_present = "vectors")]
    body: Option<PathBuf>,
    #[command(flatten)]
    request: RequestOptions,
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
        let secret = scheme_options::read_secret(secret_file)?;
        let request = self.request.read(self.body.as_ref().context("--body is missing")?)?;
        match scheme.verify(request.as_request(), &[secret], request.now) {
            Ok(verified) => print_accepted(&verified, None, self.json),
            Err(error) => {
                print_rejected(&error, self.json)?;
                if matches!(error, VerifyError::Mismatch { .. }) {
                    hint(
                        request.body.ends_with(b"\n"),
                        "the body file ends with a line break, which is part of the body",
                    );
                }
                Ok(ExitCode::FAILURE)
            }
        }
    }
}

/// Prints that a request is valid. `secret` is the version of the stored secret that verifies it.
pub(super) fn print_accepted(verified: &Verified, secret: Option<&str>, as_json: bool) -> Result<ExitCode> {
    let Verified { event_type, delivery_id, signed_id, handshake } = verified;
    let response = handshake.as_ref().map(|handshake| handshake.body.as_str());
    if as_json {
        let mut verdict = json!({
            "accepted": true, "type": event_type, "delivery_id": delivery_id, "signed_id": signed_id,
            "handshake_response": response,
        });
        if let Some(secret) = secret {
            verdict["secret"] = secret.into();
        }
        print_line(format_args!("{}", serde_json::to_string_pretty(&verdict)?));
        return Ok(ExitCode::SUCCESS);
    }
    print_line(format_args!("accepted"));
    secret.iter().for_each(|secret| print_line(format_args!("secret: {secret}")));
    let members = [("type", event_type), ("delivery id", delivery_id), ("signed id", signed_id)];
    for (name, value) in members {
        value.iter().for_each(|value| print_line(format_args!("{name}: {value}")));
    }
    response.iter().for_each(|response| print_line(format_args!("handshake response: {response}")));
    Ok(ExitCode::SUCCESS)
}

/// Prints why a request is invalid.
pub(super) fn print_rejected(error: &VerifyError, as_json: bool) -> Result<()> {
    if as_json {
        let verdict = json!({ "accepted": false, "reason": error.reason(), "detail": error.to_string() });
        print_line(format_args!("{}", serde_json::to_string_pretty(&verdict)?));
    } else {
        print_line(format_args!("rejected: {}: {error}", error.reason()));
    }
    Ok(())
}

/// Prints a hint on standard error, if it applies.
pub(super) fn hint(applies: bool, text: &str) {
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
