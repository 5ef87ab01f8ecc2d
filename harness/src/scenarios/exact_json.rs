use super::expect;
use super::{Scenario, ScenarioResult, Testbed};

/// Whoever parses this and writes it again changes it: the order and repetition of keys, escapes, numbers, spaces and
/// line ends.
const BODY: &str = "{\r\n\t\"z\" : 1.0, \"a\":1e3 ,\"\\u0061\": \"\\/ \\u00e9 \u{e9} \\ud83d\\ude00\",\n  \"a\" : \
                    -0, \"n\":12345678901234567890.10, \"deep\" : [ { } , [ ] ]\r\n}  \n";

pub(super) const SCENARIO: Scenario = Scenario::new(
    "exact-json-delivered",
    "key order, escapes, numbers and spaces arrive as they were signed",
    |testbed| Box::pin(run(testbed)),
);

async fn run(testbed: &Testbed) -> ScenarioResult {
    expect::delivered(testbed, &testbed.signed("github", BODY)?).await
}
