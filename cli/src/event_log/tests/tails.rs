use std::time::SystemTime;

use hookline_event_log::received_time;
use time::Duration;

use super::*;
use crate::event_log::Tail;

/// Returns an event that was received some milliseconds ago.
fn received_before(milliseconds: i64) -> EventEntry {
    let received = received_time(time::OffsetDateTime::from(SystemTime::now()) - Duration::milliseconds(milliseconds));
    let (id, request_id) = (format!("e-{milliseconds}"), format!("request-{milliseconds}"));
    let (event, position) = (event_key("github", &id), event_position(&received, &request_id));
    EventEntry { id, request_id, event, position, received, ..at(0) }
}

async fn tail(fixture: &Fixture, limit: usize) -> Vec<String> {
    let since = received_time(time::OffsetDateTime::from(SystemTime::now()) - Duration::minutes(1));
    let mut tail = Tail::new(&fixture.log, ListOptions { since, ..options(limit) });
    let events = tail.next().await.unwrap();
    assert!(tail.next().await.unwrap().is_empty(), "an event is returned twice");
    events.into_iter().map(|logged| logged.event.id).collect()
}

#[tokio::test]
async fn no_event_is_missed_if_there_are_more_than_a_page() {
    let fixture = Fixture::start(&["github"]).await;
    let added: Vec<_> = (0..25).map(|number| fixture.add(received_before(10_000 - number * 10))).collect();
    assert_eq!(tail(&fixture, 4).await, added);
}

#[tokio::test]
async fn no_event_is_missed_if_a_page_has_events_of_one_millisecond() {
    let fixture = Fixture::start(&["github"]).await;
    let received = received_before(5000).received;
    for number in 0..10 {
        let (id, request_id) = (format!("e-{number}"), format!("request-{number}"));
        let (event, position) = (event_key("github", &id), event_position(&received, &request_id));
        let received = received.clone();
        fixture.add(EventEntry { id, request_id, event, position, received, ..at(0) });
    }
    assert_eq!(tail(&fixture, 3).await.len(), 10);
}
