//! Checks that EventBridge accepts a JSON text as a part of a detail. EventBridge reads the numbers and the texts, and
//! rejects the whole entry if it cannot read one of them.

use super::limits;

/// The levels of the detail around the payload.
const OUTER_LEVELS: usize = 1;

/// Whether EventBridge accepts a text that is JSON.
pub(super) fn is_accepted(json: &str) -> bool {
    let mut rest = json;
    let mut level = OUTER_LEVELS;
    while let Some(first) = rest.as_bytes().first() {
        let length = match first {
            b'"' => {
                let length = string_length(rest);
                if !rest.get(..length).is_some_and(is_unicode) {
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

/// Whether the escape sequences of a string are Unicode text, without half of a surrogate pair.
fn is_unicode(string: &str) -> bool {
    !string.contains('\\') || serde_json::from_str::<String>(string).is_ok()
}

/// Returns the length of the string at the beginning of the text.
fn string_length(text: &str) -> usize {
    let mut is_escaped = true;
    let end = text.bytes().position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        // The first quote begins the string.
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(text.len(), |end| end + 1)
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
