//! Options that `sign` and `verify` share: a scheme, a secret and a body.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail};
use clap::Args;
use hookline_signature::{Scheme, SchemeConfig, Secret};
use serde_json::{Map, Value};

#[derive(Debug, Clone, Args)]
pub(super) struct SchemeOptions {
    /// Signature scheme: github, stripe, slack, shopify, standard, gitlab, linear, pagerduty, bitbucket, twilio or hmac
    #[arg(long)]
    scheme: Option<String>,
    /// Option of the scheme, as in a Terraform source: `header=X-Signature`; may be repeated
    #[arg(long = "option", value_name = "NAME=VALUE")]
    options: Vec<String>,
}

impl SchemeOptions {
    /// Returns the scheme, or `None` without `--scheme` and `--option`.
    pub(super) fn resolve_if_given(&self) -> Result<Option<Scheme>> {
        let is_given = self.scheme.is_some() || !self.options.is_empty();
        is_given.then(|| self.resolve()).transpose()
    }

    pub(super) fn resolve(&self) -> Result<Scheme> {
        let mut config = Map::new();
        let scheme = self.scheme.clone().context("the signature scheme is missing: use --scheme")?;
        config.insert("scheme".to_owned(), scheme.into());
        for option in &self.options {
            let (name, value) = option.split_once('=').with_context(|| format!("`{option}` is not NAME=VALUE"))?;
            let number = (name == "tolerance_seconds").then(|| value.parse::<u32>().ok()).flatten();
            config.insert(name.to_owned(), number.map_or_else(|| value.into(), Value::from));
        }
        let known: Vec<_> = SchemeConfig::OPTIONS.iter().flat_map(|(_, options)| options.iter()).collect();
        let is_unknown = |name: &&String| *name != "scheme" && !known.iter().any(|known| **known == name.as_str());
        if let Some(name) = config.keys().find(is_unknown) {
            bail!("unknown option `{name}`: the options are those of a source in Terraform");
        }
        let config: SchemeConfig =
            serde_json::from_value(config.into()).context("the options of the scheme are invalid")?;
        Ok(config.resolve()?)
    }
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

/// Splits `name=value`, or `Name: value` of a header.
pub(super) fn split_pair(text: &str, separator: char) -> Result<(String, String)> {
    let (name, value) = text.split_once(separator).with_context(|| format!("`{text}` has no `{separator}`"))?;
    Ok((name.trim().to_owned(), value.strip_prefix(' ').unwrap_or(value).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_has_every_scheme() {
        let help = SchemeOptions::augment_args(clap::Command::new("sign")).render_help().to_string();
        for (name, _) in SchemeConfig::OPTIONS {
            assert!(help.contains(name), "`{name}` is missing in the help of --scheme");
        }
    }
}
