//! The list of events: searches that end early, and the selection of events for a replay.

use super::pages::{NOW_MS, content};
use crate::console::fields::Fields;
use crate::console::pages::{events, replay_selected};
use crate::event_log::Listed;

#[test]
fn events_page_continues_a_search_that_has_ended_early() {
    let searched_to = Some("2026-01-02T03:00:00.000Z".to_owned());
    let listed = Listed { has_more: true, searched_to, ..Listed::default() };
    let view = events::View::new(&Fields::parse(b"type=a.*"), &["github".to_owned()], Vec::new(), &listed, NOW_MS);
    let page = content(&view.page());
    assert!(page.contains("so far") && page.contains("The search was ended at"), "{page}");
    assert!(page.contains("href=\"/events?type=a.*&amp;until=2026-01-02T03%3A00%3A00.000Z\">Search older"), "{page}");
}

#[test]
fn events_page_shows_a_source_of_the_address_that_was_removed() {
    let form = |query: &[u8]| {
        let sources = ["github".to_owned()];
        let view = events::View::new(&Fields::parse(query), &sources, Vec::new(), &Listed::default(), NOW_MS);
        content(&view.page())
    };
    let page = form(b"source=removed");
    assert!(page.contains("<option selected>removed</option>") && page.contains("<option>github</option>"), "{page}");
    assert_eq!(form(b"source=github").matches(">github</option>").count(), 1);
}

#[test]
fn replay_of_selected_events_is_confirmed() {
    let event = |id: &str, fields: &str| format!("event=id%3D{id}%26source%3Dgithub%26request%3Dr{fields}");
    let form = format!(
        "{}&{}&to=routes&once=ONCE",
        event("e-1", "%26received%3D2026-01-02%26key%3Dff"),
        event("%253Cb%253E", "")
    );
    insta::assert_snapshot!(content(
        &replay_selected::Confirmation::parse(&Fields::parse(form.as_bytes())).unwrap().page()
    ));
}
