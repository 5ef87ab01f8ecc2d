//! Signatures that senders publish in their documentation and libraries. They would show an error that the signing and the verifying
//! code of this repository have in common. Only schemes without a signed time can be used.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use uuid::Uuid;

use super::super::support::{ScenarioResult, Testbed, expect};
use crate::stack::SecretPair;
use crate::system::wait;
use crate::traffic::sender::{FORM, Webhook};

/// A published example.
struct Example {
    source: &'static str,
    secret: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
}

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
    // The tests of <https://github.com/twilio/twilio-python>. The secret of the example in the documentation, `12345`, is
    // shorter than a stored secret may be.
    Example {
        source: "twilio",
        secret: "1c892n40nd03kdnc0112slzkl3091j20",
        headers: &[("X-Twilio-Signature", "fF+xx6dTinOaCdZ0aIeNkHr/ZAA="), ("Content-Type", FORM)],
        body: "AccountSid=AC9a9f9392lad99kla0sklakjs90j092j3&ApiVersion=2010-04-01&\
               CallSid=CAd800bb12c0426a7ea4230e492fef2a4f&CallStatus=ringing&\
               Called=%2B15306384866&CalledCity=OAKLAND&CalledCountry=US&CalledState=CA&CalledZip=94612&\
               Caller=%2B15306666666&CallerCity=SOUTH+LAKE+TAHOE&CallerCountry=US&CallerName=CA+Wireless+Call&\
               CallerState=CA&CallerZip=89449&Direction=inbound&\
               From=%2B15306666666&FromCity=SOUTH+LAKE+TAHOE&FromCountry=US&FromState=CA&FromZip=89449&\
               To=%2B15306384866&ToCity=OAKLAND&ToCountry=US&ToState=CA&ToZip=94612",
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
        query: Vec::new(),
        body: example.body.as_bytes().to_vec(),
        event_id: Uuid::new_v4().to_string(),
    };
    // The function reads the secret again when its cached secret is old enough.
    let response = wait::until("the published signature to be accepted", Duration::from_secs(10), async || {
        // A published signature is not confidential, so the testbed does not send the request.
        let response = testbed.stack.send(&webhook).await?;
        testbed.record_response(&response);
        let is_expected = response.event_id().is_some() || response.status == 401;
        ensure!(is_expected, "expected an event, or 401 at first, got {}: {}", response.status, response.body);
        Ok(response.event_id())
    });
    let event_id = response.await?;
    let delivery = testbed.sink.wait_for_delivery(&event_id).await?;
    ensure!(delivery.body[..] == webhook.body[..], "the body has changed");
    let modified =
        Webhook { body: [&webhook.body[..], b"x"].concat(), event_id: Uuid::new_v4().to_string(), ..webhook };
    expect::unauthenticated(testbed, &modified).await.context("modified")?;
    Ok(())
}
