//! What `sign` and `verify` have in common: a scheme, a secret and a body, from the command line and from files.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail};
use clap::Args;
use hookline_signature::{Scheme, SchemeConfig, Secret};
use serde_json::{Map, Value};

#[derive(Debug, Clone, Args)]
pub(super) struct SchemeArguments {
    /// How the sender signs: github, stripe, slack, shopify, standard, gitlab, linear, pagerduty, bitbucket, twilio or hmac
    #[arg(long)]
    scheme: Option<String>,
    /// An option of the scheme, as a source in Terraform has it: `header=X-Signature`; may be given several times
    #[arg(long = "option", value_name = "NAME=VALUE")]
    options: Vec<String>,
}

impl SchemeArguments {
    pub(super) fn resolve(&self) -> Result<Scheme> {
        let mut config = Map::new();
        let scheme = self.scheme.clone().context("say how the sender signs: --scheme")?;
        config.insert("scheme".to_owned(), scheme.into());
        for option in &self.options {
            let (name, value) = option.split_once('=').with_context(|| format!("`{option}` is not NAME=VALUE"))?;
            let number = (name == "tolerance_seconds").then(|| value.parse::<u32>().ok()).flatten();
            config.insert(name.to_owned(), number.map_or_else(|| value.into(), Value::from));
        }
        let known: Vec<_> = SchemeConfig::OPTIONS.iter().flat_map(|(_, options)| options.iter()).collect();
        if let Some(name) =
            config.keys().find(|name| *name != "scheme" && !known.iter().any(|it| **it == name.as_str()))
        {
            bail!("unknown option `{name}`: a source in Terraform has the same");
        }
        let config: SchemeConfig = serde_json::from_value(config.into()).context("the scheme's options")?;
        Ok(config.resolve()?)
    }
}

/// A file's bytes as they are; `-` is standard input.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).context("cannot read standard input")?;
        return Ok(bytes);
    }
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// The secret, with every byte of its file, as the service takes that of its store.
pub(super) fn secret(path: &Path) -> Result<(Secret, bool)> {
    let bytes = read(path)?;
    let ends_with_line_end = bytes.ends_with(b"\n");
    Ok((Secret::new(bytes).with_context(|| path.display().to_string())?, ends_with_line_end))
}

/// `name=value`, or `Name: value` of a header.
pub(super) fn pair(text: &str, separator: char) -> Result<(String, String)> {
    let (name, value) = text.split_once(separator).with_context(|| format!("`{text}` has no `{separator}`"))?;
    Ok((name.trim().to_owned(), value.strip_prefix(' ').unwrap_or(value).to_owned()))
}
