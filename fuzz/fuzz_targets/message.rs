//! What process reads from the queue: anything at all, and what it has read is written again as the same.

#![no_main]

use hookline_event::Event;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(event) = Event::from_json(text) else { return };
    let again = event.to_json().expect("an event is JSON");
    assert_eq!(Event::from_json(&again).expect("and can be read"), event);
});
