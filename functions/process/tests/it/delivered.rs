use std::collections::BTreeMap;

use crate::fixture::{Function, event, message, same};

#[tokio::test]
async fn the_exact_body_is_posted_with_the_events_attributes_as_headers() {
    let function = Function::new().await;
    assert!(function.failures(vec![same("m", "github", 1)]).await.is_empty());
    let requests = function.sink.requests.lock().unwrap().clone();
    let (headers, body) = &requests[0];
    assert_eq!(body[..], event("github").data[..]);
    let mut headers: BTreeMap<_, _> =
        headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    headers.remove("host");
    insta::assert_json_snapshot!(headers);
}

#[tokio::test]
async fn two_routes_to_one_destination_deliver_once() {
    let function = Function::new().await;
    assert!(function.failures(vec![message("m", "both", 1)]).await.is_empty());
    assert_eq!(function.received(), 2, "orders and audit, each once");
}

#[tokio::test]
async fn any_success_counts() {
    let function = Function::new().await;
    function.sink.answer(204, None);
    assert!(function.failures(vec![message("m", "github", 1)]).await.is_empty());
    assert!(function.letters().is_empty());
}
