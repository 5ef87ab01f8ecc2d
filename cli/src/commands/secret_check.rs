use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::Args;
use comfy_table::{Table, presets};
use hookline_senders::Endpoint;
use hookline_signature::{Secret, VerifyError};
use serde_json::{Value, json};

use super::request_options::{CapturedRequest, RequestOptions};
use super::scheme_options::SchemeOptions;
use super::verify::{self, Accepted};
use crate::output::print_line;
use crate::secrets::{SecretFault, SecretForm, SecretStore, Version};
use crate::source_scheme::SourceScheme;
use crate::target::Target;

#[derive(Debug, Args)]
#[command(after_help = "\
States: ok, missing (no value), empty (blank), unusable (no key of the scheme), unreadable (Secrets Manager rejects).
The exit code is 1 if a secret is not ok, or if the captured request is invalid.
Without --sender and --scheme, the command reads the scheme from the configuration of the ingest function.

Examples:
  hookline secret check --service hookline-prod
  hookline secret check github --service hookline-prod --body body.json --header 'X-Hub-Signature-256: sha256=…'")]
pub(super) struct Check {
    /// Name of the source; default: all sources
    source: Option<String>,
    #[command(flatten)]
    scheme: SchemeOptions,
    /// File with the exact body of a captured request, to verify it with the stored secrets; - reads standard input
    #[arg(long, value_name = "FILE", requires = "source")]
    body: Option<PathBuf>,
    #[command(flatten)]
    request: RequestOptions,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The state of a source's secret.
struct Checked {
    source: String,
    secret_name: String,
    secret: Result<Secret, SecretFault>,
}

impl Check {
    pub(super) async fn run(self, target: &Target) -> Result<ExitCode> {
        let schemes = self.schemes(target).await?;
        let store = SecretStore::new(&target.sdk);
        let mut checked = Vec::new();
        for (source, scheme) in &schemes {
            let secret_name = target.resources.source_secret_name(source);
            let secret = match store.read(&secret_name, Version::Current).await {
                Ok(value) => SecretForm::Source(scheme.clone()).parse(value),
                Err(error) => Err(SecretFault::Unreadable(format!("{error:#}"))),
            };
            checked.push(Checked { source: source.clone(), secret_name, secret });
        }
        let is_ok = checked.iter().all(|checked| checked.secret.is_ok());
        if let (Some(body), [(_, scheme)], [Checked { secret: Ok(current), secret_name, .. }]) =
            (&self.body, Vec::from_iter(&schemes).as_slice(), checked.as_slice())
        {
            let previous = store.read(secret_name, Version::Previous).await?;
            let previous = SecretForm::Source((*scheme).clone()).parse(previous).ok();
            return self.verify(body, &scheme.scheme, current, previous.as_ref());
        }
        print_checked(&checked, self.json)?;
        Ok(if is_ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    async fn schemes(&self, target: &Target) -> Result<BTreeMap<String, SourceScheme>> {
        let Some(source) = &self.source else {
            ensure!(self.scheme.resolve_if_given()?.is_none(), "--sender and --scheme need the name of the source");
            return target.source_schemes().await;
        };
        let scheme = match self.scheme.resolve_if_given()? {
            Some(scheme) => scheme,
            None => target.source_scheme(source).await?,
        };
        Ok(BTreeMap::from([(source.clone(), scheme)]))
    }

    fn verify(&self, body: &Path, scheme: &Endpoint, current: &Secret, previous: Option<&Secret>) -> Result<ExitCode> {
        let request = self.request.read(Some(body), scheme)?;
        match verify_with(scheme, &request, current, previous) {
            Ok((accepted, version)) => {
                let version = if version == Version::Current { "current" } else { "previous" };
                verify::print_accepted(&accepted, Some(version), self.json)
            }
            Err(error) => {
                verify::print_rejected(&error, self.json)?;
                let is_timestamp = matches!(error, VerifyError::TimestampTooOld { .. });
                verify::hint(is_timestamp, "give the time of arrival of a captured request with --now");
                Ok(ExitCode::FAILURE)
            }
        }
    }
}

/// Verifies a request, and returns the version of the secret that verifies it.
fn verify_with(
    scheme: &Endpoint,
    request: &CapturedRequest,
    current: &Secret,
    previous: Option<&Secret>,
) -> Result<(Accepted, Version), VerifyError> {
    let verify = |secret: &Secret| verify::verify(scheme, request, secret);
    let error = match verify(current) {
        Ok(accepted) => return Ok((accepted, Version::Current)),
        Err(error) => error,
    };
    match previous.map(verify) {
        Some(Ok(accepted)) => Ok((accepted, Version::Previous)),
        _ => Err(error),
    }
}

fn print_checked(checked: &[Checked], as_json: bool) -> Result<()> {
    if as_json {
        let rows: Vec<_> = checked.iter().map(Checked::row).collect();
        print_line(format_args!("{}", serde_json::to_string_pretty(&rows)?));
    } else {
        print_line(format_args!("{}", table(checked)));
    }
    Ok(())
}

fn table(checked: &[Checked]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["source", "secret", "state", "reason"]);
    for checked in checked {
        let Checked { source, secret_name, .. } = checked;
        table.add_row([source.as_str(), secret_name, checked.state(), checked.reason().unwrap_or_default()]);
    }
    table
}

impl Checked {
    fn state(&self) -> &'static str {
        self.secret.as_ref().err().map_or("ok", SecretFault::name)
    }

