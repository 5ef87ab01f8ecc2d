//! Payloads of the type `application/x-www-form-urlencoded` (<https://url.spec.whatwg.org/#urlencoded-parsing>). The
//! fields are read from the bytes each time, so that a form needs no memory of its own.

use percent_encoding::percent_decode_str;

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
    for (index, part) in text.split('+').enumerate() {
        if index > 0 {
            decoded.push(b' ');
        }
        decoded.extend(percent_decode_str(part));
    }
    String::from_utf8(decoded)
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
