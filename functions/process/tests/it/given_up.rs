use serde_json::json;

use crate::fixture::{Function, event, event_of, message, queued, record};

#[tokio::test]
async fn a_permanent_failure_goes_to_the_dead_letter_queue_at_once_with_its_reason() {
    let function = Function::new().await;
    function.sink.answer(404, None);
    assert!(function.failures(vec![message("m", "github", 1)]).await.is_empty(), "acknowledged");
    let letter = json!({
        "message": queued(event_of("m", "github")),
        "reason": "http_404",
        "destination": "orders",
        "attempts": 1,
        "first_seen": "1545082649183",
    });
    assert_eq!(function.letters(), [letter]);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let function = Function::new().await;
    function.sink.answer(307, None);
    assert!(function.failures(vec![message("m", "github", 1)]).await.is_empty());
    assert_eq!(function.letters()[0]["reason"], "http_307");
}

#[tokio::test]
async fn the_last_receive_gives_up_with_the_last_reason() {
    let function = Function::new().await;
    function.sink.answer(503, None);
    assert!(function.failures(vec![message("m", "github", 5)]).await.is_empty());
    assert_eq!((&function.letters()[0]["reason"], &function.letters()[0]["attempts"]), (&json!("http_503"), &json!(5)));
}

#[tokio::test]
async fn a_permanent_failure_waits_for_its_neighbour_that_may_still_work() {
    let function = Function::new().await;
    function.sink.answer(404, None);
    function.sink.answer(503, None);
    assert_eq!(function.failures(vec![message("m", "both", 1)]).await, ["m"]);
    assert!(function.letters().is_empty(), "one letter at the end, not one a receive");
}

#[tokio::test]
async fn an_event_that_no_route_takes_is_kept() {
    let function = Function::new().await;
    assert!(function.failures(vec![message("m", "nobody", 1)]).await.is_empty());
    assert_eq!(function.letters()[0]["reason"], "no_route");
}

#[tokio::test]
async fn what_is_no_event_is_kept_as_it_is() {
    let function = Function::new().await;
    for body in ["not json", "{}", "", &queued(event("github")).replacen("1.0", "2.0", 1)] {
        assert!(function.failures(vec![record("m", body, 1)]).await.is_empty());
        let letter = function.letters().pop().unwrap();
        assert_eq!((&letter["message"], &letter["reason"]), (&json!(body), &json!("unreadable_event")));
    }
}

#[tokio::test]
async fn what_the_dead_letter_queue_did_not_confirm_is_not_acknowledged() {
    let function = Function::new().await;
    *function.queue.dlq_down.lock().unwrap() = true;
    function.sink.answer(404, None);
    assert_eq!(function.failures(vec![message("a", "github", 1), record("b", "not json", 1)]).await, ["a", "b"]);
}
