use super::PUSH;
use super::{Found, Scenario, World, ask};
use hookline_event::Event;

pub(super) const SCENARIO: Scenario = Scenario {
    patient: true,
    ..Scenario::new(
        "failing-destination",
        "a destination that always fails leaves the event in the dead-letter queue, intact",
        |world| Box::pin(run(world)),
    )
};

async fn run(world: &World) -> Found {
    let webhook = world.signed("failing", PUSH)?;
    ask::accepted(world, &webhook).await?;
    let letter = world.stack.take_letter(&webhook.event_id).await?;
    world.settle(&webhook.event_id);
    let event = Event::from_json(&letter.body)?;
    anyhow::ensure!(
        event.data == webhook.body.clone().into() && event.id == webhook.event_id,
        "the event is not intact"
    );
    let attributes: Vec<_> =
        ["reason", "destination", "attempts"].map(|name| letter.attributes.get(name)).into_iter().flatten().collect();
    anyhow::ensure!(letter.attributes.contains_key("first_seen"), "the attributes are {:?}", letter.attributes);
    anyhow::ensure!(attributes == ["http_500", "failing", "5"], "the attributes are {:?}", letter.attributes);
    let attempts = world.sink.attempts(&webhook.event_id).len();
    anyhow::ensure!(attempts == 5, "{attempts} attempts");
    Ok("5 attempts, in the DLQ with its reason".to_owned())
}
