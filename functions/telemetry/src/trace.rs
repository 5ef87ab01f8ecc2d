/// The [W3C form](https://www.w3.org/TR/trace-context/#traceparent-header) of an
/// [X-Ray trace header](https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader):
/// `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`.
///
/// `None` for whatever has no well-formed root and parent.
#[must_use]
pub fn traceparent(xray: &str) -> Option<String> {
    let field = |name: &str| xray.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
    let (epoch, unique) = field("Root")?.strip_prefix("1-")?.split_once('-')?;
    let parent = field("Parent")?;
    let well_formed = hex(epoch, 8) && hex(unique, 24) && hex(parent, 16);
    let sampled = if field("Sampled") == Some("1") { "01" } else { "00" };
    well_formed.then(|| format!("00-{epoch}{unique}-{parent}-{sampled}").to_ascii_lowercase())
}

fn hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(xray: &str, expected: Option<&str>) {
        assert_eq!(traceparent(xray).as_deref(), expected, "{xray}");
    }

    #[test]
    fn xray_headers_become_trace_context() {
        let sampled = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01";
        let unsampled = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-00";
        case("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1", Some(sampled));
        case("Sampled=0;Parent=53995c3f42cd8ad8;Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=a:b", Some(unsampled));
        case("Root=1-5759e988-bd862e3fe1be46a994272793", None);
        case("Root=1-5759e988-bd862e3fe1be46a99427279;Parent=53995c3f42cd8ad8", None);
        case("Root=1-zzzzzzzz-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8", None);
        case("", None);
    }
}
