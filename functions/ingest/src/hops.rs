use hookline_event::HOPS_HEADER;
use hookline_signature::Headers;

/// The highest hop count that is recorded. A caller chooses the header, and process stops far fewer hops.
const MAX_HOPS: u32 = 1000;

/// Returns the hop count of a request: 0 without the header. Several values count as the highest, and a value that is not
/// a number as none.
pub(crate) fn hops(headers: &Headers) -> u32 {
    let values = headers.all(HOPS_HEADER).flat_map(|value| value.split(',')).map(str::trim);
    let numbers = values.filter(|value| !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()));
    // A number that is too large for the type is a high count too.
    numbers.map(|number| number.parse().unwrap_or(MAX_HOPS).min(MAX_HOPS)).max().unwrap_or_default()
}
