use super::{Found, Need, Scenario, World, ask};

pub(super) const SCENARIO: Scenario =
    Scenario::new("event-without-token", "POST /events without a token is refused by the API", |world| {
        Box::pin(run(world))
    })
    .needing(&[Need::Cognito]);

async fn run(world: &World) -> Found {
    let headers = [("Content-Type".to_owned(), "application/json".to_owned())];
    let answer = world.stack.post("/events", &headers, b"{}".to_vec()).await?;
    anyhow::ensure!(answer.status == 401, "expected 401, got {}: {}", answer.status, answer.body);
    ask::problem_of_gateway(world, &answer)?;
    anyhow::ensure!(world.stack.depth().await?.intake == 0, "it was queued");
    Ok("401, queue empty".to_owned())
}
