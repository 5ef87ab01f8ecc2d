//! Pages with the calls that they make.

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::Uri;
use futures_util::StreamExt as _;
use serde_json::json;

use super::*;
use crate::aws::fake::{Call, FakeAws, Response, configuration, gate, ok, unexpected};
use crate::console::application::Reply;
use crate::console::render::{Page, Start};

/// Responds as a deployment without requests.
pub(super) fn quiet(call: &Call) -> Response {
    match call.operation.as_str() {
        "BatchGetItem" => ok(&json!({ "Responses": {} })),
        "FilterLogEvents" => ok(&json!({ "events": [] })),
        "ReceiveMessage" => ok(&json!({ "Messages": [] })),
        "GetQueueAttributes" => ok(&json!({ "Attributes": {} })),
        "GET /restapis" => ok(&json!({ "item": [{ "id": "a1", "name": "hookline-test" }] })),
        "GET /restapis/a1/stages" => ok(&json!({ "item": [{ "stageName": "live" }] })),
        "GET /v2/apis" => ok(&json!({ "items": [] })),
        "Query" => ok(&json!({ "Items": [], "Count": 0 })),
        "UpdateItem" => ok(&json!({})),
        _ => configuration(call, &["github"]).unwrap_or_else(|| unexpected(call)),
    }
}

/// Returns a console of a deployment where the first calls get responses only when they wait at the same time.
async fn gated(first_calls: usize) -> Running {
    let (gate, count) = (gate(first_calls), Arc::new(AtomicUsize::new(0)));
    let (_, target) = FakeAws::start(move |call| {
        let (gate, count) = (gate.clone(), Arc::clone(&count));
        async move {
            if count.fetch_add(1, Ordering::Relaxed) < first_calls {
                gate.wait().await;
            }
            quiet(&call)
        }
    })
    .await;
    Running::of(target, "dev")
}

pub(super) async fn page(console: &Running, cookie: &str, path: &str) -> Received {
    console.send(get(path).header("cookie", cookie).body(Body::empty()).unwrap()).await
}

/// The searches of each log go back in three steps. Overview: these of both functions, three queues, the configurations of both
/// functions, two lists of APIs. Event: the logs and the configurations of both functions.
#[tokio::test]
async fn a_page_makes_independent_calls_at_the_same_time() {
    let pages =
        [("/", 13), ("/sources", 9), ("/events", 2), ("/event?id=1", 4), ("/destinations", 1), ("/dead-letters", 1)];
    for (path, first_calls) in pages {
        let console = gated(first_calls).await;
        let received = page(&console, &console.cookie().await, path).await;
        assert!(
            received.status == StatusCode::OK && !received.body.contains("id=\"error\""),
            "{path}: {}",
            received.body
        );
    }
}

#[tokio::test]
async fn the_result_of_an_action_is_shown_only_by_its_own_page() {
    let (_, target) = FakeAws::start(async |call| quiet(&call)).await;
    let console = Running::of(target, "dev");
    let cookie = console.cookie().await;
    let form = format!("destination=audit&csrf={}", console.csrf);
    let resumed = console.send(post("/destinations/resume", &cookie).body(form.into()).unwrap()).await;
    assert_eq!(resumed.status, StatusCode::SEE_OTHER, "{}", resumed.body);
    let address = resumed.headers["location"].to_str().unwrap();
    let has_notice = |received: &Received| received.body.contains("id=\"notice\"");
    let other_tab = page(&console, &cookie, "/destinations").await;
    assert!(other_tab.status == StatusCode::OK && !has_notice(&other_tab), "{}", other_tab.body);
    let own = page(&console, &cookie, address).await;
    assert!(has_notice(&own) && own.body.contains("Resumed destination audit"), "{}", own.body);
    assert!(!has_notice(&page(&console, &cookie, address).await));
}

#[tokio::test]
async fn a_page_that_follows_events_loads_itself_again_after_an_error() {
    let console = Running::new("dev");
    let cookie = console.cookie().await;
    let live = page(&console, &cookie, "/events?source=github&live=1").await;
    assert!(live.body.contains("id=\"error\""), "{}", live.body);
    assert!(live.body.contains("data-live=\"2\"") && live.body.contains("http-equiv=\"refresh\""), "{}", live.body);
    let other = page(&console, &cookie, "/events?source=github").await;
    assert!(other.body.contains("id=\"error\"") && !other.body.contains("data-live"), "{}", other.body);
}

#[tokio::test]
async fn dead_letters_page_loads_itself_again_while_a_job_runs() {
    let (_, target) = FakeAws::start(async |call| quiet(&call)).await;
    let console = Running::of(target, "dev");
    let cookie = console.cookie().await;
    let is_live = |received: &Received| {
        (received.body.contains("http-equiv=\"refresh\""), received.body.contains("data-live=\"2\""))
    };
    let job = console.console.jobs.start("/dead-letters", "redrive messages of dev".to_owned());
    assert_eq!(is_live(&page(&console, &cookie, "/dead-letters").await), (true, true));
    job.end(Ok("moved 1 messages".to_owned()));
    assert_eq!(is_live(&page(&console, &cookie, "/dead-letters").await), (false, false));
}

#[tokio::test]
async fn a_page_that_cannot_be_rendered_ends_with_an_error() {
    let console = Running::new("dev").console;
    let start = Start { nav: "/", title: "Overview", is_live: false };
    // The template needs values that are missing.
    let page = Page::new("/", "Overview", "overview", json!({}));
    let response = console.stream(start, &Uri::from_static("/"), async { Ok(Reply::Page(page)) });
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    assert!(body.contains("id=\"error\"") && body.contains("cannot render the page"), "{body}");
    assert!(body.matches("<main").count() == 1 && body.ends_with("</html>"), "{body}");
}

#[tokio::test]
async fn a_page_begins_before_its_content_is_read() {
    let gate = gate(2);
    let query = gate.clone();
    let (_, target) = FakeAws::start(move |call| {
        let gate = query.clone();
        async move {
            if call.operation == "Query" {
                gate.wait().await;
            }
            quiet(&call)
        }
    })
    .await;
    let console = Running::of(target, "dev");
    let request = get("/events?source=github").header("cookie", console.cookie().await);
    let response = console.router.clone().call(request.body(Body::empty()).unwrap()).await.unwrap();
    let mut parts = response.into_body().into_data_stream();
    let start = parts.next().await.unwrap().unwrap();
    let start = String::from_utf8(start.to_vec()).unwrap();
    assert!(start.contains("<title>Events") && start.contains("id=\"nav-events\""), "{start}");
    // The index responds from here on.
    let (_, rest) = tokio::join!(gate.wait(), parts.next());
    let rest = String::from_utf8(rest.unwrap().unwrap().to_vec()).unwrap();
    assert!(rest.starts_with("<main") && rest.contains("id=\"conditions\"") && rest.ends_with("</html>"), "{rest}");
}
