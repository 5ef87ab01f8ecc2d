use super::{Capability, Scenario, ScenarioResult, Testbed};
use uuid::Uuid;

pub(super) const SCENARIO: Scenario =
    Scenario::new("event-with-token", "POST /events with a good token arrives", |testbed| Box::pin(run(testbed)))
        .needing(&[Capability::Cognito]);

async fn run(testbed: &Testbed) -> ScenarioResult {
    let scope = testbed.stack.outputs.scope.clone().unwrap_or_default();
    let token = testbed.stack.token(&scope).await?;
    testbed.keep_out_of_logs(&token);
    let (id, body) = (Uuid::new_v4().to_string(), b"{\"order\": 17}");
    let headers = [
        ("Content-Type", "application/json".to_owned()),
        ("Authorization", format!("Bearer {token}")),
        ("Ce-Id", id.clone()),
        ("Ce-Type", "order.paid".to_owned()),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value));
    let answer = testbed.stack.post("/events", &headers, body.to_vec()).await?;
    testbed.accept(&answer);
    anyhow::ensure!(answer.status == 202, "expected 202, got {}: {}", answer.status, answer.body);
    let delivery = testbed.sink.wait_for(&id).await?;
    anyhow::ensure!(delivery.body[..] == body[..], "the body has changed");
    anyhow::ensure!(delivery.header("ce-type") == Some("events.order.paid"), "{:?}", delivery.header("ce-type"));
    anyhow::ensure!(delivery.header("authorization").is_none(), "the token was passed on");
    Ok("202, delivered".to_owned())
}
