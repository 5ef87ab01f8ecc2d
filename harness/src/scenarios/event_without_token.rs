use super::{Capability, Scenario, ScenarioResult, Testbed, expect};

pub(super) const SCENARIO: Scenario =
    Scenario::new("event-without-token", "POST /events without a token is refused by the API", |testbed| {
        Box::pin(run(testbed))
    })
    .needing(&[Capability::Cognito]);

async fn run(testbed: &Testbed) -> ScenarioResult {
    let headers = [("Content-Type".to_owned(), "application/json".to_owned())];
    let answer = testbed.stack.post("/events", &headers, b"{}".to_vec()).await?;
    anyhow::ensure!(answer.status == 401, "expected 401, got {}: {}", answer.status, answer.body);
    expect::problem_of_gateway(testbed, &answer)?;
    anyhow::ensure!(testbed.stack.depth().await?.intake == 0, "it was queued");
    Ok("401, queue empty".to_owned())
}
