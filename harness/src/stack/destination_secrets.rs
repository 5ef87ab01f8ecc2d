//! Secrets of destinations.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use uuid::Uuid;

use super::destinations::{Destination, DestinationKind};
use super::keys::KeyKind;
use crate::traffic::certificates::Authority;

impl Destination {
    /// Returns a random secret in the form that the destination needs. The secret of a chat destination is a URL of the
    /// sink. The certificate of a destination with mutual TLS is from an authority that the sink does not trust, until a
    /// scenario corrects it.
    pub(super) fn generate_secret(&self, sink_url: &str) -> Result<String> {
        let random = || Uuid::new_v4().simple().to_string();
        Ok(match (self.kind, self.auth()) {
            (DestinationKind::Discord | DestinationKind::MicrosoftTeams | DestinationKind::Slack, _) => {
                format!("{sink_url}/{}?token={}", self.name, random())
            }
            // A Bot API server of the team, whose URLs have the token in the path.
            (DestinationKind::Telegram, _) => format!("{sink_url}/bot1:{}", random()),
            (DestinationKind::MutualTls, _) => Authority::untrusted()?.client_secret()?,
            (_, "bearer" | "header") => random(),
            (_, "basic") => json!({ "username": "hookline", "password": random() }).to_string(),
            (_, "oauth2_client_credentials") => {
                json!({ "client_id": "hookline", "client_secret": random() }).to_string()
            }
            _ => KeyKind::Whsec.generate()?.context("cannot generate a key")?,
        })
    }
}

/// Returns the parts of a destination's secret that may be in no log: long members of JSON, lines of PEM, the token at
/// the end of a URL. The rest of a URL is in the URLs of all destinations.
pub(crate) fn confidential_texts(secret: &str) -> Vec<String> {
    if let Ok(Value::Object(members)) = serde_json::from_str(secret) {
        let texts = members.values().filter_map(Value::as_str).flat_map(str::lines);
        return texts.filter(|text| text.len() > 30 && !text.starts_with("-----")).map(str::to_owned).collect();
    }
    let token = match secret.contains("://") {
        true => secret.rsplit(['=', '/']).next(),
        false => Some(secret.trim_end_matches('=')),
    };
    token.map(str::to_owned).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_secret_parts_are_confidential() {
        let token = "0123456789abcdef0123456789abcdef";
        assert_eq!(confidential_texts(&format!("http://sink/slack?token={token}")), [token]);
        assert_eq!(confidential_texts(&format!("http://sink/bot1:{token}")), [format!("bot1:{token}")]);
        assert_eq!(confidential_texts("whsec_a2V5=="), ["whsec_a2V5"]);
        assert_eq!(confidential_texts(&json!({ "username": "hookline", "password": token }).to_string()), [token]);
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{token}\n-----END PRIVATE KEY-----\n");
        assert_eq!(confidential_texts(&json!({ "key": pem }).to_string()), [token]);
    }
}
