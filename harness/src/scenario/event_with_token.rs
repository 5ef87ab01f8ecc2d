use super::{Found, Need, Scenario, World};
use uuid::Uuid;

pub(super) const SCENARIO: Scenario =
    Scenario::new("event-with-token", "POST /events with a good token arrives", |world| Box::pin(run(world)))
        .needing(&[Need::Cognito]);

async fn run(world: &World) -> Found {
    let scope = world.stack.outputs.scope.clone().unwrap_or_default();
    let token = world.stack.token(&scope).await?;
    world.keep_out_of_logs(&token);
    let (id, body) = (Uuid::new_v4().to_string(), b"{\"order\": 17}");
    let headers = [
        ("Content-Type", "application/json".to_owned()),
        ("Authorization", format!("Bearer {token}")),
        ("Ce-Id", id.clone()),
        ("Ce-Type", "order.paid".to_owned()),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value));
    let answer = world.stack.post("/events", &headers, body.to_vec()).await?;
    world.accept(&answer);
    anyhow::ensure!(answer.status == 202, "expected 202, got {}: {}", answer.status, answer.body);
    let delivery = world.sink.wait_for(&id).await?;
    anyhow::ensure!(delivery.body[..] == body[..], "the body has changed");
    anyhow::ensure!(delivery.header("ce-type") == Some("events.order.paid"), "{:?}", delivery.header("ce-type"));
    anyhow::ensure!(delivery.header("authorization").is_none(), "the token was passed on");
    Ok("202, delivered".to_owned())
}
