//! Signatures that senders have published, sent as they stand in their documents: a mistake that our signing and our
//! verifying have in common would show here. Only schemes without a signed time can be replayed like that.

use std::time::Duration;

use anyhow::{Context, Result};
use uuid::Uuid;

use super::{Scenario, ScenarioResult, Testbed, expect};
use crate::stack::Pair;
use crate::system::wait;
use crate::traffic::sender::Webhook;

pub(super) const SCENARIO: Scenario = Scenario {
    patient: true,
    ..Scenario::new(
        "published-signatures",
        "signatures from the senders' own documents are accepted and arrive",
        |testbed| Box::pin(run(testbed)),
    )
};

/// What a sender has published.
struct Published {
    source: &'static str,
    secret: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
}

const FORM: &str = "application/x-www-form-urlencoded";

const ALL: [Published; 4] = [
    // <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation>
    Published {
        source: "published",
        secret: "It's a Secret to Everybody",
        headers: &[
            ("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"),
            ("Content-Type", "text/plain"),
        ],
        body: "Hello, Testbed!",
    },
    // <https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/>
    Published {
        source: "bitbucket",
        secret: "It's a Secret to Everybody",
        headers: &[
            ("X-Hub-Signature", "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"),
            ("Content-Type", "text/plain"),
        ],
        body: "Hello Testbed!",
    },
    // <https://github.com/Shopify/shopify-api-js>, its tests of webhooks
    Published {
        source: "shopify",
        secret: "test_secret_key",
        headers: &[
            ("X-Shopify-Hmac-Sha256", "B23tXN681gZ0qIWNRrgtzBE9XSDo5yaUu6wfmhu3a7g="),
            ("Content-Type", "application/json"),
        ],
        body: "{\"foo\": \"bar\"}",
    },
    // <https://www.twilio.com/docs/usage/webhooks/webhooks-security>
    Published {
        source: "twilio",
        secret: "12345",
        headers: &[("X-Twilio-Signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8="), ("Content-Type", FORM)],
        body: "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212",
    },
];

async fn run(testbed: &Testbed) -> ScenarioResult {
    for published in &ALL {
        one(testbed, published).await.with_context(|| format!("source {}", published.source))?;
    }
    Ok("GitHub's, Bitbucket's, Shopify's and Twilio's".to_owned())
}

async fn one(testbed: &Testbed, published: &Published) -> Result<()> {
    testbed.rotate_to(published.source, Pair::shared(published.secret)).await?;
    let webhook = Webhook {
        source: published.source.to_owned(),
        headers: published.headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        query: None,
        body: published.body.as_bytes().to_vec(),
        event_id: Uuid::new_v4().to_string(),
    };
    // The secret is looked up again as soon as the last look is old enough.
    let accepted = wait::until("the published signature to be accepted", Duration::from_secs(10), async || {
        let answer = testbed.stack.send(&webhook).await?;
        testbed.accept(&answer);
        Ok((answer.status == 202).then_some(answer))
    });
    let event_id = accepted.await?.event_id().context("the answer has no id")?;
    let delivery = testbed.sink.wait_for(&event_id).await?;
    anyhow::ensure!(delivery.body[..] == webhook.body[..], "the body has changed");
    let changed = Webhook { body: [&webhook.body[..], b"x"].concat(), ..webhook };
    let answer = testbed.send(&changed).await?;
    anyhow::ensure!(answer.status == 401, "changed, it is answered with {}", answer.status);
    expect::problem(&answer)
}
