/// Where a request is in its trace: X-Ray's, which W3C's form can say too.
///
/// <https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader>,
/// <https://www.w3.org/TR/trace-context/#traceparent-header>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// `1-5759e988-bd862e3fe1be46a994272793`.
    id: String,
    /// What the next segment is in: 16 hex digits.
    pub(crate) parent: String,
    pub(crate) sampled: bool,
}

impl Trace {
    /// Of `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`; `None` of whatever has no well-formed
    /// root. A request whose sender has made no segment of its own has no parent.
    #[must_use]
    pub fn from_header(header: &str) -> Option<Self> {
        let field = |name: &str| header.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
        let id = field("Root")?;
        let (epoch, unique) = id.strip_prefix("1-")?.split_once('-')?;
        let parent = field("Parent").filter(|parent| is_hex(parent, 16)).map_or_else(new_id, str::to_ascii_lowercase);
        let well_formed = is_hex(epoch, 8) && is_hex(unique, 24);
        well_formed.then(|| Self { id: id.to_ascii_lowercase(), parent, sampled: field("Sampled") == Some("1") })
    }

    /// Of `00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01`, as [`Trace::traceparent`] writes it.
    #[must_use]
    pub fn from_traceparent(traceparent: &str) -> Option<Self> {
        let mut parts = traceparent.split('-');
        let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let well_formed = version == "00" && is_hex(trace, 32) && is_hex(parent, 16) && is_hex(flags, 2);
        let (epoch, unique) = trace.split_at_checked(8).filter(|_| well_formed)?;
        let sampled = u8::from_str_radix(flags, 16).is_ok_and(|flags| flags & 1 == 1);
        Some(Self { id: format!("1-{epoch}-{unique}"), parent: parent.to_owned(), sampled })
    }

    /// The trace's id, as X-Ray's console finds it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// As X-Ray has it.
    #[must_use]
    pub fn header(&self) -> String {
        format!("Root={};Parent={};Sampled={}", self.id, self.parent, u8::from(self.sampled))
    }

    /// As W3C has it.
    #[must_use]
    pub fn traceparent(&self) -> String {
        let id: String = self.id.chars().skip(2).filter(|it| *it != '-').collect();
        format!("00-{id}-{}-{:02x}", self.parent, u8::from(self.sampled))
    }

    /// The same trace, further in.
    pub(crate) fn inside(&self, parent: String) -> Self {
        Self { parent, ..self.clone() }
    }
}

/// Names a segment. It is no secret and has to be unique only in its trace.
pub(crate) fn new_id() -> String {
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
    fn both_forms_say_the_same() {
        let header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
        case(header, "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01", header);
        case(
            "Sampled=0;Parent=53995C3F42CD8AD8;Root=1-5759E988-bd862e3fe1be46a994272793;Lineage=a:b",
            "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-00",
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0",
        );
    }

    #[test]
    fn a_root_alone_is_a_trace() {
        let trace = Trace::from_header("Root=1-5759e988-bd862e3fe1be46a994272793").unwrap();
        assert!(is_hex(&trace.parent, 16) && !trace.sampled, "{trace:?}");
    }

    #[test]
    fn what_is_malformed_is_no_trace() {
        for header in [
            "",
            "Root=1-5759e988",
            "Root=1-zzzzzzzz-bd862e3fe1be46a994272793",
            "Root=2-5759e988-bd862e3fe1be46a994272793",
        ] {
            assert_eq!(Trace::from_header(header), None, "{header}");
        }
        let good = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01";
        for traceparent in
            ["", &good[..54], &good.replace("00-", "01-"), &good.replace('b', "ä"), &good.replace('b', "x")]
        {
            assert_eq!(Trace::from_traceparent(traceparent), None, "{traceparent}");
        }
    }
}
