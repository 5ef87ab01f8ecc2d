//! A sender of the catalogue with everything that the commands print.

use anyhow::{Context, Result};
use hookline_senders::{Sender, SenderScheme};
use hookline_signature::{Algorithm, Description};
use serde_json::{Value, json};

/// A sender of the catalogue.
pub(super) struct Listed {
    pub(super) slug: &'static str,
    pub(super) sender: Sender,
    pub(super) scheme: SenderScheme,
}

impl Listed {
    pub(super) fn read(slug: &'static str) -> Result<Self> {
        let sender = Sender::read(slug).context("the catalogue has no such sender")?;
        let sender = sender.with_context(|| format!("the file of the sender `{slug}` is invalid"))?;
        Ok(Self { slug, sender, scheme: hookline_senders::scheme(slug)? })
    }

    /// Returns the algorithms of all signing methods, each once.
    pub(super) fn algorithms(&self) -> Vec<String> {
        let mut names = Vec::new();
        for name in self.scheme.methods.iter().map(algorithm) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    pub(super) fn row(&self) -> Value {
        let Self { slug, sender, .. } = self;
        json!({
            "slug": slug, "name": sender.name, "aliases": sender.aliases, "algorithms": self.algorithms(),
            "trust": sender.trust, "confirmed": sender.unconfirmed.is_none(),
        })
    }
}

/// Returns the name of a signing method's algorithm, with the algorithms of a JWT.
pub(super) fn algorithm(method: &Description) -> String {
    let algorithm = method.algorithm.unwrap_or_default();
    match &method.jwt {
        Some(jwt) if algorithm == Algorithm::Jwt => format!("jwt {}", jwt.algorithms.join("/")),
        _ => name(&algorithm),
    }
}

/// Returns the name of a value in the sender's file.
pub(super) fn name(value: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}
