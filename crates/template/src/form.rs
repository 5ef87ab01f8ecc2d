//! The fields of a form: URL-encoded or multipart.

use std::borrow::Cow;

use crate::ReadError;

/// The maximum number of fields of a form that is read before it is verified.
const MAX_FIELDS: usize = 1000;

/// A field of a form.
pub type Field<'a> = (Cow<'a, str>, Cow<'a, str>);

/// Returns whether a content type is that of forms. It can have parameters or be repeated: an HTTP API joins the values of a
/// repeated header with commas.
#[must_use]
pub fn is_form(content_type: &str) -> bool {
    let media_type = content_type.split([';', ',']).next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Reads the fields of a form in their order. A body without a content type counts as URL-encoded.
///
/// # Errors
///
/// [`ReadError::UnreadableBody`] if the body is no form or has too many fields.
pub fn fields<'a>(content_type: Option<&str>, body: &'a [u8]) -> Result<Vec<Field<'a>>, ReadError> {
    let unreadable = |problem| ReadError::UnreadableBody { problem };
    let fields: Vec<_> = match content_type {
        Some(value) if value.trim_start().to_ascii_lowercase().starts_with("multipart/form-data") => {
            let boundary = boundary(value).ok_or_else(|| unreadable("the form has no boundary"))?;
            multipart(body, boundary).take(MAX_FIELDS + 1).collect()
        }
        Some(value) if !is_form(value) => return Err(unreadable("the body is not declared as a form")),
        _ => form_urlencoded::parse(body).take(MAX_FIELDS + 1).collect(),
    };
    if fields.len() > MAX_FIELDS { Err(unreadable("the form has too many fields")) } else { Ok(fields) }
}

fn boundary(content_type: &str) -> Option<&str> {
    let (_, rest) = content_type.split_once("boundary=")?;
    let quoted = rest.strip_prefix('"').and_then(|rest| rest.split('"').next());
    quoted.or_else(|| rest.split([';', ',']).next().map(str::trim)).filter(|boundary| !boundary.is_empty())
}

/// Reads the parts of a multipart body ([RFC 7578](https://www.rfc-editor.org/rfc/rfc7578)).
fn multipart<'a>(body: &'a [u8], boundary: &str) -> impl Iterator<Item = Field<'a>> {
    let delimiter = format!("--{boundary}");
    let body = String::from_utf8_lossy(body);
    let parts = body.split(delimiter.as_str()).skip(1).take_while(|part| !part.starts_with("--")).take(MAX_FIELDS + 1);
    let fields: Vec<_> = parts.filter_map(part).collect();
    fields.into_iter()
}

fn part<'a>(text: &str) -> Option<Field<'a>> {
    let (head, value) = text.split_once("\r\n\r\n")?;
    let (_, rest) = head.split_once(" name=\"").or_else(|| head.split_once(";name=\""))?;
    let name = rest.split('"').next()?;
    let value = value.strip_suffix("\r\n").unwrap_or(value);
    Some((Cow::Owned(name.to_owned()), Cow::Owned(value.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(content_type: Option<&str>, body: &str, expected: &[(&str, &str)]) {
        let fields = fields(content_type, body.as_bytes()).unwrap();
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect();
        assert_eq!(fields, expected);
    }

    #[test]
    fn fields_of_both_forms_are_read() {
        case(None, "a=b+c&d=%2B", &[("a", "b c"), ("d", "+")]);
        case(Some("application/x-www-form-urlencoded; charset=utf-8"), "a=&a=1", &[("a", ""), ("a", "1")]);
        let multipart = "--X\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n{\"a\":1}\r\n--X\r\n\
                         Content-Disposition: form-data; name=\"b\"; filename=\"f\"\r\nContent-Type: text/plain\r\n\r\nc\r\n--X--\r\n";
        for content_type in ["multipart/form-data; boundary=X", "Multipart/Form-Data; boundary=\"X\"; charset=utf-8"] {
            case(Some(content_type), multipart, &[("json", "{\"a\":1}"), ("b", "c")]);
        }
    }

    #[test]
    fn number_of_fields_is_limited() {
        for (content_type, body) in
            [(None, "a&".repeat(1001)), (Some("multipart/form-data; boundary=X"), "--X name=\"\"\r\n\r\n".repeat(1001))]
        {
            assert!(matches!(fields(content_type, body.as_bytes()), Err(ReadError::UnreadableBody { .. })));
        }
        assert!(fields(Some("multipart/form-data"), b"").is_err());
        assert!(fields(Some("application/json"), b"{}").is_err());
    }
}
