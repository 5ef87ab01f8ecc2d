//! One HTML page with charts of a simulated outage. It needs no other file, and is readable in light and dark mode.

use super::chart::{Chart, Scale, Series};
use super::model::Outage;
use super::parameters::count;
use super::simulation::{Report, Sample};

const TEMPLATE: &str = include_str!("page.html");

/// What the page shows.
#[derive(Debug)]
pub struct Page<'a> {
    /// Name of the workspace.
    pub workspace: &'a str,
    /// Accepted events per second.
    pub rate: f64,
    /// The prediction.
    pub outage: &'a Outage,
    /// Start and end of the outage in minutes after the start.
    pub outage_minutes: (f64, f64),
    /// The simulation of the lanes.
    pub lanes: &'a Report,
    /// The simulation of the earlier design.
    pub one_lane: Option<&'a Report>,
}

impl Page<'_> {
    /// Returns the page.
    #[must_use]
    pub fn html(&self) -> String {
        let Outage { destination, seconds, drained_after, waiting, .. } = self.outage;
        let simulated = self.lanes.drained_after.map_or("not within the simulated time".to_owned(), |seconds| {
            format!("{:.0} minutes after the outage", seconds / 60.0)
        });
        let predicted = format!("{:.0} minutes after the outage", drained_after / 60.0);
        let values = [
            ("{{workspace}}", escaped(self.workspace)),
            ("{{destination}}", escaped(destination)),
            ("{{rate}}", format!("{:.0}", self.rate)),
            ("{{minutes}}", format!("{:.0}", seconds / 60.0)),
            ("{{waiting}}", format!("{waiting:.0}")),
            ("{{predicted}}", predicted),
            ("{{simulated}}", simulated),
            ("{{worst}}", format!("{:.2}", self.lanes.worst_minute_seconds())),
            ("{{backlog}}", self.chart(Scale::Linear, backlog)),
            ("{{age}}", self.chart(Scale::Logarithmic, |sample| sample.healthy_p99_seconds)),
        ];
        values.into_iter().fold(TEMPLATE.to_owned(), |page, (name, value)| page.replace(name, &value))
    }

    fn chart(&self, scale: Scale, value: impl Fn(&Sample) -> f64) -> String {
        let points = |report: &Report| {
            let point = |sample: &Sample| (f64::from(sample.minute), value(sample));
            report.samples.iter().map(point).collect()
        };
        let mut series = vec![Series { name: "two lanes, breaker", class: "lanes", points: points(self.lanes) }];
        series.extend(self.one_lane.map(|report| Series { name: "one lane", class: "one", points: points(report) }));
        Chart { scale, shaded: self.outage_minutes, series }.svg()
    }
}

/// Everything that is accepted and not delivered.
fn backlog(sample: &Sample) -> f64 {
    count(sample.intake) + count(sample.waiting)
}

/// Escapes text for HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
