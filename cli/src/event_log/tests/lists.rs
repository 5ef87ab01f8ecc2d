use hookline_event_log::{ObjectLocation, Status};

use super::*;
use crate::aws::fake::gate;
use crate::event_log::{EventLog, Listed};

fn ids(listed: &Listed) -> Vec<&str> {
    listed.events.iter().map(|logged| logged.event.id.as_str()).collect()
}

#[tokio::test]
async fn sources_are_read_at_the_same_time() {
    let gate = gate(3);
    let (aws, target) = FakeAws::start(move |call| {
        let gate = gate.clone();
        async move {
            match call.operation.as_str() {
                "Query" => {
                    gate.wait().await;
                    FakeIndex::default().query(&call.body)
                }
                // With `events`, these are three sources.
                _ => configuration(&call, &["github", "stripe"]).unwrap_or_else(|| unexpected(&call)),
            }
        }
    })
    .await;
    let log = EventLog::find(target).await.unwrap();
    assert!(log.list_events(&options(50)).await.unwrap().events.is_empty());
    assert!(log.events("e-1", None).await.unwrap().is_empty());
    assert_eq!(aws.calls("Query").len(), 6);
}

#[tokio::test]
async fn configurations_of_both_functions_are_read_at_the_same_time() {
    let gate = gate(2);
    let (_, target) = FakeAws::start(move |call| {
        let gate = gate.clone();
        async move {
            gate.wait().await;
            configuration(&call, &["github"]).unwrap_or_else(|| unexpected(&call))
        }
    })
    .await;
    let log = EventLog::find(target).await.unwrap();
    assert_eq!(log.sources(), ["github", "events"]);
}

