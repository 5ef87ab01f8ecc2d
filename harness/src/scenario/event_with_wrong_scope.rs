use super::{Found, Need, Scenario, World, ask};

pub(super) const SCENARIO: Scenario = Scenario::new(
    "event-with-wrong-scope",
    "POST /events with a token for something else is refused by the API",
    |world| Box::pin(run(world)),
)
.needing(&[Need::Cognito]);

async fn run(world: &World) -> Found {
    let token = world.stack.foreign_token().await?;
    world.keep_out_of_logs(&token);
    let headers = [("Content-Type", "application/json".to_owned()), ("Authorization", format!("Bearer {token}"))];
    let answer =
        world.stack.post("/events", &headers.map(|(name, value)| (name.to_owned(), value)), b"{}".to_vec()).await?;
    // AWS answers 403, MiniStack 401.
    anyhow::ensure!(matches!(answer.status, 401 | 403), "expected a refusal, got {}: {}", answer.status, answer.body);
    ask::problem_of_gateway(world, &answer)?;
    anyhow::ensure!(world.stack.depth().await?.intake == 0, "it was queued");
    Ok(format!("{}, queue empty", answer.status))
}
