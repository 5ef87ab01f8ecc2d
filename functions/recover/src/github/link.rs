//! The header `Link`, which names the next page.
//!
//! <https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api#using-link-headers>

use http::HeaderMap;
use http::header::LINK;
use url::Url;

/// The longest accepted cursor. GitHub's have about 25 characters.
const MAX_CURSOR_BYTES: usize = 512;

/// Returns the cursor of the next page. Only this parameter of the link is used: a link to another host must not get the
/// credential.
pub(super) fn next_cursor(headers: &HeaderMap) -> Option<String> {
    let links = headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok()).flat_map(links);
    let next = links.filter(|(_, parameters)| is_next(parameters)).find_map(|(url, _)| cursor(url));
    next.filter(|cursor| !cursor.is_empty() && cursor.len() <= MAX_CURSOR_BYTES)
}

/// Splits `<url>; rel="next", <url>; rel="first"` into URLs and their parameters.
fn links(value: &str) -> impl Iterator<Item = (&str, &str)> {
    value.split('<').skip(1).filter_map(|link| link.split_once('>'))
}

/// Whether the parameters contain `rel="next"`.
fn is_next(parameters: &str) -> bool {
    let parameter = |parameter: &str| {
        let (name, value) = parameter.split_once('=')?;
        let relations = value.trim().trim_end_matches(',').trim().trim_matches('"');
        let is_next = relations.split_ascii_whitespace().any(|relation| relation.eq_ignore_ascii_case("next"));
        (name.trim().eq_ignore_ascii_case("rel") && is_next).then_some(())
    };
    parameters.split(';').find_map(parameter).is_some()
}

fn cursor(url: &str) -> Option<String> {
    // The link may be relative.
    let base = Url::parse("https://link.invalid/").ok()?;
    let url = base.join(url).ok()?;
    url.query_pairs().find(|(name, _)| name == "cursor").map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(values: &[&str], expected: Option<&str>) {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(LINK, value.parse().unwrap());
        }
        assert_eq!(next_cursor(&headers).as_deref(), expected, "{values:?}");
    }

    #[test]
    fn cursor_of_the_next_page_is_the_only_part_that_is_used() {
        let next = "<https://api.github.com/app/hook/deliveries?per_page=100&cursor=v1_17323292984>; rel=\"next\"";
        let first = "<https://api.github.com/app/hook/deliveries?per_page=100>; rel=\"first\"";
        case(&[next], Some("v1_17323292984"));
        case(&[&format!("{first}, {next}")], Some("v1_17323292984"));
        case(&[&format!("{next},{first}")], Some("v1_17323292984"));
        case(&[first, next], Some("v1_17323292984"));
        case(&["<https://evil.example/?cursor=a%26per_page%3D1>; rel=next"], Some("a&per_page=1"));
        case(&["</app/hook/deliveries?cursor=v1_2>; title=\"x\"; REL=\"last next\""], Some("v1_2"));
    }

    #[test]
    fn link_without_a_cursor_of_the_next_page_ends_the_list() {
        case(&[], None);
        case(&["<https://api.github.com/x?cursor=v1_1>; rel=\"prev\""], None);
        case(&["<https://api.github.com/x?page=2>; rel=\"next\""], None);
        case(&["<https://api.github.com/x?cursor=>; rel=\"next\""], None);
        case(&[&format!("<https://api.github.com/x?cursor={}>; rel=\"next\"", "1".repeat(513))], None);
        for malformed in ["", "next", "<", ">", "<>; rel=next", "<https://[>; rel=next", "<a?cursor=1; rel=next"] {
            case(&[malformed], None);
        }
    }
}
