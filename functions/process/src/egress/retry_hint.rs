//! The wait that a receiver requests in the headers of a response.

use http::HeaderMap;
use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};

/// Parses a header's value into seconds.
type Parser = fn(&str, OffsetDateTime) -> Option<u32>;

/// The headers with a wait, in the order of preference.
const HINTS: [(&str, Parser); 4] = [
    // https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
    ("retry-after", retry_after),
    // https://docs.discord.com/developers/topics/rate-limits#header-format-rate-limit-header-examples
    ("x-ratelimit-reset-after", |value, _| longest(value, seconds)),
    // Drafts up to 07 of https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
    ("ratelimit-reset", reset),
    ("ratelimit", rate_limit),
];

/// A `RateLimit-Reset` of at least this number is a time in seconds since 1970. As a wait it would be 31 years.
const MIN_UNIX_TIME: u32 = 1_000_000_000;

/// Returns the requested wait in seconds. Of several values of a header, the longest wait counts: a retry that is too
/// early is rejected again, and the queue limits a wait that is too long.
pub(super) fn retry_hint(headers: &HeaderMap, now: OffsetDateTime) -> Option<u32> {
    HINTS.iter().find_map(|(name, parse)| {
        headers.get_all(*name).iter().filter_map(|value| parse(value.to_str().ok()?, now)).max()
    })
}

/// Parses numbers of seconds, and dates in the future.
fn retry_after(value: &str, now: OffsetDateTime) -> Option<u32> {
    // A comma separates values and is also a part of most dates.
    let parts: Vec<_> = value.split(',').map(str::trim).collect();
    let pairs = parts.windows(2).map(|pair| pair.join(", "));
    let dates = pairs.chain(parts.iter().map(|part| (*part).to_owned())).filter_map(|text| date(&text, now));
    dates.chain(longest(value, seconds)).max()
}

/// Returns the longest wait of a list.
fn longest(value: &str, parse: impl Fn(&str) -> Option<u32>) -> Option<u32> {
    value.split(',').filter_map(parse).max()
}

/// Parses a number of seconds. A fraction is rounded up.
fn seconds(value: &str) -> Option<u32> {
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    if whole.len() + fraction.len() == 0 || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let whole = if whole.is_empty() { 0 } else { whole.parse().unwrap_or(u32::MAX) };
    Some(whole.saturating_add(u32::from(fraction.bytes().any(|digit| digit != b'0'))))
}

/// Parses a date in one of the three formats of HTTP (<https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7>), or in the
/// formats of RFC 2822 and RFC 3339, which some receivers write. Returns `None` for a date that is not in the future.
fn date(value: &str, now: OffsetDateTime) -> Option<u32> {
    let http = httpdate::parse_http_date(value).ok().map(OffsetDateTime::from);
    let other = || OffsetDateTime::parse(value, &Rfc2822).or_else(|_| OffsetDateTime::parse(value, &Rfc3339)).ok();
    let wait = http.or_else(other)? - now;
    // The date usually has no fraction of a second, but the current time has one.
    let seconds = wait.whole_seconds() + i64::from(wait.subsec_nanoseconds() > 0);
    wait.is_positive().then(|| seconds.try_into().unwrap_or(u32::MAX))
}

/// Parses the seconds until a quota is restored, or the time at which it is restored.
fn reset(value: &str, now: OffsetDateTime) -> Option<u32> {
    let wait = |number: u32| match number {
        MIN_UNIX_TIME.. => {
            let wait = i64::from(number) - now.unix_timestamp();
            u32::try_from(wait).ok().filter(|wait| *wait > 0)
        }
        _ => Some(number),
    };
    longest(value, |part| seconds(part).and_then(wait))
}

