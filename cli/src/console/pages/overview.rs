//! The state of the deployment on one page.

use anyhow::Result;
use serde::Serialize;

use super::destinations::{LOG_LIMIT, Row as Destination};
use super::sources::{Configured, Row as Source, View as Sources};
use crate::clock::unix_milliseconds;
use crate::console::activity::{Activity, Counts, INTERVALS};
use crate::console::application::{Console, Reply};
use crate::console::render::Page;
use crate::destinations::{QueueDepth, Status};

/// The height of the chart's bars.
const CHART_HEIGHT: usize = 100;
/// The distance of the chart's bars.
const BAR_DISTANCE: usize = 50;

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::console) struct View {
    queues: Vec<Queue>,
    total: Counts,
    is_complete: bool,
    intervals: Vec<Interval>,
    highest: usize,
    sources: Vec<Source>,
    destinations: Vec<Destination>,
    /// Why the page has no destinations.
    destinations_problem: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Queue {
    name: &'static str,
    visible: u64,
    in_flight: u64,
    delayed: u64,
    /// Whether messages in the queue need an operator.
    is_bad: bool,
}

/// One group of bars of the chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Interval {
    x: usize,
    minutes_ago: usize,
    counts: Counts,
    bars: Vec<Bar>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Bar {
    class: &'static str,
    x: usize,
    y: usize,
    height: usize,
}

impl View {
    /// Returns what the page shows. The queues are intake, retry and dead-letter queue.
    pub(in crate::console) fn new(
        [intake, retry, dead_letters]: [QueueDepth; 3],
        activity: &Activity,
        sources: Vec<Source>,
        destinations: Result<&Status, String>,
        now_ms: i64,
    ) -> Self {
        let queue = |name, depth: QueueDepth, is_bad| {
            let QueueDepth { visible, in_flight, delayed } = depth;
            Queue { name, visible, in_flight, delayed, is_bad }
        };
        let highest = activity.intervals.iter().flat_map(values).max().unwrap_or_default();
        let rows = destinations.as_ref().map(|status| &status.destinations[..]).unwrap_or_default();
        Self {
            queues: vec![
                queue("Intake queue", intake, false),
                queue("Retry queue", retry, false),
                queue("Dead-letter queue", dead_letters, dead_letters.total() > 0),
            ],
            total: activity.total(),
            is_complete: activity.is_complete,
            intervals: (0..).zip(activity.intervals).map(|(index, counts)| interval(index, counts, highest)).collect(),
            highest,
            sources,
            destinations: rows.iter().map(|status| Destination::new(status, now_ms)).collect(),
            destinations_problem: destinations.err(),
        }
    }

    /// Returns the page.
    pub(in crate::console) fn page(&self) -> Page {
        Page::new("/", "Overview", "overview", self)
    }
}

fn values(counts: &Counts) -> [usize; 4] {
    [counts.accepted, counts.rejected, counts.delivered, counts.failed]
}

fn interval(index: usize, counts: Counts, highest: usize) -> Interval {
    let x = index * BAR_DISTANCE;
    let bar = |(position, (class, value)): (usize, (&'static str, usize))| {
        // A value that is not 0 has a visible bar.
        let height = (value * CHART_HEIGHT).div_ceil(highest.max(1));
        Bar { class, x: x + 4 + position * 10, y: CHART_HEIGHT - height, height }
    };
    let classes = ["accepted", "rejected", "delivered", "failed"];
    let bars = classes.into_iter().zip(values(&counts)).enumerate().map(bar).collect();
    Interval { x, minutes_ago: (INTERVALS - index) * 5, counts, bars }
}

pub(super) async fn show(console: &Console) -> Result<Reply> {
    let target = &console.target;
    let resources = &target.resources;
    let now_ms = i64::try_from(unix_milliseconds())?;
    let destinations = async {
        let configuration = target.delivery_configuration().await?;
        Status::read(target, &configuration, None, None, LOG_LIMIT).await
    };
    let (depths, activity, destinations, configured) = tokio::join!(
        async {
            tokio::try_join!(
                QueueDepth::read(target, &resources.queue_url),
                QueueDepth::read(target, &resources.retry_queue_url),
                QueueDepth::read(target, &resources.dlq_url)
            )
        },
        Box::pin(Activity::read(target, now_ms)),
        Box::pin(destinations),
        Box::pin(Configured::read(target))
    );
    let ((intake, retry, dead_letters), activity) = (depths?, activity?);
    let sources = Sources::new(configured?, &activity, now_ms).sources;
    let destinations = destinations.map_err(|error| format!("{error:#}"));
    let view = View::new(
        [intake, retry, dead_letters],
        &activity,
        sources,
        destinations.as_ref().map_err(Clone::clone),
        now_ms,
    );
    Ok(Reply::Page(view.page()))
}
