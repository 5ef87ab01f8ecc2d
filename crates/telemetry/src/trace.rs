/// A request's position in its X-Ray trace. W3C's `traceparent` can represent the same data.
///
/// <https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader>,
/// <https://www.w3.org/TR/trace-context/#traceparent-header>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// For instance `1-5759e988-bd862e3fe1be46a994272793`.
    id: String,
    /// The id of the current segment, which is the parent of the next one: 16 hex digits.
    pub(crate) parent: String,
    pub(crate) sampled: bool,
}

impl Trace {
    /// Parses X-Ray's header, for instance
    /// `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`. Returns `None` without a
    /// well-formed root.
    ///
    /// A header without a parent gets a new one: a sender that creates no segment sends no parent.
    #[must_use]
    pub fn from_header(header: &str) -> Option<Self> {
        let field = |name: &str| header.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
        let id = field("Root")?;
        let (epoch, unique) = id.strip_prefix("1-")?.split_once('-')?;
        let parent =
            field("Parent").filter(|parent| is_hex(parent, 16)).map_or_else(new_segment_id, str::to_ascii_lowercase);
        let well_formed = is_hex(epoch, 8) && is_hex(unique, 24);
        well_formed.then(|| Self { id: id.to_ascii_lowercase(), parent, sampled: field("Sampled") == Some("1") })
    }

    /// Parses W3C's header as [`Trace::traceparent`] writes it, for instance
    /// `00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01`.
    #[must_use]
    pub fn from_traceparent(traceparent: &str) -> Option<Self> {
        let mut parts = traceparent.split('-');
        let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let well_formed = version == "00" && is_hex(trace, 32) && is_hex(parent, 16) && is_hex(flags, 2);
        let (epoch, unique) = trace.split_at_checked(8).filter(|_| well_formed)?;
        let sampled = u8::from_str_radix(flags, 16).is_ok_and(|flags| flags & 1 == 1);
        Some(Self { id: format!("1-{epoch}-{unique}"), parent: parent.to_owned(), sampled })
    }

    /// Returns the trace's id, as X-Ray's console uses it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Formats the trace as X-Ray's header.
    #[must_use]
    pub fn header(&self) -> String {
        format!("Root={};Parent={};Sampled={}", self.id, self.parent, u8::from(self.sampled))
    }

    /// Formats the trace as W3C's header.
    #[must_use]
    pub fn traceparent(&self) -> String {
        let id: String = self.id.chars().skip(2).filter(|char| *char != '-').collect();
        format!("00-{id}-{}-{:02x}", self.parent, u8::from(self.sampled))
    }

    /// Returns the same trace with another current segment.
    pub(crate) fn with_parent(&self, parent: String) -> Self {
        Self { parent, ..self.clone() }
    }
}

/// Creates a segment's id. It is not secret and has to be unique only within its trace.
pub(crate) fn new_segment_id() -> String {
    format!("{:016x}", fastrand::u64(1..))
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(header: &str, traceparent: &str, canonical: &str) {
        let trace = Trace::from_header(header).unwrap();
        assert_eq!(trace.traceparent(), traceparent, "{header}");
        assert_eq!(trace.header(), canonical, "{header}");
        assert_eq!(Trace::from_traceparent(traceparent), Some(trace), "{header}");
    }

    #[test]
    fn both_headers_represent_the_same_trace() {
        let header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
        case(header, "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01", header);
        case(
            "Sampled=0;Parent=53995C3F42CD8AD8;Root=1-5759E988-bd862e3fe1be46a994272793;Lineage=a:b",
            "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-00",
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0",
        );
    }

    #[test]
    fn header_with_only_a_root_is_accepted() {
        let trace = Trace::from_header("Root=1-5759e988-bd862e3fe1be46a994272793").unwrap();
        assert!(is_hex(&trace.parent, 16) && !trace.sampled, "{trace:?}");
    }

    #[test]
    fn rejects_malformed_headers() {
        for header in [
            "",
            "Root=1-5759e988",
            "Root=1-zzzzzzzz-bd862e3fe1be46a994272793",
            "Root=2-5759e988-bd862e3fe1be46a994272793",
        ] {
            assert_eq!(Trace::from_header(header), None, "{header}");
        }
        let valid = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01";
        for traceparent in
            ["", &valid[..54], &valid.replace("00-", "01-"), &valid.replace('b', "ä"), &valid.replace('b', "x")]
        {
            assert_eq!(Trace::from_traceparent(traceparent), None, "{traceparent}");
        }
    }
}
