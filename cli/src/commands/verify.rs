use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use hookline_senders::{Endpoint, HandshakeResponse};
use hookline_signature::{Secret, Verified, VerifyError};
use serde_json::json;

use super::request_options::{CapturedRequest, RequestOptions};
use super::scheme_options::{self, SchemeOptions};
use super::verify_vectors::verify_vectors;
use crate::output::print_line;

#[derive(Debug, Args)]
#[command(after_help = "\
The secret is the stored one: for a sender with a key pair, its public key.

Examples:
  hookline verify --sender stripe --secret-file secret.txt --body body.json --header 'Stripe-Signature: t=…,v1=…'
  hookline verify --sender whatsapp --secret-file secret.txt --method GET --url 'https://…?hub.mode=subscribe&…'
  hookline verify --vectors vectors.json")]
pub(super) struct Verify {
    #[command(flatten)]
    scheme: SchemeOptions,
    /// File with the secret; a line end after it is ignored; - reads standard input
    #[arg(long, value_name = "FILE", required_unless_present = "vectors")]
    secret_file: Option<PathBuf>,
    /// File with the exact body; - reads standard input
    #[arg(long, value_name = "FILE")]
    body: Option<PathBuf>,
    #[command(flatten)]
    request: RequestOptions,
    /// Verify all vectors of a file, and compare each verdict with the expected one
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["sender", "scheme", "secret_file", "body", "headers", "options"]
    )]
    vectors: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What a valid request is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Accepted {
    /// An event.
    Event(Verified),
    /// A request that checks the endpoint.
    Handshake(HandshakeResponse),
}

impl Verify {
    /// Verifies a request. Unlike the service's response, the output says why a signature is invalid.
    pub(super) fn run(self) -> Result<ExitCode> {
        if let Some(file) = &self.vectors {
            return verify_vectors(file, self.json);
        }
        let scheme = self.scheme.resolve()?.scheme;
        let secret_file = self.secret_file.as_ref().context("--secret-file is missing")?;
        let secret = scheme_options::read_secret(secret_file)?;
        let request = self.request.read(self.body.as_deref(), &scheme)?;
        match verify(&scheme, &request, &secret) {
            Ok(accepted) => print_accepted(&accepted, None, self.json),
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

/// Verifies a request as the service does: an event, or a handshake with its response.
pub(super) fn verify(scheme: &Endpoint, request: &CapturedRequest, secret: &Secret) -> Result<Accepted, VerifyError> {
    let (secrets, now) = (std::slice::from_ref(secret), request.now);
    let request = request.as_request();
    let Some(handshake) = scheme.handshake(request) else {
        return scheme.verify(request, secrets, now).map(Accepted::Event);
    };
    if handshake.is_signed() {
        scheme.verify(request, secrets, now)?;
    }
    scheme.respond(handshake, request, secrets).map(Accepted::Handshake)
}

/// Prints that a request is valid. `secret` is the version of the stored secret that verifies it.
pub(super) fn print_accepted(accepted: &Accepted, secret: Option<&str>, as_json: bool) -> Result<ExitCode> {
    let empty = Verified::default();
    let (Verified { event_type, delivery_id, signed_id }, handshake) = match accepted {
        Accepted::Event(verified) => (verified, None),
        Accepted::Handshake(response) => (&empty, Some(response)),
    };
    if as_json {
        let mut verdict = json!({
            "accepted": true, "type": event_type, "delivery_id": delivery_id, "signed_id": signed_id,
            "handshake_status": handshake.map(|response| response.status),
            "handshake_response": handshake.map(|response| &response.body),
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
    if let Some(HandshakeResponse { status, body, .. }) = handshake {
        print_line(format_args!("handshake response: {status} {body}"));
    }
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

#[cfg(test)]
mod tests {
    use clap::Parser;
    use hookline_signature::verify_token;

    use super::*;
    use crate::source_scheme::SourceScheme;

    #[derive(Parser)]
    struct CommandLine {
        #[command(flatten)]
        request: RequestOptions,
    }

    #[test]
    fn handshake_needs_its_verify_token_and_has_a_response() {
        let secret = Secret::new("not-a-real-key").unwrap();
        let scheme = SourceScheme::of_sender("whatsapp").unwrap().scheme;
        let verdict = |token: &str| {
            let url = format!("https://a.example/?hub.mode=subscribe&hub.challenge=12345&hub.verify_token={token}");
            let arguments = CommandLine::parse_from(["verify", "--method", "GET", "--url", &url]);
            verify(&scheme, &arguments.request.read(None, &scheme).unwrap(), &secret).map_err(|error| error.reason())
        };
        let Ok(Accepted::Handshake(response)) = verdict(&verify_token(&secret)) else { panic!("no handshake") };
        assert_eq!((response.status, response.body.as_str()), (200, "12345"));
        assert_eq!(verdict("another").unwrap_err(), "signature_mismatch");
    }
}
