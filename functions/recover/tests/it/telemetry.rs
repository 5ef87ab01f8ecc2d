//! The lines of the log.

use serde_json::{Value, json};

use crate::fixture::{OLD, Override, Setup, TOKEN, listed};

/// Removes what differs between runs.
fn stable(mut lines: Vec<Value>) -> Vec<Value> {
    for line in &mut lines {
        for name in ["timestamp", "duration_ms"] {
            assert!(name == "duration_ms" || line.get(name).is_some());
            line.as_object_mut().unwrap().remove(name);
        }
        if let Some(metadata) = line.get_mut("_aws") {
            metadata.as_object_mut().unwrap().remove("Timestamp").unwrap();
        }
    }
    lines
}

#[tokio::test]
async fn run_is_one_line_with_all_metrics_and_one_for_each_lost_event() {
    let setup = Setup::new().await;
    setup.github.add_failed(2);
    setup.github.add(listed(3, "recent\u{1b}[2J", 10, 0, "push"));
    let rejected = || Override::Response(axum::http::StatusCode::UNPROCESSABLE_ENTITY, Vec::new(), Vec::new());
    setup.github.respond_next([Override::Documented, rejected()]);
    insta::assert_json_snapshot!(stable(setup.handle(r#"{"source":"github"}"#).await));
}

#[tokio::test]
async fn failed_run_has_its_reason() {
    let setup = Setup::with_options(json!({ "events": ["push"] })).await;
    setup.github.add(listed(1, "a", OLD, 502, "push"));
    setup.github.set_redelivery_status(Some(403));
    let lines = stable(setup.handle(r#"{"source":"github"}"#).await);
    assert!(!json!(lines).to_string().contains(TOKEN));
    insta::assert_json_snapshot!(lines);
}
