use serde_json::json;

use crate::fixture::{Function, event, message_body, record, unique_event, unique_record};

#[tokio::test]
async fn permanent_failure_is_dead_lettered_immediately_with_its_reason() {
    let function = Function::new().await;
    function.receiver.respond_with(404, None);
    assert!(function.failed_ids(vec![unique_record("m", "github", 1)]).await.is_empty(), "acknowledged");
    let dead_letter = json!({
        "message": message_body(unique_event("m", "github")),
        "reason": "http_404",
        "destination": "orders",
        "attempts": 1,
        "first_seen": "1767323045700",
    });
    assert_eq!(function.dead_letters(), [dead_letter]);
}

#[tokio::test]
async fn redirect_is_not_followed() {
    let function = Function::new().await;
    function.receiver.respond_with(307, None);
    assert!(function.failed_ids(vec![unique_record("m", "github", 1)]).await.is_empty());
    assert_eq!(function.dead_letters()[0]["reason"], "http_307");
}

#[tokio::test]
async fn permanent_failure_does_not_wait_for_the_retry_of_another_destination() {
    let function = Function::new().await;
    function.receiver.respond_with(404, None);
    function.receiver.respond_with(503, None);
    assert_eq!(function.retried_destinations(vec![unique_record("m", "both", 1)]).await.len(), 1);
    assert_eq!(function.dead_letters()[0]["reason"], "http_404");
    let retry = function.take_due_retry("r", 10);
    assert!(function.retried_destinations(vec![retry]).await.is_empty());
    assert_eq!((function.received_requests(), function.dead_letters().len()), (3, 1));
}

#[tokio::test]
async fn event_without_route_is_dead_lettered() {
    let function = Function::new().await;
    assert!(function.failed_ids(vec![unique_record("m", "unrouted", 1)]).await.is_empty());
    assert_eq!(function.dead_letters()[0]["reason"], "no_route");
}

#[tokio::test]
async fn unreadable_event_is_dead_lettered_unchanged() {
    let function = Function::new().await;
    for body in ["not json", "{}", "", &message_body(event("github")).replacen("1.0", "2.0", 1)] {
        assert!(function.failed_ids(vec![record("m", body, 1)]).await.is_empty());
        let dead_letter = function.dead_letters().pop().unwrap();
        assert_eq!((&dead_letter["message"], &dead_letter["reason"]), (&json!(body), &json!("unreadable_event")));
    }
}

#[tokio::test]
async fn message_is_not_acknowledged_if_the_dead_letter_queue_does_not_confirm() {
    let function = Function::new().await;
    *function.queue.dlq_is_unavailable.lock().unwrap() = true;
    function.receiver.respond_with(404, None);
    assert_eq!(
        function.failed_ids(vec![unique_record("a", "github", 1), record("b", "not json", 1)]).await,
        ["a", "b"]
    );
}
