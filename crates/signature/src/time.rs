//! The time of a signature. The tolerance is inclusive.

use ::time::format_description::well_known::{Iso8601, Rfc2822, Rfc3339};
use ::time::{OffsetDateTime, PrimitiveDateTime};

use crate::VerifyError;
use crate::description::TimeUnit;

/// Maximum number of digits of a time in seconds. A longer number has another unit or is invalid.
const MAX_DIGITS: usize = 11;

/// Parses a time into milliseconds since 1970. `location` is for errors.
pub(crate) fn parse(unit: TimeUnit, location: &str, text: &str) -> Result<i64, VerifyError> {
    if text.is_empty() {
        return Err(VerifyError::MissingTimestamp { location: location.to_owned() });
    }
    let seconds = || digits(text, MAX_DIGITS).map(|seconds| seconds.saturating_mul(1000));
    let milliseconds = || digits(text, MAX_DIGITS + 3);
    let instant = |time: OffsetDateTime| i64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok();
    let parsed = match unit {
        TimeUnit::Seconds => seconds(),
        TimeUnit::Milliseconds => milliseconds(),
        TimeUnit::Either => seconds().or_else(milliseconds),
        TimeUnit::Iso8601 => OffsetDateTime::parse(text, &Rfc3339)
            .or_else(|_| PrimitiveDateTime::parse(text, &Iso8601::DEFAULT).map(PrimitiveDateTime::assume_utc))
            .ok()
            .and_then(instant),
        TimeUnit::Rfc1123 => OffsetDateTime::parse(text, &Rfc2822).ok().and_then(instant),
    };
    parsed.ok_or_else(|| VerifyError::MalformedTimestamp { location: location.to_owned() })
}

/// Formats a time in seconds since 1970 as the sender does.
pub(crate) fn format(unit: TimeUnit, seconds: i64) -> String {
    let formatted = || {
        let time = OffsetDateTime::from_unix_timestamp(seconds).ok()?;
        match unit {
            TimeUnit::Rfc1123 => time.format(&Rfc2822).ok().map(|text| text.replace("+0000", "GMT")),
            _ => time.format(&Rfc3339).ok(),
        }
    };
    match unit {
        TimeUnit::Seconds | TimeUnit::Either => seconds.to_string(),
        TimeUnit::Milliseconds => seconds.saturating_mul(1000).to_string(),
        TimeUnit::Iso8601 | TimeUnit::Rfc1123 => formatted().unwrap_or_default(),
    }
}

/// Parses a number that consists of ASCII digits only, without leading zeros: a zero at the end of the value before it in the
/// signed text could be moved into it.
fn digits(text: &str, max: usize) -> Option<i64> {
    let has_one_form = text.len() <= max && (text == "0" || !text.starts_with('0'));
    let is_number = has_one_form && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

/// The maximum difference in seconds between the clocks of a sender and of Hookline. A retry repeats a time of the past,
/// so a longer tolerance does not apply to the future.
const MAX_CLOCK_SKEW: u32 = 300;

/// Rejects a time that is more than `tolerance` seconds before `now_ms`, or further after it than the clocks may differ.
/// The times are milliseconds, which some senders sign.
pub(crate) fn check(at_ms: i64, now_ms: i64, tolerance: u32) -> Result<(), VerifyError> {
    let (age_ms, skew) = (now_ms.saturating_sub(at_ms), tolerance.min(MAX_CLOCK_SKEW));
    let seconds = age_ms.unsigned_abs().div_ceil(1000);
    match age_ms {
        age if age > i64::from(tolerance) * 1000 => Err(VerifyError::TimestampTooOld { seconds, tolerance }),
        age if age < -i64::from(skew) * 1000 => Err(VerifyError::TimestampTooNew { seconds, tolerance: skew }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(unit: TimeUnit, text: &str, expected: Option<i64>) {
        assert_eq!(parse(unit, "t", text).ok(), expected, "{text:?}");
    }

    #[test]
    fn accepts_only_ascii_digits() {
        case(TimeUnit::Seconds, "1614265330", Some(1_614_265_330_000));
        case(TimeUnit::Seconds, "0", Some(0));
        for text in [
            "",
            " ",
            "-1",
            "+1",
            "1e9",
            "12_3",
            " 1614265330",
            "1614265330 ",
            "1614265330.0",
            "0x5f",
            "\u{661}\u{662}\u{663}",
            "1614265330000",
            "01614265330",
            "9223372036854775807",
            "-9223372036854775808",
            "hello",
        ] {
            case(TimeUnit::Seconds, text, None);
        }
        case(TimeUnit::Milliseconds, "1614265330123", Some(1_614_265_330_123));
        case(TimeUnit::Either, "1614265330123", Some(1_614_265_330_123));
        case(TimeUnit::Either, "1614265330", Some(1_614_265_330_000));
        case(TimeUnit::Either, "99999999999999999", None);
    }

    #[test]
    fn dates_have_an_offset_or_are_utc() {
        for text in
            ["2021-02-25T15:02:10Z", "2021-02-25T08:02:10-07:00", "2021-02-25T15:02:10", "2021-02-25T15:02:10.000Z"]
        {
            case(TimeUnit::Iso8601, text, Some(1_614_265_330_000));
        }
        case(TimeUnit::Rfc1123, "Thu, 25 Feb 2021 15:02:10 GMT", Some(1_614_265_330_000));
        for text in ["2021-02-25", "25 Feb", "1614265330", "2021-02-30T15:02:10Z"] {
            case(TimeUnit::Iso8601, text, None);
            case(TimeUnit::Rfc1123, text, None);
        }
    }

    #[test]
    fn formatted_time_is_read_back() {
        for unit in [TimeUnit::Seconds, TimeUnit::Milliseconds, TimeUnit::Either, TimeUnit::Iso8601, TimeUnit::Rfc1123]
        {
            case(unit, &format(unit, 1_614_265_330), Some(1_614_265_330_000));
        }
    }

    #[test]
    fn tolerance_is_inclusive_in_both_directions() {
        let verdict = |at: i64, now: i64| {
            check(at.saturating_mul(1000), now.saturating_mul(1000), 300).map_err(|error| error.reason())
        };
        assert_eq!(verdict(1000, 1300), Ok(()));
        assert_eq!(verdict(1000, 1301), Err("timestamp_too_old"));
        assert_eq!(verdict(1300, 1000), Ok(()));
        assert_eq!(verdict(1301, 1000), Err("timestamp_too_new"));
        assert_eq!(check(1_000_000, 1_300_001, 300).map_err(|error| error.reason()), Err("timestamp_too_old"));
        let hours = |at: i64, now: i64| check(at * 1000, now * 1000, 28_800).map_err(|error| error.reason());
        assert_eq!(hours(0, 28_800), Ok(()));
        assert_eq!(hours(0, 28_801), Err("timestamp_too_old"));
        assert_eq!(hours(300, 0), Ok(()));
        assert_eq!(hours(301, 0), Err("timestamp_too_new"), "a retry does not repeat a time of the future");
        assert_eq!(verdict(i64::MIN, i64::MAX), Err("timestamp_too_old"));
        assert_eq!(verdict(i64::MAX, i64::MIN), Err("timestamp_too_new"));
    }
}
