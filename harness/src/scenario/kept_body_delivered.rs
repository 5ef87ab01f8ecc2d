use super::ask;
use super::{Found, Scenario, World};

pub(super) const SCENARIO: Scenario = Scenario::new(
    "kept-body-delivered",
    "1.5 MB, which no message can hold, arrive with every escape and space",
    |world| Box::pin(run(world)),
);

async fn run(world: &World) -> Found {
    let line = "  {\"b\": 1, \"a\": \"\\u001B \\u001b \u{2665}\"},\r\n";
    let body = format!("[\r\n{}  null ]\n", line.repeat(1_500_000 / line.len()));
    ask::delivered(world, &world.signed("github", body)?).await
}
