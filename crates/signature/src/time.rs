//! Checks of a signature's time. The tolerance is inclusive.

use crate::VerifyError;

/// Maximum number of digits of a time in seconds. A longer number has another unit or is invalid.
const MAX_DIGITS: usize = 11;

/// Parses seconds since 1970, which must consist of ASCII digits only. `location` is for errors.
pub(crate) fn parse_seconds(location: &str, text: &str) -> Result<i64, VerifyError> {
    if text.is_empty() {
        return Err(VerifyError::MissingTimestamp { location: location.to_owned() });
    }
    let digits = text.len() <= MAX_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
    let parsed = if digits { text.parse().ok() } else { None };
    parsed.ok_or_else(|| VerifyError::MalformedTimestamp { location: location.to_owned() })
}

/// The maximum difference in seconds between the clocks of a sender and of Hookline. A retry repeats a time of the past,
/// so a longer tolerance does not apply to the future.
const MAX_CLOCK_SKEW: u32 = 300;

/// Rejects a time that is more than `tolerance` seconds before `now_ms`, or further after it than the clocks may differ.
/// The times are milliseconds, which some senders sign.
pub(crate) fn check_milliseconds(at_ms: i64, now_ms: i64, tolerance: u32) -> Result<(), VerifyError> {
    let (age_ms, skew) = (now_ms.saturating_sub(at_ms), tolerance.min(MAX_CLOCK_SKEW));
    let seconds = age_ms.unsigned_abs().div_ceil(1000);
    match age_ms {
        age if age > i64::from(tolerance) * 1000 => Err(VerifyError::TimestampTooOld { seconds, tolerance }),
        age if age < -i64::from(skew) * 1000 => Err(VerifyError::TimestampTooNew { seconds, tolerance: skew }),
        _ => Ok(()),
    }
}

/// Rejects a time in seconds in the same way.
pub(crate) fn check_seconds(at: i64, now: i64, tolerance: u32) -> Result<(), VerifyError> {
    check_milliseconds(at.saturating_mul(1000), now.saturating_mul(1000), tolerance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(text: &str, expected: Option<i64>) {
        assert_eq!(parse_seconds("t", text).ok(), expected, "{text:?}");
    }

    #[test]
    fn accepts_only_ascii_digits() {
        case("1614265330", Some(1_614_265_330));
        case("0", Some(0));
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
            "9223372036854775807",
            "-9223372036854775808",
            "hello",
        ] {
            case(text, None);
        }
    }

    #[test]
    fn tolerance_is_inclusive_in_both_directions() {
        let verdict = |at: i64, now: i64| check_seconds(at, now, 300).map_err(|error| error.reason());
        assert_eq!(verdict(1000, 1300), Ok(()));
        assert_eq!(verdict(1000, 1301), Err("timestamp_too_old"));
        assert_eq!(verdict(1300, 1000), Ok(()));
        assert_eq!(verdict(1301, 1000), Err("timestamp_too_new"));
        assert_eq!(
            check_milliseconds(1_000_000, 1_300_001, 300).map_err(|error| error.reason()),
            Err("timestamp_too_old")
        );
        let hours = |at: i64, now: i64| check_seconds(at, now, 28_800).map_err(|error| error.reason());
        assert_eq!(hours(0, 28_800), Ok(()));
        assert_eq!(hours(0, 28_801), Err("timestamp_too_old"));
        assert_eq!(hours(300, 0), Ok(()));
        assert_eq!(hours(301, 0), Err("timestamp_too_new"), "a retry does not repeat a time of the future");
        assert_eq!(verdict(i64::MIN, i64::MAX), Err("timestamp_too_old"));
        assert_eq!(verdict(i64::MAX, i64::MIN), Err("timestamp_too_new"));
    }
}
