//! One HTML page with charts of a simulated outage. It needs no other file, and is readable in light and dark mode.

use super::chart::{Chart, Scale, Series};
use super::model::Outage;
use super::parameters::count;
use super::simulation::{Report, Sample};
use crate::report_page::STYLE;

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
            ("{{style}}", STYLE.to_owned()),
            ("{{workspace}}", escaped(self.workspace)),
            ("{{destination}}", escaped(destination)),
            ("{{rate}}", format!("{:.0}", self.rate)),
            ("{{minutes}}", format!("{:.0}", seconds / 60.0)),
            ("{{waiting}}", format!("{waiting:.0}")),
            ("{{predicted}}", predicted),
            ("{{simulated}}", simulated),
            ("{{worst}}", format!("{:.2}", self.lanes.worst_minute_seconds())),
            ("{{backlog}}", self.chart("backlog-title", Scale::Linear, backlog, |_| 0.0)),
            (
                "{{age}}",
                self.chart(
                    "age-title",
                    Scale::Logarithmic,
                    |sample| sample.healthy_p99_seconds,
                    |sample| sample.slow_p99_seconds,
                ),
            ),
        ];
        values.into_iter().fold(TEMPLATE.to_owned(), |page, (name, value)| page.replace(name, &value))
    }

    fn chart(
        &self,
        title_id: &'static str,
        scale: Scale,
        value: fn(&Sample) -> f64,
        slow: fn(&Sample) -> f64,
    ) -> String {
        let points = |report: &Report, value: fn(&Sample) -> f64| {
            let point = |sample: &Sample| (f64::from(sample.minute), value(sample));
            report.samples.iter().map(point).collect()
        };
        let mut series = vec![Series { name: "two lanes, breaker", class: "lanes", points: points(self.lanes, value) }];
        let slow: Vec<_> = points(self.lanes, slow);
        if slow.iter().any(|(_, value)| *value > 0.0) {
            series.push(Series { name: "two lanes, slow destinations", class: "slow", points: slow });
        }
        series.extend(self.one_lane.map(|report| Series {
            name: "one lane",
            class: "one",
            points: points(report, value),
        }));
        Chart { title_id, scale, outage_minutes: self.outage_minutes, series }.svg()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capacity::model::Fault;
    use crate::capacity::parameters::tests::default_lanes;

    #[test]
    fn page_is_complete_needs_no_other_file_and_has_the_shared_style() {
        let outage = default_lanes().outage(2, 3600.0, Fault::Rejects).unwrap();
        let sample = |minute| Sample { minute, waiting: 100, slow_p99_seconds: 2.0, ..Sample::default() };
        let lanes = Report { samples: vec![sample(1), sample(2)], ..Report::default() };
        let page = |one_lane| Page {
            workspace: "<prod>",
            rate: 500.0,
            outage: &outage,
            outage_minutes: (1.0, 61.0),
            lanes: &lanes,
            one_lane,
        };
        let html = page(Some(&lanes)).html();
        assert!(!html.contains("{{") && !html.contains("://") && !html.contains("src="), "{html}");
        assert!(html.contains(STYLE));
        for title in ["backlog-title", "age-title"] {
            assert!(html.contains(&format!("<h2 id=\"{title}\">")), "{title}");
            assert!(html.contains(&format!("aria-labelledby=\"{title}\">")), "{title}");
        }
        assert!(html.contains("&lt;prod&gt;") && !html.contains("<prod>"));
        let count = |html: &str, text: &str| html.matches(text).count();
        assert_eq!((count(&html, "<svg"), count(&html, "class=\"line lanes\"")), (2, 2));
        assert_eq!((count(&html, "class=\"line one\""), count(&html, "class=\"line slow\"")), (2, 1));
        assert_eq!(count(&page(None).html(), "class=\"line one\""), 0);
    }
}
