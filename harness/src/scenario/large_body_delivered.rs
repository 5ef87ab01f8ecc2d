use super::ask;
use super::{Found, Scenario, World};

pub(super) const SCENARIO: Scenario =
    Scenario::new("large-body-delivered", "150 KB of JSON arrive with every escape and space", |world| {
        Box::pin(run(world))
    });

async fn run(world: &World) -> Found {
    let line = "  {\"b\": 1, \"a\": \"\\u001B \\u001b \u{2665}\"},\r\n";
    let body = format!("[\r\n{}  null ]\n", line.repeat(150_000 / line.len()));
    ask::delivered(world, &world.signed("github", body)?).await
}
