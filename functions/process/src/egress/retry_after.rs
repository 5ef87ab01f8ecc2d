use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// Parses a `Retry-After` header into seconds: a number, or a date in the future. All other values, including negative
/// numbers and past dates, return `None`.
///
/// <https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3>
#[must_use]
pub(crate) fn retry_after(value: &str, now: OffsetDateTime) -> Option<u32> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(value.parse().unwrap_or(u32::MAX));
    }
    // An IMF-fixdate has the format of RFC 2822 with the obsolete zone name `GMT`.
    let date = OffsetDateTime::parse(&value.replace("GMT", "+0000"), &Rfc2822).ok()?;
    let seconds = (date - now).whole_seconds();
    (seconds > 0).then(|| seconds.try_into().unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(value: &str, expected: Option<u32>) {
        let now = OffsetDateTime::from_unix_timestamp(784_111_777).unwrap(); // Sun, 06 Nov 1994 08:49:37 GMT
        assert_eq!(retry_after(value, now), expected, "{value:?}");
    }

    #[test]
    fn parses_numbers_and_future_dates() {
        case("120", Some(120));
        case(" 0 ", Some(0));
        case("99999999999999999999", Some(u32::MAX));
        case("Sun, 06 Nov 1994 08:50:37 GMT", Some(60));
        case("Sun, 06 Nov 1994 08:49:37 GMT", None);
        case("Sun, 06 Nov 1993 08:49:37 GMT", None);
        case("-1", None);
        case("+5", None);
        case("1.5", None);
        case("soon", None);
        case("", None);
        case("\u{661}\u{662}", None);
    }
}
