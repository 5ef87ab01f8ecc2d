//! Failures of GitHub and of AWS. None of them is a panic or a failed invocation.

use std::time::Duration;

use axum::http::StatusCode;
use recover::{Lease, State};
use serde_json::json;

use crate::fixture::{APP_KEY, Override, Setup, metrics, now, result};

fn response(status: u16, body: impl Into<Vec<u8>>) -> Override {
    Override::Response(StatusCode::from_u16(status).unwrap(), Vec::new(), body.into())
}

#[tokio::test]
async fn failed_list_has_its_reason_and_requests_nothing() {
    let huge = || vec![b' '; 2 * 1024 * 1024];
    for (list, reason) in [
        (response(401, ""), "credentials_rejected"),
        (response(403, ""), "access_denied"),
        (response(404, ""), "webhook_not_found"),
        (response(422, ""), "http_422"),
        (response(500, "<html>"), "http_500"),
        (response(503, huge()), "http_503"),
        (response(302, ""), "http_302"),
        (response(204, ""), "http_204"),
        (response(200, huge()), "response_unreadable"),
        (response(200, "[{"), "response_unreadable"),
        (response(200, "{}"), "response_unreadable"),
        (response(200, r#"[{"id":1,"guid":"a","delivered_at":"x"}]"#), "response_unreadable"),
        (response(200, b"\xff\xfe".to_vec()), "response_unreadable"),
        (response(200, "[".repeat(100_000)), "response_unreadable"),
    ] {
        let setup = Setup::new().await;
        setup.github.add_failed(1);
        setup.github.respond_next([list]);
        let line = setup.run().await;
        assert_eq!((result(&line), metrics(&line)), (("recovery_failed", reason), [0, 0, 0, 1]));
        assert_eq!(setup.github.requests().len(), 1, "{reason}");
        let state = setup.state();
        assert_eq!(state, State { listed_until: state.listed_until, ..State::default() }, "{reason}");

        assert_eq!(metrics(&setup.run().await), [1, 1, 0, 0], "the next run continues");
    }
}

fn redirect(status: u16) -> Override {
    let headers = vec![("location", "/api/v3/repositories/1/hooks/7/deliveries".to_owned())];
    Override::Response(StatusCode::from_u16(status).unwrap(), headers, Vec::new())
}

/// A redirect could send the credential to another host.
#[tokio::test]
async fn redirect_from_an_old_name_is_not_followed_and_has_its_own_reason() {
    for status in [301, 307, 308] {
        let setup = Setup::new().await;
        setup.github.add_failed(2);
        setup.github.respond_next([redirect(status)]);
        let line = setup.run().await;
        assert_eq!((result(&line), metrics(&line)), (("recovery_failed", "webhook_moved"), [0, 0, 0, 1]), "{status}");
        let detail = line["detail"].as_str().unwrap();
        assert!(detail.contains("was renamed or moved; change its name in `recover.webhook`"), "{detail}");
        assert_eq!(setup.github.requests().len(), 1, "{status}");

        // GitHub redirects the requests of one run only if the name changes during this run.
        setup.github.respond_next([Override::Documented, redirect(status)]);
        let line = setup.run().await;
        assert_eq!((result(&line), metrics(&line)), (("recovery_failed", "webhook_moved"), [2, 0, 0, 1]), "{status}");
        assert_eq!(setup.github.redelivered(), ["1"], "the other request would be redirected too");
    }
}

/// There, the URL of the API is wrong.
#[tokio::test]
async fn redirect_of_a_request_without_a_name_has_its_status() {
    let app = json!({ "webhook": "app", "app_id": "1" });
    let installation = json!({ "app_id": "1", "installation_id": 123 });
    for options in [app, installation] {
        let setup = Setup::with_options(options).await;
        setup.secrets.set(APP_KEY);
        setup.github.respond_next([redirect(301)]);
        assert_eq!(result(&setup.run().await), ("recovery_failed", "http_301"));
        assert_eq!(setup.github.requests().len(), 1);
    }
}

#[tokio::test]
async fn one_failed_request_does_not_prevent_the_others() {
    let setup = Setup::new().await;
    setup.github.add_failed(4);
    setup.github.respond_next([Override::Documented, response(500, ""), Override::Documented, response(502, "")]);
    let line = setup.run().await;
    assert_eq!((result(&line), metrics(&line)), (("recovery_failed", "http_502"), [4, 2, 0, 1]));
    assert_eq!(setup.github.redelivered(), ["1", "2", "3", "4"]);
    let line = setup.run().await;
    assert_eq!((result(&line), metrics(&line)), (("recovery_completed", ""), [2, 2, 0, 0]));
    assert_eq!(setup.github.redelivered(), ["1", "3"]);
}

#[tokio::test]
async fn unavailable_github_ends_the_requests() {
    let setup = Setup::new().await;
    setup.github.add_failed(9);
    let failures = std::iter::repeat_with(|| response(503, "")).take(3);
    setup.github.respond_next(std::iter::once(Override::Documented).chain(failures));
    let line = setup.run().await;
    assert_eq!((result(&line), metrics(&line)), (("recovery_failed", "http_503"), [9, 0, 0, 1]));
    assert_eq!(setup.github.redelivered(), ["1", "2", "3"]);
}

#[tokio::test]
async fn missing_permission_to_redeliver_ends_the_requests() {
    let setup = Setup::new().await;
    setup.github.add_failed(3);
    setup.github.set_redelivery_status(Some(403));
    let line = setup.run().await;
    assert_eq!((result(&line), metrics(&line)), (("recovery_failed", "access_denied"), [3, 0, 0, 1]));
    assert_eq!(setup.github.redelivered(), ["1"]);
}

/// The run ends before the function's timeout, so that it can store its state.
#[tokio::test]
async fn hanging_github_ends_with_the_run() {
    let mut setup = Setup::new().await;
    setup.timeout = Duration::from_millis(400);
    setup.github.respond_next([Override::Hang]);
    assert_eq!(result(&setup.run().await), ("recovery_failed", "timeout"));
    assert_eq!(setup.states.lease("github"), None, "the lease was returned");

    setup.github.add_failed(1);
    setup.github.respond_next([Override::Documented, Override::Hang]);
    let line = setup.run().await;
    assert_eq!((result(&line), metrics(&line)), (("recovery_failed", "timeout"), [1, 0, 0, 1]));
    assert!(setup.state().requested.contains_key("guid-1"), "GitHub may have accepted the request");
}

#[tokio::test]
async fn unavailable_table_fails_the_run() {
    let setup = Setup::new().await;
    setup.github.add_failed(1);
    *setup.states.fails_to_begin.lock().unwrap() = true;
    let line = setup.run().await;
    assert_eq!((result(&line), metrics(&line)), (("recovery_failed", "state_unavailable"), [0, 0, 0, 1]));
    assert_eq!(setup.github.requests().len(), 0, "without the lease nothing is requested");

    *setup.states.fails_to_begin.lock().unwrap() = false;
    *setup.states.fails_to_finish.lock().unwrap() = true;
    let lines = setup.handle(r#"{"source":"github"}"#).await;
    assert_eq!((result(&lines[0]), metrics(&lines[0])), (("recovery_completed", ""), [1, 1, 0, 0]));
    assert_eq!((result(&lines[1]), metrics(&lines[1])), (("recovery_failed", "state_unavailable"), [0, 0, 0, 1]));
}

#[tokio::test]
async fn concurrent_invocation_is_skipped_until_its_lease_ends() {
    let setup = Setup::new().await;
    setup.github.add_failed(1);
    let lease = |until| Some(Lease { owner: "other".to_owned(), until });
    setup.states.set("github", lease(now() + 60), State::default());
    assert_eq!(result(&setup.run().await), ("recovery_skipped", "in_progress"));
    assert_eq!(setup.github.requests().len(), 0);
    setup.states.set("github", lease(now() - 1), State::default());
    assert_eq!(metrics(&setup.run().await), [1, 1, 0, 0]);
}

#[tokio::test]
async fn event_without_a_known_source_is_logged() {
    let setup = Setup::new().await;
    for event in ["", "[]", "null", r#"{"source":7}"#, r#"{"source":"none"}"#, "\"github\""] {
        let lines = setup.handle(event).await;
        assert_eq!((lines.len(), result(&lines[0])), (1, ("malformed_event", "")), "{event}");
        assert_eq!(lines[0].get("source"), None);
    }
    assert_eq!(setup.handle("{}").await.len(), 0, "a release tests a new version with it");
    assert_eq!(setup.github.requests().len(), 0);
}
