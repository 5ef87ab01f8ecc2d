//! Options that `sign`, `verify` and `secret` share: a sender or a scheme, a secret and a body.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail};
use clap::Args;
use hookline_senders::{Endpoint, Sender, SenderScheme, SourceError};
use hookline_signature::{SchemeOptions as Overrides, Secret};

use crate::sender_file;
use crate::source_scheme::SourceScheme;
use crate::usage::UsageError;

/// Values of `--scheme` of earlier versions. Each is a sender now.
const EARLIER_SCHEMES: [&str; 10] =
    ["bitbucket", "github", "gitlab", "linear", "pagerduty", "shopify", "slack", "standard", "stripe", "twilio"];

#[derive(Debug, Clone, Default, Args)]
pub(super) struct SchemeOptions {
    /// Sender of the catalogue; `hookline senders list` prints all
    #[arg(long, value_name = "NAME", conflicts_with = "scheme")]
    sender: Option<String>,
    /// JSON file that describes another sender: a `scheme` as in a Terraform source, or a complete file as in senders/
    #[arg(long, value_name = "FILE")]
    scheme: Option<String>,
    /// Option of the source, as in Terraform: url, tolerance_seconds or audience; may be repeated
    #[arg(long = "option", value_name = "NAME=VALUE")]
    options: Vec<String>,
}

impl SchemeOptions {
    /// Returns the options for a sender.
    pub(super) fn of_sender(name: &str) -> Self {
        Self { sender: Some(name.to_owned()), ..Self::default() }
    }

    /// Returns the scheme, or `None` without `--sender`, `--scheme` and `--option`.
    pub(super) fn resolve_if_given(&self) -> Result<Option<SourceScheme>> {
        let is_given = self.sender.is_some() || self.scheme.is_some() || !self.options.is_empty();
        is_given.then(|| self.resolve()).transpose()
    }

    pub(super) fn resolve(&self) -> Result<SourceScheme> {
        let (sender, described) = self.described()?;
        let scheme = Endpoint::new(&described, self.overrides()?, None)?;
        Ok(SourceScheme { sender: sender.map(str::to_owned), scheme })
    }

    /// Returns how the sender signs, with its slug if it is one of the catalogue.
    pub(super) fn described(&self) -> Result<(Option<&'static str>, SenderScheme)> {
        let earlier = self.scheme.as_deref().filter(|name| EARLIER_SCHEMES.contains(name));
        match (self.sender.as_deref().or(earlier), &self.scheme) {
            (Some(name), _) => {
                let slug = named_sender(name)?;
                Ok((Some(slug), hookline_senders::scheme(slug)?))
            }
            (None, Some(file)) if file == "hmac" && !Path::new(file).exists() => bail!(
                "the scheme `hmac` has no options any more: write the description to a file and use --scheme FILE. \
                 docs/senders.md explains the format"
            ),
            (None, Some(file)) => Ok((None, sender_file::read(Path::new(file))?)),
            (None, None) => {
                let missing = "the sender is missing: use --sender NAME, or --scheme FILE with a description";
                bail!(UsageError(missing.to_owned()))
            }
        }
    }

    fn overrides(&self) -> Result<Overrides> {
        let mut overrides = Overrides::default();
        for option in &self.options {
            let invalid = |problem: String| UsageError(format!("--option `{option}`: {problem}"));
            let pair = option.split_once('=');
            let (name, value) = pair.ok_or_else(|| invalid("write NAME=VALUE".to_owned()))?;
            match name {
                "url" => overrides.url = Some(value.to_owned()),
                "audience" => overrides.audience = Some(value.to_owned()),
                "tolerance_seconds" => {
                    let seconds = value.parse().map_err(|_| invalid(format!("`{value}` is not a number of seconds")))?;
                    overrides.tolerance_seconds = Some(seconds);
                }
                _ => bail!(invalid(
                    "the options are url, tolerance_seconds and audience; everything else is in the description of the sender"
                        .to_owned()
                )),
            }
        }
        Ok(overrides)
    }
}

/// Returns the slug of a sender. An unknown one is wrong usage.
pub(super) fn named_sender(name: &str) -> Result<&'static str> {
    Sender::named(name).map_err(|error| match error {
        SourceError::UnknownSender { .. } => UsageError(format!("{error}; `hookline senders list` prints all")).into(),
        error => error.into(),
    })
}

/// Reads all bytes of a file; `-` reads standard input.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).context("cannot read standard input")?;
        return Ok(bytes);
    }
    std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))
}

/// Reads a secret from a file, as the service reads a stored value.
pub(super) fn read_secret(path: &Path) -> Result<Secret> {
    Secret::from_stored(read(path)?).with_context(|| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn resolved(options: &SchemeOptions) -> Result<(Option<String>, Option<u32>), String> {
        let resolved = options.resolve().map_err(|error| format!("{error:#}"))?;
        Ok((resolved.sender, resolved.scheme.tolerance()))
    }

    #[test]
    fn sender_is_found_by_any_of_its_names() {
        for name in ["paddle-billing", "Paddle Billing", "paddle"] {
            let sender = resolved(&SchemeOptions::of_sender(name)).unwrap().0;
            assert_eq!(sender.as_deref(), Some("paddle-billing"), "{name}");
        }
        let error = |name| resolved(&SchemeOptions::of_sender(name)).unwrap_err();
        assert_eq!(
            error("strype"),
            "unknown sender `strype`; similar ones are stripe; `hookline senders list` prints all"
        );
        assert!(error("PayPal").contains("is not supported"));
    }

    #[test]
    fn earlier_name_of_a_scheme_is_a_sender() {
        let scheme = |name: &str| SchemeOptions { scheme: Some(name.to_owned()), ..SchemeOptions::default() };
        for name in EARLIER_SCHEMES {
            assert_eq!(resolved(&scheme(name)).unwrap().0.as_deref(), Some(name));
        }
        assert!(resolved(&scheme("hmac")).unwrap_err().contains("--scheme FILE"));
        assert!(resolved(&scheme("none.json")).unwrap_err().contains("cannot read `none.json`"));
        assert!(resolved(&SchemeOptions::default()).unwrap_err().contains("--sender NAME"));
    }

    #[test]
    fn scheme_is_a_file_with_a_description_or_a_complete_sender() {
        let description = r#"{"signature":{"in":["header:X-Signature"]}}"#;
        let complete = r#"{"name":"Acme","scheme":{"signature":{"in":["header:X-Signature"]}}}"#;
        for text in [description, complete, Sender::json("standard").unwrap()] {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), text).unwrap();
            let scheme = file.path().display().to_string();
            assert_eq!(resolved(&SchemeOptions { scheme: Some(scheme), ..SchemeOptions::default() }).unwrap().0, None);
        }
    }

    #[test]
    fn option_replaces_a_value_of_the_sender() {
        let option = |option: &str| {
            resolved(&SchemeOptions { options: vec![option.to_owned()], ..SchemeOptions::of_sender("stripe") })
        };
        assert_eq!(option("tolerance_seconds=60").unwrap().1, Some(60));
        for invalid in ["tolerance_seconds=x", "tolerance_seconds", "header=X-Signature", "url=https://a.example/"] {
            assert!(option(invalid).is_err(), "{invalid}");
        }
    }
}
