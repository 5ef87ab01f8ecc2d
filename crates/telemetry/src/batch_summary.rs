use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::{Level, Line, Metric};

/// A metric in a line has at the most so many values
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html#CloudWatch_Embedded_Metric_Format_Specification_structure_target>).
const MOST_VALUES: usize = 100;

/// What a batch has delivered, counted in one line for each kind of destination: as much as a line of metrics for each event
/// says, at a tenth of its price.
#[derive(Debug, Default)]
pub struct BatchSummary(Mutex<BTreeMap<&'static str, Vec<Option<f64>>>>);

impl BatchSummary {
    /// Counts a delivery; `age` is the time from the request, where that is known.
    pub fn add_delivery(&self, kind: &'static str, age: Option<Duration>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // To a millisecond: what is more exact is paid for by the byte.
        all.entry(kind).or_default().push(age.map(|age| (age.as_secs_f64() * 1e3).round()));
    }

    /// Writes what was counted.
    pub fn write(self) {
        for (kind, ages) in self.0.into_inner().unwrap_or_else(PoisonError::into_inner) {
            ages.chunks(MOST_VALUES).for_each(|ages| write(kind, ages));
        }
    }
}

fn write(kind: &str, ages: &[Option<f64>]) {
    #[allow(clippy::cast_precision_loss, reason = "a hundred at the most")]
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
    fn a_line_a_kind_has_every_value() {
        let log = capture(Settings { service: "s".into(), ..Settings::default() });
        let tally = BatchSummary::default();
        (0..150).for_each(|age| tally.add_delivery("http", Some(Duration::from_millis(age))));
        tally.add_delivery("slack", None);
        tally.write();
        let lines = log.lines();
        assert_eq!(lines.len(), 3);
        let data: Vec<_> = lines.iter().flat_map(|line| MetricValue::parse_line(line).unwrap()).collect();
        let of =
            |name: &str| data.iter().filter(|datum| datum.name == name).map(|datum| datum.value).collect::<Vec<_>>();
        assert_eq!(of("Delivered"), [100.0, 50.0, 1.0]);
        assert_eq!(of("DeliveryAge"), (0..150).map(f64::from).collect::<Vec<_>>());
    }

    #[test]
    fn nothing_is_written_of_nothing() {
        let log = capture(Settings::default());
        BatchSummary::default().write();
        assert_eq!(log.text(), "");
    }
}
