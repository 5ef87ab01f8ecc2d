//! The keys of the index.
//!
//! The hash key `event` is `<source>/<id>`: requests with the same id are next to each other. The range key `position`
//! begins with the time at which the event was received, so that the index by source is in the order of time, and an
//! event's later attempts are next to it.

use time::format_description::{BorrowedFormatItem, StaticFormatDescription};
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

/// RFC 3339 in UTC with exactly three decimals, so that texts sort like times.
const TIME: StaticFormatDescription =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// Returns the hash key of an event.
#[must_use]
pub fn event_key(source: &str, id: &str) -> String {
    format!("{source}/{id}")
}

/// Formats a time as it is in positions and entries: `2026-01-02T03:04:05.678Z`.
#[must_use]
pub fn received_time(at: OffsetDateTime) -> String {
    format(at, TIME)
}

/// Returns the range key of an event's own entry. In descending order it is before the entries of its attempts.
#[must_use]
pub fn event_position(received: &str, request_id: &str) -> String {
    format!("{received}#{request_id}#event")
}

/// Returns the range key of an attempt's entry. `at` is the time of its end, formatted by [`received_time`].
#[must_use]
pub fn attempt_position(received: &str, request_id: &str, at: &str, destination: &str) -> String {
    format!("{received}#{request_id}#attempt#{at}#{destination}")
}

/// Formats a time in UTC. Years after 9999 and before 0, which have other digits, do not occur.
pub(crate) fn format(at: OffsetDateTime, description: &[BorrowedFormatItem<'_>]) -> String {
    at.to_offset(UtcOffset::UTC).format(description).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_sort_by_time_and_an_event_is_after_its_attempts() {
        let at = |milliseconds: i128| {
            received_time(OffsetDateTime::from_unix_timestamp_nanos(milliseconds * 1_000_000).unwrap())
        };
        let (first, second) = (at(1_767_323_045_000), at(1_767_323_045_070));
        assert_eq!(first, "2026-01-02T03:04:05.000Z");
        let event = event_position(&first, "r");
        let mut positions = [
            event.clone(),
            attempt_position(&first, "r", &second, "orders"),
            attempt_position(&first, "r", &first, "orders"),
            event_position(&second, "a"),
        ];
        positions.sort();
        assert_eq!(positions[2..], [event, event_position(&second, "a")]);
        assert!(positions[0] < positions[1] && positions[1].ends_with("2026-01-02T03:04:05.070Z#orders"));
    }

    #[test]
    fn other_offsets_are_converted() {
        let at = OffsetDateTime::from_unix_timestamp(1_767_323_045).unwrap();
        let other = at.to_offset(UtcOffset::from_hms(5, 30, 0).unwrap());
        assert_eq!(received_time(other), received_time(at));
        assert_eq!(event_key("github", "1/2"), "github/1/2");
    }
}
