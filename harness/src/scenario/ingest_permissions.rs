use std::time::Duration;

use anyhow::{Result, ensure};

use super::permissions::{Role, body, without};
use super::{Found, Need, Scenario, World, ask};
use crate::emulator::crash;
use crate::sender::Webhook;
use crate::wait;

pub(super) const SCENARIO: Scenario = Scenario {
    skip: |world| crash::impossible(&world.place),
    ..Scenario::new(
        "ingest-permissions",
        "without any one of its permissions ingest answers 503; given back, it works again",
        |world| Box::pin(run(world)),
    )
    .needing(&[Need::Iam])
};

/// Each permission, and how many bytes are sent to need it.
const CASES: [(&str, usize); 3] =
    [("sqs:SendMessage", 100), ("s3:PutObject", 300_000), ("secretsmanager:GetSecretValue", 100)];

async fn run(world: &World) -> Found {
    for (action, bytes) in CASES {
        let webhook = world.signed("github", body(bytes))?;
        without(world, Role::Ingest, &[action], refused(world, &webhook))
            .await
            .map_err(|error| error.context(format!("without {action}")))?;
        // What could not be read is not asked for again at once.
        wait::until("an answer of 202", Duration::from_secs(10), async || {
            let answer = world.send(&webhook).await?;
            ensure!(matches!(answer.status, 202 | 503), "got {}: {}", answer.status, answer.body);
            Ok((answer.status == 202).then_some(()))
        })
        .await?;
        let delivery = world.sink.wait_for(&webhook.event_id).await?;
        ensure!(delivery.body[..] == webhook.body[..], "the body has changed");
    }
    Ok(format!("{} permissions: 503, then 202 and delivered", CASES.len()))
}

async fn refused(world: &World, webhook: &Webhook) -> Result<()> {
    // A function that starts anew knows no secret yet.
    crash::kill(&world.place, &world.stack.outputs.function_names.ingest).await?;
    let answer = ask::refused(world, webhook, 503).await?;
    ensure!(answer.headers.contains_key("retry-after"), "no Retry-After: {:?}", answer.headers);
    Ok(())
}
