use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use hookline_signature::{Message, Secret, Signed, is_form};
use serde_json::{Value, json};
use uuid::Uuid;

use super::request_options;
use super::scheme_options::{self, SchemeOptions};
use crate::clock::unix_seconds;
use crate::output::print_line;
use crate::signed_event::with_parameters;
use crate::source_scheme::SourceScheme;

#[derive(Debug, Args)]
#[command(after_help = "\
The secret is the sender's: for a sender with a key pair, the private key in PEM (PKCS#8).
Some senders put the signature into the body: --body-out and --json have the body to send.

Examples:
  hookline sign --sender stripe --secret-file secret.txt --body body.json
  hookline sign --sender adyen --secret-file secret.txt --body body.json --body-out signed.json
  hookline sign --scheme acme.json --secret-file secret.txt --body body.json --json")]
pub(super) struct Sign {
    #[command(flatten)]
    scheme: SchemeOptions,
    /// File with the secret; a line end after it is ignored; - reads standard input
    #[arg(long, value_name = "FILE")]
    secret_file: PathBuf,
    /// File with the body; - reads standard input
    #[arg(long, value_name = "FILE")]
    body: PathBuf,
    /// File for the body to send, for senders that put the signature into it
    #[arg(long, value_name = "FILE")]
    body_out: Option<PathBuf>,
    /// Time of the signature in seconds since 1970; default: now
    #[arg(long, value_name = "SECONDS")]
    now: Option<i64>,
    /// Id of the message; default: a random UUID
    #[arg(long)]
    id: Option<String>,
    /// URL that receives the request with its query, for senders that sign it
    #[arg(long, default_value = "", hide_default_value = true)]
    url: String,
    /// Parameter of the query that is not in --url; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    query: Vec<String>,
    /// Header of the request that the signature may cover, `Name: value`; may be repeated
    #[arg(long = "header", value_name = "HEADER")]
    headers: Vec<String>,
    /// Sign the body as a form, for senders that sign forms and other bodies differently
    #[arg(long)]
    form: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Sign {
    pub(super) fn run(self) -> Result<ExitCode> {
        let source = self.scheme.resolve()?;
        let secret = scheme_options::read_secret(&self.secret_file)?;
        let body = scheme_options::read(&self.body)?;
        let id = self.id.clone().unwrap_or_else(|| Uuid::new_v4().to_string());
        let headers = request_options::headers(&self.headers)?;
        request_options::check_url(&source.scheme, &self.url)?;
        let url = self.complete_url()?;
        let has_form = headers.iter().any(|(name, value)| name.eq_ignore_ascii_case("Content-Type") && is_form(value));
        let message = Message {
            body: &body,
            now: self.now.unwrap_or_else(unix_seconds),
            id: &id,
            url: &url,
            is_form: self.form || has_form,
            headers: &headers,
        };
        let signed = source.sign(message, &secret)?;
        if is_ambiguous(&source, &secret) {
            eprintln!(
                "hint: the secret was used as a private key; a public key of Ed25519 looks the same, and its signatures are invalid"
            );
        }
        if let Some(file) = &self.body_out {
            let written = std::fs::write(file, signed.body.as_ref().unwrap_or(&body));
            written.with_context(|| format!("cannot write `{}`", file.display()))?;
        }
        if self.json {
            print_line(format_args!("{}", serde_json::to_string_pretty(&json(&signed))?));
            return Ok(ExitCode::SUCCESS);
        }
        for (name, value) in &signed.headers {
            print_line(format_args!("{name}: {value}"));
        }
        if !signed.query.is_empty() {
            eprintln!("append to the URL's query: {}", with_parameters("", &signed.query));
        }
        if signed.body.is_some() && self.body_out.is_none() {
            eprintln!("the sender puts the signature into the body: --body-out FILE writes the body to send");
        }
        Ok(ExitCode::SUCCESS)
    }

    fn complete_url(&self) -> Result<String> {
        let (url, query) = self.url.split_once('?').unwrap_or((&self.url, ""));
        let query = with_parameters(query, &request_options::parameters(&self.query)?);
        Ok(if query.is_empty() { url.to_owned() } else { format!("{url}?{query}") })
    }
}

/// Whether a secret can be the private key as well as the public one: both have 32 bytes with Ed25519.
fn is_ambiguous(source: &SourceScheme, secret: &Secret) -> bool {
    let stored = source.scheme.stored_key(secret);
    source.scheme.check_secret(secret).is_ok() && stored.is_ok_and(|stored| !stored.matches(secret))
}

/// Returns what the signature adds. `body` is the text of a changed body, `body_b64` its bytes.
fn json(signed: &Signed) -> Value {
    let pairs = |pairs: &[(String, String)]| -> Vec<_> {
        pairs.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
    };
    let body = signed.body.as_ref();
    json!({
        "headers": pairs(&signed.headers),
        "query": pairs(&signed.query),
        "body": body.and_then(|body| std::str::from_utf8(body).ok()),
        "body_b64": body.map(|body| STANDARD.encode(body)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(sender: &str, secret: &str, body: &[u8]) -> Result<Signed> {
        let source = SourceScheme::of_sender(sender).unwrap();
        let message = Message { body, now: 1_700_000_000, id: "msg_1", ..Message::default() };
        source.sign(message, &Secret::new(secret).unwrap())
    }

    #[test]
    fn output_has_headers_parameters_and_a_changed_body() {
        let outputs: Vec<_> = [("stripe", "whsec_not-a-real-key"), ("mailgun", "not-a-real-key")]
            .into_iter()
            .map(|(sender, secret)| json!({ sender: json(&signed(sender, secret, b"{\"a\":1}").unwrap()) }))
            .collect();
        insta::assert_json_snapshot!(outputs);
    }

    #[test]
    fn public_key_cannot_sign() {
        // A point of P-256, of the form in which SendGrid shows it.
        let public = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1FwCM/QmGUhA==";
        let error = signed("sendgrid", public, b"{}").unwrap_err().to_string();
        assert!(error.contains("only verifies requests"), "{error}");
        let error = signed("discord", "no key at all", b"{}").unwrap_err().to_string();
        assert!(error.contains("cannot be used to sign"), "{error}");
    }

    #[test]
    fn key_that_can_be_private_or_public_is_ambiguous() {
        let is_ambiguous =
            |sender, secret| is_ambiguous(&SourceScheme::of_sender(sender).unwrap(), &Secret::new(secret).unwrap());
        assert!(is_ambiguous("discord", "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="));
        assert!(!is_ambiguous("discord", include_str!("../../../crates/senders/tests/keys/ed25519.pem")));
        assert!(!is_ambiguous("github", "not-a-real-key"));
    }
}
