//! The page of a dead-letter queue that is too long to be read completely.

use std::time::Duration;

use super::pages::content;
use super::responses::page;
use super::*;
use crate::console::fields::Fields;
use crate::console::pages::dead_letters::{Selection, View};
use crate::console::render::Page;
use crate::dead_letter_queue::DeadLetterMessage;
use crate::dead_letter_queue::tests::FakeQueue;

/// Waits for a condition, for at most 30 seconds.
async fn wait_until(is_met: impl Fn() -> bool) {
    let waiting = tokio::time::timeout(Duration::from_secs(30), async {
        while !is_met() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    waiting.await.unwrap();
}

#[test]
fn page_says_that_it_has_read_a_part() {
    let messages = ["orders", "ledger", "orders"].map(DeadLetterMessage::example);
    let view = View::new(&messages, Some(5000), None);
    let list = content(&Page::new("/dead-letters", "Dead-letter messages", "dead_letters", view));
    let form = b"action=group-redrive&reason=http_503&destination=orders&count=2&partial=yes";
    let confirmation = content(&Selection::parse(&Fields::parse(form)).unwrap().page());
    insta::assert_snapshot!([list, confirmation].join("\n----\n"));
}

#[tokio::test]
async fn a_long_queue_is_read_in_part_and_its_groups_are_redriven_completely() {
    let (queue, target) = FakeQueue::start(1000).await;
    // The page does not read these messages.
    (1000..1012).for_each(|number| queue.add(number, "ledger"));
    let console = Running::of(target, "dev");
    let cookie = console.cookie().await;
    let shown = page(&console, &cookie, "/dead-letters").await.body;
    assert!(shown.contains("first <strong id=\"total\">1000</strong> of about 1012 messages"), "{shown}");
    assert_eq!((queue.received(), queue.hidden(), queue.visible()), (1000, 0, 1012));
    let form = format!("action=group-redrive&reason=http_503&destination=ledger&csrf={}", console.csrf);
    let started = console.send(post("/dead-letters/apply", &cookie).body(form.into()).unwrap()).await;
    assert_eq!(started.status, StatusCode::SEE_OTHER, "{}", started.body);
    wait_until(|| console.console.jobs.running("/dead-letters").is_none()).await;
    let detail = console.console.jobs.get(1).unwrap().detail;
    assert_eq!(detail, "moved 12 messages to the intake queue");
    assert_eq!((queue.hidden(), queue.visible()), (0, 1000));
}

#[tokio::test]
async fn messages_are_visible_again_if_the_browser_leaves_the_page() {
    let (queue, target) = FakeQueue::start(300).await;
    let console = Running::of(target, "dev");
    let cookie = console.cookie().await;
    tokio::select! {
        shown = page(&console, &cookie, "/dead-letters") => panic!("the page was complete: {}", shown.body),
        () = wait_until(|| queue.hidden() > 0) => {}
    }
    wait_until(|| queue.received() == 300 && queue.hidden() == 0).await;
}

#[tokio::test]
async fn a_message_is_searched_for_beyond_the_first_page() {
    let (queue, target) = FakeQueue::start(1100).await;
    let console = Running::of(target, "dev");
    let cookie = console.cookie().await;
    let shown = page(&console, &cookie, "/dead-letters/message?id=m-1050").await;
    assert!(shown.status == StatusCode::OK && shown.body.contains("Message of event e-1050"), "{}", shown.body);
    assert_eq!((queue.received(), queue.hidden()), (1060, 0));
}
