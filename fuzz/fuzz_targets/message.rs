//! Fuzzes the parser of queue messages. A parsed event must stay the same after it is written and parsed once more.

#![no_main]

use hookline_event::Event;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(event) = Event::from_json(text) else { return };
    let written = event.to_json().expect("the event can be written");
    assert_eq!(Event::from_json(&written).expect("the written event can be parsed"), event);
});
