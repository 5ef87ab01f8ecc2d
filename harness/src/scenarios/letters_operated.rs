use std::collections::BTreeSet;

use anyhow::{Context, ensure};
use uuid::Uuid;

use super::{Scenario, ScenarioResult, Testbed, expect};
use hookline::dead_letter_queue::{DeadLetterQueue, Filter};

pub(super) const SCENARIO: Scenario = Scenario::new(
    "letters-operated",
    "of three reasons in the dead-letter queue one is listed, shown and redriven, and the others stay",
    |testbed| Box::pin(run(testbed)),
);

async fn run(testbed: &Testbed) -> ScenarioResult {
    testbed.sink.recover(false);
    let webhook = testbed.signed("recovering", format!("{{\"n\":\"{}\"}}", Uuid::new_v4()))?;
    expect::accepted(testbed, &webhook).await?;
    let nobody = expect::event("nobody", &Uuid::new_v4().to_string());
    let poison = format!("poison {}", Uuid::new_v4());
    testbed.stack.enqueue(&[nobody.to_json()?, poison.clone()]).await?;
    testbed.stack.dead_letters(3).await?;

    let letters = DeadLetterQueue::new(testbed.stack.target());
    let listed = letters.list().await?;
    let reasons: BTreeSet<_> = listed.iter().map(|letter| letter.reason.as_str()).collect();
    ensure!(reasons == BTreeSet::from(["http_410", "no_route", "unreadable_event"]), "listed are {reasons:?}");
    let refused =
        listed.iter().find(|letter| letter.id == webhook.event_id).context("the refused one is not listed")?;
    ensure!(refused.payload().is_some_and(|it| it.as_bytes() == webhook.body), "shown is {:?}", refused.payload());
    ensure!((refused.source.as_str(), refused.destination.as_str()) == ("recovering", "recovering"), "{refused:?}");

    testbed.sink.recover(true);
    let moved = letters.redrive(&Filter::by_reason("http_4*"), None).await?;
    ensure!(moved == 1, "{moved} were moved");
    let delivery = testbed.sink.wait_for(&webhook.event_id).await?;
    ensure!(delivery.body[..] == webhook.body[..], "the body has changed");
    testbed.stack.dead_letters(2).await?;
    for mark in [nobody.id.as_str(), &poison] {
        testbed.stack.take_dead_letter_message(mark).await?;
    }
    Ok("listed 3, moved and delivered 1, kept 2".to_owned())
}
