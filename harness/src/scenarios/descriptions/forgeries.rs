//! Modified requests of single kinds.

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::kinds::{KINDS, Kind};
use crate::scenarios::support::{ScenarioResult, Testbed, expect};
use crate::traffic::sender::Webhook;

/// A modification of a valid request.
struct Modification {
    source: &'static str,
    name: &'static str,
    modify: fn(Webhook) -> Webhook,
}

/// Modifications after which a request is not valid.
const FORGERIES: [Modification; 9] = [
    Modification {
        source: "anet",
        name: "a signature in lower case",
        modify: |webhook| with_changed_header(webhook, "X-ANET-Signature", str::to_lowercase),
    },
    Modification {
        source: "tiktok",
        name: "two times",
        modify: |webhook| with_changed_header(webhook, "TikTok-Signature", |value| format!("t=1,{value}")),
    },
    Modification {
        source: "pandadoc",
        name: "two signatures in the query",
        modify: |mut webhook| {
            webhook.query.extend(webhook.query.clone());
            webhook
        },
    },
    Modification {
        source: "twilio",
        name: "another parameter",
        modify: |mut webhook| {
            webhook.body.extend(b"&Zip=1");
            webhook
        },
    },
    Modification {
        source: "adyen",
        name: "a second element without a signature",
        modify: |webhook| {
            webhook.with_replaced_text(
                "\"notificationItems\":[",
                "\"notificationItems\":[{\"NotificationRequestItem\":{}},",
            )
        },
    },
    Modification {
        source: "discord",
        name: "a signature of zeros",
        modify: |webhook| webhook.with_header("X-Signature-Ed25519", Some(&"0".repeat(128))),
    },
    Modification {
        source: "messagebird",
        name: "a JWT without an algorithm",
        modify: |webhook| with_changed_header(webhook, "MessageBird-Signature-JWT", without_algorithm),
    },
    Modification {
        source: "postmark",
        name: "a token without its last character",
        modify: |webhook| with_changed_header(webhook, "Authorization", |value| value[..value.len() - 4].to_owned()),
    },
    Modification {
        source: "strava",
        name: "an empty token",
        modify: |webhook| Webhook { query: vec![("token".to_owned(), String::new())], ..webhook },
    },
];

/// Modifications after which a request is still valid.
const OTHER_VALID_FORMS: [Modification; 3] = [
    Modification {
        source: "box",
        name: "only the second signature",
        modify: |webhook| {
            let signature = webhook.header("BOX-SIGNATURE-PRIMARY").map(str::to_owned);
            webhook
                .with_header("BOX-SIGNATURE-PRIMARY", None)
                .with_header("BOX-SIGNATURE-SECONDARY", signature.as_deref())
        },
    },
    Modification {
        source: "braintree",
        name: "a signature by another key first",
        modify: |webhook| {
            let other = format!("bt_signature=other%7C{}%26", "0".repeat(40));
            webhook.with_replaced_text("bt_signature=", &other)
        },
    },
    Modification {
        source: "tiktok",
        name: "a signature by another key first",
        modify: |webhook| {
            let other = format!("s={},", "0".repeat(64));
            with_changed_header(webhook, "TikTok-Signature", |value| format!("{other}{value}"))
        },
    },
];

/// Sends each forgery.
pub(super) async fn rejected(testbed: &Testbed) -> ScenarioResult {
    for modification in &FORGERIES {
        let (_, webhook) = modification.request(testbed)?;
        let Modification { source, name, .. } = modification;
        expect::unauthenticated(testbed, &webhook).await.with_context(|| format!("source `{source}`, {name}"))?;
    }
    Ok(format!("{} requests, nothing delivered", FORGERIES.len()))
}

/// Returns the other valid requests.
pub(super) fn other_valid_forms(testbed: &Testbed) -> Result<Vec<(&'static Kind, Webhook)>> {
    OTHER_VALID_FORMS.iter().map(|modification| modification.request(testbed)).collect()
}

impl Modification {
    fn request(&self, testbed: &Testbed) -> Result<(&'static Kind, Webhook)> {
        let kind = KINDS.iter().find(|kind| kind.source == self.source);
        let kind = kind.with_context(|| format!("no kind has the source `{}`: {}", self.source, self.name))?;
        Ok((kind, (self.modify)(kind.signed(testbed)?)))
    }
}

fn with_changed_header(webhook: Webhook, name: &str, change: impl Fn(&str) -> String) -> Webhook {
    let value = change(webhook.header(name).unwrap_or_default());
    webhook.with_header(name, Some(&value))
}

/// Returns the claims of a token under a header with the algorithm `none`, without a signature.
fn without_algorithm(token: &str) -> String {
    let claims = token.split('.').nth(1).unwrap_or_default();
    format!("{}.{claims}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#))
}