#[tokio::test]
async fn events_of_a_removed_source_are_found_by_its_name() {
    let fixture = Fixture::start(&["github"]).await;
    fixture.add_events(0..2);
    let removed = EventEntry { source: "removed".to_owned(), event: event_key("removed", "e-9"), ..at(9) };
    fixture.add(EventEntry { r#type: "removed.push".to_owned(), ..removed });
    let named = ListOptions { source: Some("removed".to_owned()), ..options(50) };
    assert_eq!(ids(&fixture.log.list_events(&named).await.unwrap()), ["e-9"]);
    assert_eq!(ids(&fixture.log.list_distinct(&named).await.unwrap()), ["e-9"]);
    assert_eq!(ids(&fixture.log.list_events(&options(50)).await.unwrap()), ["e-1", "e-0"]);
}

#[tokio::test]
async fn a_list_reads_as_many_entries_as_it_shows() {
    let fixture = Fixture::start(&["github", "stripe"]).await;
    let added = fixture.add_events(0..300);
    let listed = fixture.log.list_events(&options(50)).await.unwrap();
    let newest: Vec<_> = added.iter().rev().take(50).map(String::as_str).collect();
    assert_eq!((ids(&listed), listed.has_more), (newest, true));
    let calls = fixture.aws.calls("Query");
    // One call for each source.
    assert_eq!(calls.len(), 3);
    assert!(calls.iter().all(|call| call["Limit"] == 52 && call["ScanIndexForward"] == false), "{calls:?}");
}

#[tokio::test]
async fn a_bounded_search_says_where_it_has_ended_and_continues_there() {
    let fixture = Fixture::start(&["github", "stripe"]).await;
    fixture.add_events(10..700);
    fixture.add(EventEntry { r#type: "github.release".to_owned(), ..at(5) });
    // Another source has such an event at a time that the search of the first one has not reached.
    let event = at(7);
    fixture.add(EventEntry { source: "stripe".to_owned(), event: event_key("stripe", &event.id), ..event });
    let filter = EventFilter { event_type: Some("*.release".to_owned()), ..EventFilter::default() };
    let mut options = ListOptions { filter, max_entries: Some(200), ..options(50) };
    let first = fixture.log.list_events(&options).await.unwrap();
    assert!(first.events.is_empty() && first.has_more);
    let read: u64 = fixture.aws.calls("Query").iter().filter_map(|call| call["Limit"].as_u64()).sum();
    assert!(read < 700, "{read} entries");
    let (mut searched_to, mut found) = (first.searched_to, Vec::new());
    while let Some(until) = searched_to {
        assert!(until < options.until, "the search does not go on");
        options.until = until;
        let listed = fixture.log.list_events(&options).await.unwrap();
        found.extend(listed.events.iter().map(|logged| logged.event.id.clone()));
        searched_to = listed.searched_to;
    }
    assert_eq!(found, ["e-5"]);
}

#[tokio::test]
async fn the_newest_rejected_requests_are_listed_without_a_search_of_the_whole_time() {
    let fixture = Fixture::start(&["github"]).await;
    for second in 0..4000 {
        fixture.add_rejected(second * 20, if second % 2 == 0 { "github" } else { "other" });
    }
    let filter = EventFilter { status: Some(Status::Rejected), ..EventFilter::default() };
    let options = ListOptions { filter, source: Some("github".to_owned()), ..options(3) };
    let options = ListOptions { until: time(79_990), ..options };
    let listed = fixture.log.list(&options).await.unwrap();
    assert_eq!((ids(&listed), listed.has_more), (vec!["r-79960", "r-79920", "r-79880"], true));
    let calls = fixture.aws.calls("FilterLogEvents");
    let first = calls.iter().filter_map(|call| call["startTime"].as_i64()).min();
    assert!(first > milliseconds(&time(70_000)), "the search goes back to {first:?}");
    assert!(calls.iter().all(|call| call["filterPattern"] == r#""rejected" "github""#), "{calls:?}");
    // All of them are found if there are few.
    let all = fixture.log.list(&ListOptions { since: time(79_000), limit: 100, ..options }).await.unwrap();
    assert_eq!((all.events.len(), all.has_more), (25, false));
}

#[tokio::test]
async fn rejected_requests_are_listed_by_the_time_of_their_line() {
    let fixture = Fixture::start(&["github"]).await;
    // CloudWatch's time is later than the one in the line, and outside of the range.
    for second in [99, 100, 109, 110, 111] {
        fixture.add_rejected_later(second, "github", 3000);
    }
    let filter = EventFilter { status: Some(Status::Rejected), ..EventFilter::default() };
    let options = ListOptions { filter, since: time(100), until: time(110), ..options(10) };
    assert_eq!(ids(&fixture.log.list(&options).await.unwrap()), ["r-110", "r-109", "r-100"]);
}

/// Returns a request of the event `1` with a payload.
fn stored(second: u32, digit: &str) -> EventEntry {
    let (request_id, received) = (format!("request-{second}"), at(second).received);
    EventEntry {
        position: event_position(&received, &request_id),
        dedup_key: Some(digit.repeat(64)),
        object: Some(ObjectLocation { key: "k".to_owned(), offset: 0, length: 1 }),
        request_id,
        received,
        ..event("1", 1, Outcome::Delivered)
    }
}

/// Adds a request of the event `1` of which the log has only an attempt.
fn add_attempt(fixture: &Fixture, second: u32) {
    let request = EventEntry { dedup_key: None, ..stored(second, "") };
    fixture.index.add(&Entry::Attempt(Box::new(later(&request, Outcome::DeadLettered, 2, 20))));
}

async fn distinct(fixture: &Fixture, filter: EventFilter) -> Vec<String> {
    let listed = fixture.log.list_distinct(&ListOptions { filter, ..options(10) }).await.unwrap();
    listed.events.into_iter().map(|logged| logged.event.request_id).collect()
}

#[tokio::test]
async fn event_whose_newest_request_has_no_payload_can_be_sent_again() {
    let fixture = Fixture::start(&["github"]).await;
    fixture.add(stored(1, "a"));
    fixture.add(stored(2, "a"));
    add_attempt(&fixture, 3);
    assert_eq!(distinct(&fixture, EventFilter::default()).await, ["request-2"]);
    // The status is that of the newest request; its type is that of the event.
    let filter = |status| EventFilter { status: Some(status), ..EventFilter::default() };
    assert_eq!(distinct(&fixture, filter(Status::DeadLettered)).await, ["request-2"]);
    assert!(distinct(&fixture, filter(Status::Delivered)).await.is_empty());
    let event_type = Some("github.push".to_owned());
    assert_eq!(distinct(&fixture, EventFilter { event_type, ..EventFilter::default() }).await, ["request-2"]);
}

#[tokio::test]
async fn request_with_an_unknown_key_hides_none_of_several_events() {
    let fixture = Fixture::start(&["github"]).await;
    fixture.add(stored(1, "a"));
    fixture.add(stored(2, "b"));
    add_attempt(&fixture, 3);
    // The last one is of one of the others, but the log does not have which one.
    assert_eq!(distinct(&fixture, EventFilter::default()).await, ["request-3", "request-2", "request-1"]);
}
