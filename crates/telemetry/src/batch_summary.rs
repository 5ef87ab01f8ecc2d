use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::{Level, Line, Metric};

/// CloudWatch's limit for the number of values of one metric in one line
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html#CloudWatch_Embedded_Metric_Format_Specification_structure_target>).
const MAX_VALUES: usize = 100;

/// Collects the deliveries of a batch and writes one line for each kind of destination.
///
/// The metrics are the same as with one line per event, at a tenth of the cost.
#[derive(Debug, Default)]
pub struct BatchSummary(Mutex<BTreeMap<&'static str, Vec<Option<f64>>>>);

impl BatchSummary {
    /// Counts a delivery. `age` is the time since ingest accepted the request, where that is known.
    pub fn add_delivery(&self, kind: &'static str, age: Option<Duration>) {
        let mut ages_by_kind = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Rounded to a millisecond: CloudWatch bills more digits by the byte.
        ages_by_kind.entry(kind).or_default().push(age.map(|age| (age.as_secs_f64() * 1e3).round()));
    }

    /// Writes the lines.
    pub fn write(self) {
        for (kind, ages) in self.0.into_inner().unwrap_or_else(PoisonError::into_inner) {
            ages.chunks(MAX_VALUES).for_each(|ages| write(kind, ages));
        }
    }
}

fn write(kind: &str, ages: &[Option<f64>]) {
    #[allow(clippy::cast_precision_loss, reason = "at most MAX_VALUES")]
    let delivered = [ages.len() as f64];
    let ages: Vec<_> = ages.iter().copied().flatten().collect();
    let mut metrics = vec![(Metric::Delivered, &delivered[..])];
    if !ages.is_empty() {
        metrics.push((Metric::DeliveryAge, &ages));
    }
    Line { kind, ..Line::new(Level::Info, "batch_summary") }.write_all(&metrics);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MetricValue, Settings, capture};

    #[test]
    fn lines_of_each_kind_contain_every_value() {
        let log = capture(Settings { service: "s".into(), ..Settings::default() });
        let summary = BatchSummary::default();
        (0..150).for_each(|age| summary.add_delivery("http", Some(Duration::from_millis(age))));
        summary.add_delivery("slack", None);
        summary.write();
        let lines = log.lines();
        assert_eq!(lines.len(), 3);
        let metrics: Vec<_> = lines.iter().flat_map(|line| MetricValue::parse_line(line).unwrap()).collect();
        let values = |name: &str| {
            metrics.iter().filter(|metric| metric.name == name).map(|metric| metric.value).collect::<Vec<_>>()
        };
        assert_eq!(values("Delivered"), [100.0, 50.0, 1.0]);
        assert_eq!(values("DeliveryAge"), (0..150).map(f64::from).collect::<Vec<_>>());
    }

    #[test]
    fn empty_summary_writes_no_line() {
        let log = capture(Settings::default());
        BatchSummary::default().write();
        assert_eq!(log.text(), "");
    }
}
