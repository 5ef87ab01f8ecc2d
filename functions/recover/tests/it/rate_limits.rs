//! Rate limits end the run, and no request is made until they are over.

use axum::http::StatusCode;

use crate::fixture::{Override, Setup, metrics, now, result};

fn limited(status: u16, headers: &[(&'static str, String)]) -> Override {
    Override::Response(StatusCode::from_u16(status).unwrap(), headers.to_vec(), Vec::new())
}

#[tokio::test]
async fn run_stops_at_a_limit_and_resumes_after_it() {
    let reset = [("x-ratelimit-remaining", "0".to_owned()), ("x-ratelimit-reset", (now() + 900).to_string())];
    let retry_after = [("retry-after", "900".to_owned())];
    for (status, headers) in [(403, &reset[..]), (429, &reset), (403, &retry_after), (429, &retry_after)] {
        let setup = Setup::new().await;
        setup.github.add_failed(3);
        setup.github.respond_next([Override::Documented, Override::Documented, limited(status, headers)]);
        let line = setup.run().await;
        assert_eq!((result(&line), metrics(&line)), (("recovery_interrupted", "rate_limited"), [3, 1, 0, 0]));
        assert_eq!(setup.github.redelivered(), ["1", "2"], "the second one was not accepted");
        assert!(setup.state().limited_until.abs_diff(now() + 900) <= 5);

        let line = setup.run().await;
        assert_eq!((result(&line), metrics(&line)), (("recovery_skipped", "rate_limited"), [0; 4]));
        assert_eq!(setup.github.requests().len(), 0);

        let mut state = setup.state();
        state.limited_until = now() - 1;
        setup.states.set("github", None, state);
        let line = setup.run().await;
        assert_eq!((result(&line), metrics(&line)), (("recovery_completed", ""), [2, 2, 0, 0]));
        assert_eq!(
            (setup.github.redelivered(), setup.state().limited_until),
            (vec!["2".to_owned(), "3".to_owned()], 0)
        );
    }
}

#[tokio::test]
async fn no_request_follows_the_response_that_uses_up_the_limit() {
    let setup = Setup::new().await;
    setup.github.add_failed(3);
    let reset = (now() + 900).to_string();
    let used_up = vec![("x-ratelimit-remaining", "0".to_owned()), ("x-ratelimit-reset", reset)];
    setup.github.respond_next([Override::Documented, Override::Headers(used_up)]);
    let line = setup.run().await;
    assert_eq!((result(&line), metrics(&line)), (("recovery_interrupted", "rate_limited"), [3, 1, 0, 0]));
    assert_eq!(setup.github.requests().len(), 2);
}

#[tokio::test]
async fn secondary_limit_without_headers_lasts_a_minute() {
    let setup = Setup::new().await;
    setup.github.respond_next([limited(429, &[])]);
    assert_eq!(result(&setup.run().await), ("recovery_interrupted", "rate_limited"));
    assert!(setup.state().limited_until.abs_diff(now() + 60) <= 5);
}

#[tokio::test]
async fn limit_while_listing_keeps_the_cursor() {
    let setup = Setup::new().await;
    setup.github.add_failed(4);
    setup.github.set_page_size(2);
    setup.github.respond_next([Override::Documented, limited(403, &[("retry-after", "1".to_owned())])]);
    let line = setup.run().await;
    assert_eq!((result(&line), metrics(&line)), (("recovery_interrupted", "rate_limited"), [2, 0, 0, 0]));
    assert_eq!(setup.state().unfinished.unwrap().cursor, "v1_2");
    assert_eq!(setup.github.requests().len(), 2);
}
