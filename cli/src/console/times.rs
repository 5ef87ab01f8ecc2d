//! Times as pages show them.

use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::StaticFormatDescription;
use time::macros::format_description;

use crate::duration;

const TIME: StaticFormatDescription = format_description!("[year]-[month]-[day] [hour]:[minute]:[second] UTC");
const MACHINE: StaticFormatDescription = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");

/// A time with its distance from now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Shown {
    /// For readers, in UTC.
    text: String,
    /// For the attribute `datetime`.
    machine: String,
    /// `5 min ago` or `in 5 min`.
    distance: String,
}

impl Shown {
    /// Returns a time in milliseconds since 1970.
    pub(super) fn milliseconds(at: i64, now: i64) -> Self {
        let distance = duration::formatted(at.abs_diff(now) / 1000);
        let distance = if at > now { format!("in {distance}") } else { format!("{distance} ago") };
        let at = OffsetDateTime::from_unix_timestamp(at.div_euclid(1000)).ok();
        let format = |description| at.and_then(|at| at.format(description).ok()).unwrap_or_default();
        Self { text: format(TIME), machine: format(MACHINE), distance }
    }

    /// Returns the time for readers.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Returns a time in seconds since 1970.
    pub(super) fn seconds(at: i64, now_ms: i64) -> Self {
        Self::milliseconds(at.saturating_mul(1000), now_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_has_its_distance() {
        let now = 1_767_323_045_678;
        let shown = Shown::milliseconds(now - 300_000, now);
        assert_eq!((shown.text.as_str(), shown.distance.as_str()), ("2026-01-02 02:59:05 UTC", "5 min ago"));
        assert_eq!(Shown::seconds(1_767_323_105, now).distance, "in 59 s");
    }
}
