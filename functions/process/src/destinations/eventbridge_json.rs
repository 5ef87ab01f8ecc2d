//! Checks that EventBridge accepts a JSON text as a part of a detail. EventBridge reads the numbers and the texts, and
//! rejects the whole entry if it cannot read one of them.

use super::limits;
use crate::payload::{string, string_end};

/// The levels of the detail around the payload.
const OUTER_LEVELS: usize = 1;

/// Whether EventBridge accepts a text that is JSON.
pub(super) fn is_accepted(json: &str) -> bool {
    let mut rest = json;
    let mut level = OUTER_LEVELS;
    while let Some(first) = rest.as_bytes().first() {
        let length = match first {
            b'"' => {
                let length = string_end(rest.as_bytes(), 0);
                if rest.get(..length).and_then(string).is_none() {
                    return false;
                }
                length
            }
            b'-' | b'0'..=b'9' => {
                let is_part = |byte: u8| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
                let length = rest.bytes().take_while(|byte| is_part(*byte)).count();
                if !rest.get(..length).is_some_and(is_accepted_number) {
                    return false;
                }
                length
            }
            b'{' | b'[' => {
                level += 1;
                if level > limits::EVENTBRIDGE_LEVELS {
                    return false;
                }
                1
            }
            b'}' | b']' => {
                level = level.saturating_sub(1);
                1
            }
            _ => 1,
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    true
}

/// Integers have 64 bits with a sign. Other numbers have the range of a double.
fn is_accepted_number(number: &str) -> bool {
    if number.contains(['.', 'e', 'E']) {
        number.parse::<f64>().is_ok_and(f64::is_finite)
    } else {
        number.parse::<i64>().is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_texts_and_levels_are_checked() {
        for json in ["-0", "9223372036854775807", "1.5e300", r#""\\""#, r#"["a\"", 1]"#, "true", "1e19"] {
            assert!(is_accepted(json), "{json}");
        }
        for json in ["9223372036854775808", "[1, -9223372036854775809]", "1e400", r#""\ud800""#, r#"{"\\\udc00":1}"#] {
            assert!(!is_accepted(json), "{json}");
        }
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(is_accepted(&nested(limits::EVENTBRIDGE_LEVELS - OUTER_LEVELS)));
        assert!(!is_accepted(&nested(limits::EVENTBRIDGE_LEVELS)));
    }
}
