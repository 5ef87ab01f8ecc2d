use super::{Capability, Scenario, ScenarioResult, Testbed, expect};

pub(super) const SCENARIO: Scenario = Scenario::new(
    "event-with-wrong-scope",
    "POST /events with a token for something else is refused by the API",
    |testbed| Box::pin(run(testbed)),
)
.needing(&[Capability::Cognito]);

async fn run(testbed: &Testbed) -> ScenarioResult {
    let token = testbed.stack.foreign_token().await?;
    testbed.keep_out_of_logs(&token);
    let headers = [("Content-Type", "application/json".to_owned()), ("Authorization", format!("Bearer {token}"))];
    let answer =
        testbed.stack.post("/events", &headers.map(|(name, value)| (name.to_owned(), value)), b"{}".to_vec()).await?;
    // AWS answers 403, MiniStack 401.
    anyhow::ensure!(matches!(answer.status, 401 | 403), "expected a refusal, got {}: {}", answer.status, answer.body);
    expect::problem_of_gateway(testbed, &answer)?;
    anyhow::ensure!(testbed.stack.depth().await?.intake == 0, "it was queued");
    Ok(format!("{}, queue empty", answer.status))
}
