use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use crate::output;
use crate::trace::{Trace, new_id};

/// A part of a request that took its time: X-Ray shows it below the function, or below what sent the message.
///
/// <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html#api-segmentdocuments-subsegments>
#[must_use = "it is told when it ends"]
pub struct Segment {
    /// What is called from within carries this on.
    trace: Option<Trace>,
    /// `None` of what is not sampled: it costs nothing.
    begun: Option<Begun>,
}

struct Begun {
    name: String,
    parent: String,
    at: f64,
}

#[derive(Serialize)]
struct Document<'a> {
    name: &'a str,
    id: &'a str,
    trace_id: &'a str,
    parent_id: &'a str,
    r#type: &'static str,
    start_time: f64,
    end_time: f64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    fault: bool,
}

impl Segment {
    /// Begins; `name` is one of ours.
    pub fn begin(within: Option<&Trace>, name: &str) -> Self {
        let Some(outer) = within.filter(|trace| trace.sampled && output::takes_segments()) else {
            return Self { trace: within.cloned(), begun: None };
        };
        let begun = Begun { name: name.to_owned(), parent: outer.parent.clone(), at: now() };
        Self { trace: Some(outer.inside(new_id())), begun: Some(begun) }
    }

    /// For what is called from within.
    #[must_use]
    pub fn trace(&self) -> Option<&Trace> {
        self.trace.as_ref()
    }

    /// Tells X-Ray; `fault` if it did not work.
    pub fn end(self, fault: bool) {
        let (Some(trace), Some(begun)) = (self.trace, self.begun) else { return };
        let document = Document {
            name: &begun.name,
            id: &trace.parent,
            trace_id: trace.id(),
            parent_id: &begun.parent,
            r#type: "subsegment",
            start_time: begun.at,
            end_time: now(),
            fault,
        };
        output::send_segment(serde_json::to_vec(&document).unwrap_or_default());
    }
}

/// Seconds since 1970.
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use crate::{Settings, capture};

    use super::*;

    #[test]
    fn a_segment_is_below_what_it_began_in() {
        let told = capture(Settings::default());
        let trace = Trace::from_header("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1");
        let outer = Segment::begin(trace.as_ref(), "queue");
        let inner = Segment::begin(outer.trace(), "delivery");
        inner.end(true);
        outer.end(false);
        let segments = told.segments();
        let [inner, outer] = &segments[..] else { panic!("{segments:?}") };
        assert_eq!(outer["parent_id"], "53995c3f42cd8ad8");
        assert_eq!(inner["parent_id"], outer["id"]);
        assert_eq!([&inner["trace_id"], &outer["trace_id"]], ["1-5759e988-bd862e3fe1be46a994272793"; 2]);
        assert_eq!([&inner["fault"], &outer["fault"]], [&true.into(), &serde_json::Value::Null]);
    }

    #[test]
    fn what_is_not_sampled_is_handed_on_and_not_told() {
        let told = capture(Settings::default());
        let trace = Trace::from_header("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0");
        let segment = Segment::begin(trace.as_ref(), "queue");
        assert_eq!(segment.trace(), trace.as_ref());
        segment.end(false);
        Segment::begin(None, "queue").end(true);
        assert!(told.segments().is_empty());
    }
}
