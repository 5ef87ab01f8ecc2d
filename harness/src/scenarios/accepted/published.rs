//! Signatures that senders publish in their documentation. They would show an error that the signing and the verifying
//! code of this repository have in common. Only schemes without a signed time can be used.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use uuid::Uuid;

use super::super::support::{ScenarioResult, Testbed, expect};
use crate::stack::SecretPair;
use crate::system::wait;
use crate::traffic::sender::Webhook;

/// A published example.
struct Example {
    source: &'static str,
    secret: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
}

const FORM: &str = "application/x-www-form-urlencoded";

const EXAMPLES: [Example; 4] = [
    // <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation>
    Example {
        source: "published",
        secret: "It's a Secret to Everybody",
        headers: &[
            ("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"),
            ("Content-Type", "text/plain"),
        ],
        body: "Hello, World!",
    },
    // <https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/>
    Example {
        source: "bitbucket",
        secret: "It's a Secret to Everybody",
        headers: &[
            ("X-Hub-Signature", "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"),
            ("Content-Type", "text/plain"),
        ],
        body: "Hello World!",
    },
    // The tests of <https://github.com/Shopify/shopify-api-js>
    Example {
        source: "shopify",
        secret: "test_secret_key",
        headers: &[
            ("X-Shopify-Hmac-Sha256", "B23tXN681gZ0qIWNRrgtzBE9XSDo5yaUu6wfmhu3a7g="),
            ("Content-Type", "application/json"),
        ],
        body: "{\"foo\": \"bar\"}",
    },
    // <https://www.twilio.com/docs/usage/webhooks/webhooks-security>
    Example {
        source: "twilio",
        secret: "12345",
        headers: &[("X-Twilio-Signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8="), ("Content-Type", FORM)],
        body: "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212",
    },
];

/// Sends each example, after its source got the published secret.
pub(super) async fn published_signatures(testbed: &Testbed) -> ScenarioResult {
    for example in &EXAMPLES {
        send_example(testbed, example).await.with_context(|| format!("source `{}`", example.source))?;
    }
    Ok("examples of GitHub, Bitbucket, Shopify and Twilio".to_owned())
}

async fn send_example(testbed: &Testbed, example: &Example) -> Result<()> {
    testbed.rotate_to(example.source, SecretPair::shared(example.secret)).await?;
    let webhook = Webhook {
        source: example.source.to_owned(),
        headers: example.headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        query: None,
        body: example.body.as_bytes().to_vec(),
        event_id: Uuid::new_v4().to_string(),
    };
    // The function reads the secret again when its cached secret is old enough.
    let response = wait::until("the published signature to be accepted", Duration::from_secs(10), async || {
        // A published signature is not confidential, so the testbed does not send the request.
        let response = testbed.stack.send(&webhook).await?;
        testbed.record_response(&response);
        let is_expected = matches!(response.status, 202 | 401);
        ensure!(is_expected, "expected 202, or 401 at first, got {}: {}", response.status, response.body);
        Ok((response.status == 202).then_some(response))
    });
    let event_id = response.await?.event_id().context("the response has no event id")?;
    let delivery = testbed.sink.wait_for_delivery(&event_id).await?;
    ensure!(delivery.body[..] == webhook.body[..], "the body has changed");
    let modified =
        Webhook { body: [&webhook.body[..], b"x"].concat(), event_id: Uuid::new_v4().to_string(), ..webhook };
    expect::unauthenticated(testbed, &modified).await.context("modified")?;
    Ok(())
}
