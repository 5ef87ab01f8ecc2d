//! Actions that fail or that have to be confirmed.

use super::responses::{page, quiet};
use super::*;
use crate::aws::fake::FakeAws;

/// Each form of the console without a valid value, and the page that the form belongs to.
const FORMS: [(&str, &str, &str); 9] = [
    ("/dead-letters/confirm", "", "/dead-letters"),
    ("/dead-letters/apply", "", "/dead-letters"),
    ("/destinations/pause", "destination=missing", "/destinations"),
    ("/destinations/resume", "destination=missing", "/destinations"),
    ("/events/confirm", "id=a%26b&source=github&request=r-1", "/event?id=a%26b&source=github&request=r-1"),
    ("/events/confirm-selected", "to=routes", "/events"),
    ("/events/replay", "id=%22%3E&source=github&request=r-1", "/event?id=%22%3E&source=github&request=r-1"),
    ("/events/replay-selected", "", "/events"),
    ("/sources/test", "source=missing", "/sources"),
];

/// Returns an address as a template writes it.
fn escaped(address: &str) -> String {
    address.replace('&', "&amp;").replace('/', "&#x2f;")
}

async fn send_form(console: &Running, cookie: &str, path: &str, form: &str) -> Received {
    let form = format!("{form}&csrf={}", console.csrf);
    console.send(post(path, cookie).body(form.into()).unwrap()).await
}

#[tokio::test]
async fn a_form_that_fails_links_to_its_page() {
    let (_, target) = FakeAws::start(async |call| quiet(&call)).await;
    let console = Running::of(target, "dev");
    let cookie = console.cookie().await;
    for (path, form, back) in FORMS {
        let failed = send_form(&console, &cookie, path, form).await;
        assert_eq!(failed.status, StatusCode::BAD_GATEWAY, "{path}: {}", failed.body);
        assert!(!failed.body.contains("href=\"\""), "{path} has no page that can be loaded again");
        let link = format!("id=\"back\" href=\"{}\"", escaped(back));
        assert!(failed.body.contains(&link), "{path}: {}", failed.body);
        assert_eq!(page(&console, &cookie, back).await.status, StatusCode::OK, "{back}");
    }
}

#[tokio::test]
async fn a_page_that_fails_can_be_loaded_again_and_a_missing_page_cannot() {
    let console = Running::new("dev");
    let cookie = console.cookie().await;
    for path in ["/destinations", "/destinations/pause?name=audit", "/destinations/resume?name=audit"] {
        let failed = page(&console, &cookie, path).await;
        assert!(failed.body.contains("id=\"again\" href=\"\""), "{path}: {}", failed.body);
    }
    let missing = page(&console, &cookie, "/none").await;
    assert!(
        missing.body.contains("id=\"back\" href=\"&#x2f;\"") && !missing.body.contains("href=\"\""),
        "{}",
        missing.body
    );
}

#[tokio::test]
async fn the_end_of_a_pause_is_confirmed_as_the_pause_is() {
    let (aws, target) = FakeAws::start(async |call| quiet(&call)).await;
    let console = Running::of(target, "prod");
    let cookie = console.cookie().await;
    for action in ["pause", "resume"] {
        let path = format!("/destinations/{action}");
        let confirmation = page(&console, &cookie, &format!("{path}?name=audit")).await;
        assert_eq!(confirmation.status, StatusCode::OK, "{}", confirmation.body);
        assert!(confirmation.body.contains("Type <code>prod</code> to confirm"), "{}", confirmation.body);
        let rejected = send_form(&console, &cookie, &path, "destination=audit").await;
        assert!(rejected.body.contains("type `prod` to confirm"), "{}", rejected.body);
    }
    assert!(aws.calls("UpdateItem").is_empty());
    let resumed = send_form(&console, &cookie, "/destinations/resume", "destination=audit&workspace=prod").await;
    assert_eq!((resumed.status, aws.calls("UpdateItem").len()), (StatusCode::SEE_OTHER, 1));
}
