use std::collections::BTreeSet;

use anyhow::{Context, ensure};
use uuid::Uuid;

use super::{Found, Scenario, World, ask};
use crate::dead_letters::{DeadLetters, Filter};
use crate::target::Target;

pub(super) const SCENARIO: Scenario = Scenario::new(
    "letters-operated",
    "of three reasons in the dead-letter queue one is listed, shown and redriven, and the others stay",
    |world| Box::pin(run(world)),
);

async fn run(world: &World) -> Found {
    world.sink.recover(false);
    let webhook = world.signed("recovering", format!("{{\"n\":\"{}\"}}", Uuid::new_v4()))?;
    ask::accepted(world, &webhook).await?;
    let nobody = ask::event("nobody", &Uuid::new_v4().to_string());
    let poison = format!("poison {}", Uuid::new_v4());
    world.stack.enqueue(&[nobody.to_json()?, poison.clone()]).await?;
    world.stack.dead_letters(3).await?;

    let letters = DeadLetters::of(Target::of(&world.stack));
    let listed = letters.list().await?;
    let reasons: BTreeSet<_> = listed.iter().map(|letter| letter.reason.as_str()).collect();
    ensure!(reasons == BTreeSet::from(["http_410", "no_route", "unreadable_event"]), "listed are {reasons:?}");
    let refused =
        listed.iter().find(|letter| letter.id == webhook.event_id).context("the refused one is not listed")?;
    ensure!(refused.payload().is_some_and(|it| it.as_bytes() == webhook.body), "shown is {:?}", refused.payload());
    ensure!((refused.source.as_str(), refused.destination.as_str()) == ("recovering", "recovering"), "{refused:?}");

    world.sink.recover(true);
    let moved = letters.redrive(&Filter::by_reason("http_4*"), None).await?;
    ensure!(moved == 1, "{moved} were moved");
    let delivery = world.sink.wait_for(&webhook.event_id).await?;
    ensure!(delivery.body[..] == webhook.body[..], "the body has changed");
    world.stack.dead_letters(2).await?;
    for mark in [nobody.id.as_str(), &poison] {
        world.stack.take_letter(mark).await?;
    }
    Ok("listed 3, moved and delivered 1, kept 2".to_owned())
}
