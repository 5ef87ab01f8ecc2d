use super::{Scenario, ScenarioResult, Testbed, expect};
use uuid::Uuid;

pub(super) const SCENARIO: Scenario =
    Scenario::new("poison-record", "one poison record of ten leaves nine delivered once", |testbed| {
        Box::pin(run(testbed))
    });

async fn run(testbed: &Testbed) -> ScenarioResult {
    let ids: Vec<_> = (0..9).map(|_| Uuid::new_v4().to_string()).collect();
    let poison = format!("poison {}", Uuid::new_v4());
    let mut messages = ids.iter().map(|id| expect::event("github", id).to_json()).collect::<Result<Vec<_>, _>>()?;
    messages.insert(6, poison.clone());
    testbed.stack.enqueue(&messages).await?;
    for id in &ids {
        testbed.sink.wait_for(id).await?;
    }
    let letter = testbed.stack.take_dead_letter_message(&poison).await?;
    anyhow::ensure!(letter.body == poison, "the poison record has changed");
    let reason = letter.attributes.get("reason").map(String::as_str);
    anyhow::ensure!(reason == Some("unreadable_event"), "the reason is {reason:?}");
    testbed.stack.at_rest().await?;
    anyhow::ensure!(ids.iter().all(|id| testbed.sink.attempts(id).len() == 1), "some were delivered more than once");
    Ok("9 delivered once, 1 in the DLQ".to_owned())
}