/// Parses `"default";r=0;t=30` and `limit=100, remaining=0, reset=30`. A quota with a remainder does not require a wait,
/// unless no quota is exhausted.
fn rate_limit(value: &str, now: OffsetDateTime) -> Option<u32> {
    let parameter = |item: &str, name: &str| {
        let parameters = item.split([';', ',']).filter_map(|part| part.trim().split_once('='));
        parameters.filter(|(other, _)| other.trim() == name).map(|(_, value)| value.trim().to_owned()).next()
    };
    if let Some(wait) = parameter(value, "reset") {
        return reset(&wait, now);
    }
    let wait = |item: &str| parameter(item, "t").and_then(|wait| seconds(&wait));
    let is_exhausted = |item: &&str| parameter(item, "r").as_deref() == Some("0");
    let exhausted = value.split(',').filter(is_exhausted).filter_map(wait).max();
    exhausted.or_else(|| longest(value, wait))
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    #[track_caller]
    fn case(headers: &[(&'static str, &str)], expected: Option<u32>) {
        let now = OffsetDateTime::from_unix_timestamp(784_111_777).unwrap(); // Sun, 06 Nov 1994 08:49:37 GMT
        let header = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap())
        };
        let mut map = HeaderMap::new();
        headers.iter().map(header).for_each(|(name, value)| {
            map.append(name, value);
        });
        assert_eq!(retry_hint(&map, now), expected, "{headers:?}");
    }

    #[test]
    fn retry_after_has_seconds_or_a_future_date() {
        let retry_after = |value, expected| case(&[("retry-after", value)], expected);
        retry_after("120", Some(120));
        retry_after(" 0 ", Some(0));
        retry_after("99999999999999999999", Some(u32::MAX));
        retry_after("1.5", Some(2));
        retry_after("64.57", Some(65));
        retry_after("64.00", Some(64));
        retry_after(".2", Some(1));
        retry_after("7.", Some(7));
        retry_after("99999999999999999999.5", Some(u32::MAX));
        retry_after("2814, 2", Some(2814));
        retry_after("2,2814", Some(2814));
        retry_after("soon, 2", Some(2));
        retry_after("Sun, 06 Nov 1994 08:50:37 GMT", Some(60));
        retry_after("Sunday, 06-Nov-94 08:50:37 GMT", Some(60));
        retry_after("Sun Nov  6 08:50:37 1994", Some(60));
        retry_after("2, Sun, 06 Nov 1994 08:50:37 GMT", Some(60));
        retry_after("Sun, 06 Nov 1994 08:50:37 GMT, 2", Some(60));
        retry_after("Sun, 06 Nov 1994 08:50:37 +0000", Some(60));
        retry_after("Sun, 06 Nov 1994 09:50:37 +0100", Some(60));
        retry_after("1994-11-06T08:50:37Z", Some(60));
        retry_after("1994-11-06T08:50:37.5Z", Some(61));
        retry_after("1994-11-06T09:50:37+01:00", Some(60));
        retry_after("-1, 30", Some(30));
        retry_after("007", Some(7));
        retry_after("0.0", Some(0));
        retry_after("0.001", Some(1));
        for value in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sat, 06 Nov 1993 08:49:37 GMT",
            "1994-11-06T08:49:37Z",
            "1994-11-06",
            "-1",
            "-0.5",
            "+5",
            "1.5.2",
            "1e3",
            ".",
            "soon",
            "",
            "\u{661}\u{662}",
        ] {
            retry_after(value, None);
        }
    }

    #[test]
    fn other_headers_count_without_retry_after() {
        case(&[("x-ratelimit-reset-after", "1.939")], Some(2));
        case(&[("ratelimit-reset", "30")], Some(30));
        case(&[("ratelimit-reset", "1000000060")], Some(1_000_000_060 - 784_111_777));
        case(&[("ratelimit", "\"default\";r=0;t=30")], Some(30));
        case(&[("ratelimit", "\"a\";r=5;t=90, \"b\"; r=0; t=30")], Some(30));
        case(&[("ratelimit", "\"a\";r=5;t=90,\"b\";t=30")], Some(90));
        case(&[("ratelimit", "limit=100, remaining=0, reset=50")], Some(50));
        case(&[("ratelimit", "\"default\";r=0")], None);
        case(&[("ratelimit", "\"default\"; r=0; t=30.5")], Some(31));
        case(&[("ratelimit", "default;r=0;t=-30")], None);
        case(&[("ratelimit", "r=0;t=99999999999")], Some(u32::MAX));
        case(&[("ratelimit", "\"a\";r=0;t=30"), ("ratelimit", "\"b\";r=0;t=40")], Some(40));
        case(&[("ratelimit-reset", "-5")], None);
        case(&[("ratelimit-reset", "30, 50")], Some(50));
        case(&[("ratelimit-reset", "0.4")], Some(1));
        case(&[("ratelimit-reset", "784111700")], Some(784_111_700));
        case(&[("x-ratelimit-reset-after", "2814, 2")], Some(2814));
        case(&[("x-ratelimit-reset-after", "-1"), ("ratelimit-reset", "30")], Some(30));
        case(&[("x-ratelimit-reset-after", "64.57"), ("ratelimit-reset", "30")], Some(65));
        case(&[("ratelimit-reset", "50"), ("retry-after", "20")], Some(20));
        case(&[("ratelimit-reset", "50"), ("retry-after", "soon")], Some(50));
        case(&[("retry-after", "5"), ("retry-after", "20")], Some(20));
        case(&[("x-ratelimit-reset", "50")], None);
        case(&[], None);
    }
}
