use std::time::Duration;

use anyhow::{Result, ensure};

use super::permissions::{Role, body, without};
use super::{Capability, Scenario, ScenarioResult, Testbed, expect};
use crate::emulator::crash;
use crate::system::wait;
use crate::traffic::sender::Webhook;

pub(super) const SCENARIO: Scenario = Scenario {
    skip: |testbed| crash::impossible(&testbed.emulator_info),
    ..Scenario::new(
        "ingest-permissions",
        "without any one of its permissions ingest answers 503; given back, it works again",
        |testbed| Box::pin(run(testbed)),
    )
    .needing(&[Capability::Iam])
};

/// Each permission, and how many bytes are sent to need it.
const CASES: [(&str, usize); 3] =
    [("sqs:SendMessage", 100), ("s3:PutObject", 300_000), ("secretsmanager:GetSecretValue", 100)];

async fn run(testbed: &Testbed) -> ScenarioResult {
    for (action, bytes) in CASES {
        let webhook = testbed.signed("github", body(bytes))?;
        without(testbed, Role::Ingest, &[action], refused(testbed, &webhook))
            .await
            .map_err(|error| error.context(format!("without {action}")))?;
        // What could not be read is not asked for again at once.
        wait::until("an answer of 202", Duration::from_secs(10), async || {
            let answer = testbed.send(&webhook).await?;
            ensure!(matches!(answer.status, 202 | 503), "got {}: {}", answer.status, answer.body);
            Ok((answer.status == 202).then_some(()))
        })
        .await?;
        let delivery = testbed.sink.wait_for(&webhook.event_id).await?;
        ensure!(delivery.body[..] == webhook.body[..], "the body has changed");
    }
    Ok(format!("{} permissions: 503, then 202 and delivered", CASES.len()))
}

async fn refused(testbed: &Testbed, webhook: &Webhook) -> Result<()> {
    // A function that starts anew knows no secret yet.
    crash::kill(&testbed.emulator_info, &testbed.stack.outputs.function_names.ingest).await?;
    let answer = expect::refused(testbed, webhook, 503).await?;
    ensure!(answer.headers.contains_key("retry-after"), "no Retry-After: {:?}", answer.headers);
    Ok(())
}