    fn reason(&self) -> Option<&str> {
        self.secret.as_ref().err().map(SecretFault::reason)
    }

    fn row(&self) -> Value {
        json!({
            "source": self.source, "secret": self.secret_name, "state": self.state(), "reason": self.reason(),
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use hookline_signature::Message;

    use super::*;

    #[derive(Parser)]
    struct CommandLine {
        #[command(flatten)]
        request: RequestOptions,
    }

    fn github() -> SourceScheme {
        SourceScheme::of_sender("github").unwrap()
    }

    /// Returns a request that is signed with a secret.
    fn captured(secret: &Secret) -> CapturedRequest {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"{}").unwrap();
        let message = Message { body: b"{}", id: "1", ..Message::default() };
        let headers = github().scheme.sign(message, secret).unwrap().headers;
        let headers = headers.iter().flat_map(|(name, value)| ["--header".to_owned(), format!("{name}: {value}")]);
        let arguments = CommandLine::parse_from(std::iter::once("check".to_owned()).chain(headers));
        arguments.request.read(Some(file.path()), &github().scheme).unwrap()
    }

    #[test]
    fn captured_request_is_verified_with_the_current_and_the_previous_secret() {
        let secret = |text: &str| Secret::new(text).unwrap();
        let request = captured(&secret("not-a-real-key"));
        let version = |current: &str, previous: Option<&str>| {
            let previous = previous.map(secret);
            verify_with(&github().scheme, &request, &secret(current), previous.as_ref())
                .map(|(_, version)| version)
                .map_err(|error| error.reason())
        };
        assert_eq!(version("not-a-real-key", Some("older-key")), Ok(Version::Current));
        assert_eq!(version("newer-key", Some("not-a-real-key")), Ok(Version::Previous));
        assert_eq!(version("newer-key", Some("older-key")), Err("signature_mismatch"));
        assert_eq!(version("newer-key", None), Err("signature_mismatch"));
    }

    #[test]
    fn output_has_the_state_and_no_secret() {
        let checked = |source: &str, value: Option<&str>| Checked {
            source: source.to_owned(),
            secret_name: format!("hookline-prod/sources/{source}"),
            secret: SecretForm::Source(github()).parse(value.map(|value| value.as_bytes().to_vec())),
        };
        let all = [
            checked("billing", Some("hunter2-hunter2")),
            checked("empty", Some("\n")),
            checked("github", None),
            checked("short", Some("hunter2")),
        ];
        insta::assert_snapshot!(table(&all));
        let rows: Vec<_> = all.iter().map(Checked::row).collect();
        let states: Vec<_> = rows.iter().map(|row| row["state"].as_str().unwrap()).collect();
        assert_eq!(states, ["ok", "empty", "missing", "unusable"]);
        assert!(!serde_json::to_string(&rows).unwrap().contains("hunter2"));
    }
}
