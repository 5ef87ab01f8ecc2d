//! Which deliveries are listed.

use serde_json::json;

use crate::fixture::{OLD, Override, Setup, listed, metrics, now, result};

#[tokio::test]
async fn pages_are_followed_by_their_cursor() {
    let setup = Setup::new().await;
    setup.github.add_failed(5);
    setup.github.set_page_size(2);
    setup.github.set_redelivery_status(Some(202));
    let line = setup.run().await;
    assert_eq!((result(&line), metrics(&line)), (("recovery_completed", ""), [5, 5, 0, 0]));
    let deliveries = "/api/v3/repos/octo-org/shop/hooks/7/deliveries";
    let expected = [
        format!("GET {deliveries}?per_page=100"),
        format!("GET {deliveries}?per_page=100&cursor=v1_3"),
        format!("GET {deliveries}?per_page=100&cursor=v1_1"),
        format!("POST {deliveries}/1/attempts"),
    ];
    assert_eq!(setup.github.paths()[..4], expected);
}

/// The other host would get the credential.
#[tokio::test]
async fn link_to_another_host_is_not_followed() {
    let setup = Setup::new().await;
    setup.github.add_failed(3);
    setup.github.set_page_size(2);
    let link = "<http://198.51.100.1/deliveries?per_page=1&cursor=v1_1>; rel=\"next\"";
    setup.github.respond_next([Override::Headers(vec![("link", link.to_owned())])]);
    assert_eq!(metrics(&setup.run().await), [3, 3, 0, 0]);
    assert!(setup.github.paths()[1].ends_with("/deliveries?per_page=100&cursor=v1_1"));
}

#[tokio::test]
async fn first_run_ends_at_the_lookback_and_the_next_one_at_the_low_water_mark() {
    let setup = Setup::with_options(json!({ "lookback_hours": 2 })).await;
    setup.github.set_page_size(1);
    setup.github.add(listed(1, "older", 4 * 3600, 502, "push"));
    setup.github.add(listed(2, "old", 3 * 3600, 502, "push"));
    setup.github.add(listed(3, "delivered", 3600, 200, "push"));
    let line = setup.run().await;
    assert_eq!((result(&line), metrics(&line)), (("recovery_completed", ""), [0; 4]));
    assert_eq!(setup.github.requests().len(), 2, "the page that is too old is the last one");
    assert!(setup.state().settled_before.abs_diff(now() - 300) <= 5);

    setup.github.add(listed(4, "newer", 10, 200, "push"));
    assert_eq!(metrics(&setup.run().await), [0; 4]);
    assert_eq!(setup.github.requests().len(), 2, "the list is read to the low-water mark only");
}

#[tokio::test]
async fn events_that_are_not_selected_are_ignored() {
    let setup = Setup::with_options(json!({ "events": ["push", "release"] })).await;
    for (id, event) in (1..).zip(["push", "ping", "release", "pull_request"]) {
        setup.github.add(listed(id, event, OLD, 502, event));
    }
    assert_eq!(metrics(&setup.run().await), [2, 2, 0, 0]);
    assert_eq!(setup.github.redelivered(), ["1", "3"]);
}

#[tokio::test]
async fn empty_list_is_complete() {
    let setup = Setup::new().await;
    let line = setup.run().await;
    assert_eq!((result(&line), metrics(&line)), (("recovery_completed", ""), [0; 4]));
    assert_eq!(setup.states.lease("github"), None);
}
