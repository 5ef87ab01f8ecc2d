use anyhow::ensure;
use serde_json::Value;

use super::{Capability, Scenario, ScenarioResult, Testbed, everywhere};
use crate::stack::Recorder;

pub(super) const SCENARIO: Scenario = Scenario::new(
    "event-put",
    "another consumer of the EventBridge bus, by a rule of its own, gets the event once and whole",
    |testbed| Box::pin(run(testbed)),
)
.needing(&[Capability::Eventbridge]);

async fn run(testbed: &Testbed) -> ScenarioResult {
    let recorder = testbed.stack.record("hookline.everywhere").await?;
    let found = recorded(testbed, &recorder).await;
    recorder.stop().await?;
    found
}

async fn recorded(testbed: &Testbed, recorder: &Recorder) -> ScenarioResult {
    let webhook = everywhere::push(testbed).await?;
    let is_ours = |event: &Value| event["detail"]["id"] == webhook.event_id.as_str();
    let events = recorder.events_with(is_ours).await?;
    let ours: Vec<_> = events.iter().filter(|event| is_ours(event)).collect();
    let [event] = ours.as_slice() else { anyhow::bail!("it was put {} times", ours.len()) };
    ensure!(event["detail-type"] == "everywhere.push", "the detail type is {}", event["detail-type"]);
    let data: Value = serde_json::from_slice(&webhook.body)?;
    ensure!(event["detail"]["data"] == data, "the payload has changed");
    Ok("the rule's queue has it".to_owned())
}
