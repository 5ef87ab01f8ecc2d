//! Payloads of the type `application/x-www-form-urlencoded` (<https://url.spec.whatwg.org/#urlencoded-parsing>). The
//! fields are read from the bytes each time, so that a form needs no memory of its own.

/// A name or a value that was decoded. An error means that the bytes are not UTF-8.
type Decoded = Result<String, std::string::FromUtf8Error>;

/// Returns the encoded names and values in their order.
pub(super) fn fields(form: &str) -> impl Iterator<Item = (&str, &str)> {
    let fields = form.trim_end_matches(['\r', '\n']).split('&').filter(|field| !field.is_empty());
    fields.map(|field| field.split_once('=').unwrap_or((field, "")))
}

/// Returns the encoded value of a field. The last field with the name counts, as the last member of a JSON object does.
pub(super) fn last_value<'f>(form: &'f str, name: &str) -> Option<&'f str> {
    let is_named = |encoded: &str| match encoded.contains(['%', '+']) {
        true => decode(encoded).as_deref() == Ok(name),
        false => encoded == name,
    };
    fields(form).filter(|(encoded, _)| is_named(encoded)).map(|(_, value)| value).last()
}

/// Decodes a name or a value. A percent sign without two hex digits stands for itself.
pub(super) fn decode(text: &str) -> Decoded {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'+', _) => decoded.push(b' '),
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                decoded.push(hex_digit(*high) << 4 | hex_digit(*low));
                rest = after;
            }
            (byte, _) => decoded.push(*byte),
        }
    }
    String::from_utf8(decoded)
}

fn hex_digit(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20).wrapping_sub(b'a').wrapping_add(10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_decoded() {
        let value = |form, name| last_value(form, name).map(|value| decode(value).unwrap());
        let form = "a=1&b+c=%2Fdeploy&a=2%2b2+%C3%A9&&empty&%=100%&x=%zz\r\n";
        assert_eq!(value(form, "a").as_deref(), Some("2+2 \u{e9}"));
        assert_eq!(value(form, "b c").as_deref(), Some("/deploy"));
        assert_eq!(value(form, "empty").as_deref(), Some(""));
        assert_eq!(value(form, "%").as_deref(), Some("100%"));
        assert_eq!(value(form, "x").as_deref(), Some("%zz"));
        assert_eq!(value(form, "nothing"), None);
        assert_eq!(fields("").count(), 0);
        assert!(decode("%FF").is_err());
    }
}
