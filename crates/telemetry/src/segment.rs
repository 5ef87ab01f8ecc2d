use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use crate::output;
use crate::trace::{Trace, new_segment_id};

/// A timed operation within a request. X-Ray shows it as a subsegment of the function, or of the segment that sent the
/// message.
///
/// <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html#api-segmentdocuments-subsegments>
#[must_use = "a segment is sent when it ends"]
pub struct Segment {
    /// The trace for calls within the segment.
    trace: Option<Trace>,
    /// `None` if the trace is not sampled; such a segment costs nothing.
    started: Option<StartedSegment>,
}

struct StartedSegment {
    name: String,
    parent: String,
    start_time: f64,
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
    /// Starts a segment below the current segment of `outer`.
    pub fn begin(outer: Option<&Trace>, name: &str) -> Self {
        let Some(sampled) = outer.filter(|trace| trace.sampled && output::accepts_segments()) else {
            return Self { trace: outer.cloned(), started: None };
        };
        let started = StartedSegment { name: name.to_owned(), parent: sampled.parent.clone(), start_time: now() };
        Self { trace: Some(sampled.with_parent(new_segment_id())), started: Some(started) }
    }

    /// Returns the trace for calls within the segment.
    #[must_use]
    pub fn trace(&self) -> Option<&Trace> {
        self.trace.as_ref()
    }

    /// Ends the segment and sends it to X-Ray. `fault` marks a failed operation.
    pub fn end(self, fault: bool) {
        let (Some(trace), Some(started)) = (self.trace, self.started) else { return };
        let document = Document {
            name: &started.name,
            id: &trace.parent,
            trace_id: trace.id(),
            parent_id: &started.parent,
            r#type: "subsegment",
            start_time: started.start_time,
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
    fn nested_segments_have_the_outer_segment_as_parent() {
        let output = capture(Settings::default());
        let trace = Trace::from_header("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1");
        let outer = Segment::begin(trace.as_ref(), "queue");
        let inner = Segment::begin(outer.trace(), "delivery");
        inner.end(true);
        outer.end(false);
        let segments = output.segments();
        let [inner, outer] = &segments[..] else { panic!("{segments:?}") };
        assert_eq!(outer["parent_id"], "53995c3f42cd8ad8");
        assert_eq!(inner["parent_id"], outer["id"]);
        assert_eq!([&inner["trace_id"], &outer["trace_id"]], ["1-5759e988-bd862e3fe1be46a994272793"; 2]);
        assert_eq!([&inner["fault"], &outer["fault"]], [&true.into(), &serde_json::Value::Null]);
    }

    #[test]
    fn unsampled_trace_is_propagated_and_not_reported() {
        let output = capture(Settings::default());
        let trace = Trace::from_header("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0");
        let segment = Segment::begin(trace.as_ref(), "queue");
        assert_eq!(segment.trace(), trace.as_ref());
        segment.end(false);
        Segment::begin(None, "queue").end(true);
        assert!(output.segments().is_empty());
    }
}
