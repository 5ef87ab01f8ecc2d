//! CloudWatch's embedded metric format: the member `_aws` lists which other members of the line are metrics.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::metric::{Metric, NAMESPACE};
use crate::output::Settings;

/// The members of a line that define its metrics. The dimensions `source`, `reason`, `kind` and `destination` are fields
/// of the line itself.
pub(crate) struct Emf<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) metrics: &'a [(Metric, &'a [f64])],
    /// Milliseconds since 1970.
    pub(crate) timestamp: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    timestamp: i64,
    cloud_watch_metrics: Vec<Directive>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive {
    namespace: &'static str,
    dimensions: &'static [&'static [&'static str]],
    metrics: [Definition; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    name: &'static str,
    unit: &'static str,
}

/// Creates a directive for one metric, because each metric has different dimensions.
fn directive(metric: Metric) -> Directive {
    let metrics = [Definition { name: metric.name(), unit: metric.unit() }];
    Directive { namespace: NAMESPACE, dimensions: metric.dimensions(), metrics }
}

impl Serialize for Emf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if self.metrics.is_empty() {
            return map.end();
        }
        let cloud_watch_metrics = self.metrics.iter().map(|(metric, _)| directive(*metric)).collect();
        map.serialize_entry("_aws", &Metadata { timestamp: self.timestamp, cloud_watch_metrics })?;
        map.serialize_entry("service", &self.settings.service)?;
        if self.metrics.iter().any(|(metric, _)| metric.has_dimension("function")) {
            map.serialize_entry("function", self.settings.function)?;
        }
        for (metric, values) in self.metrics {
            match values {
                [value] => map.serialize_entry(metric.name(), &rounded(*value))?,
                values => {
                    map.serialize_entry(metric.name(), &values.iter().copied().map(rounded).collect::<Vec<_>>())?
                }
            }
        }
        map.end()
    }
}

/// A number in its shortest form, because CloudWatch bills each byte.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Number {
    Integer(i64),
    Decimal(f64),
}

/// Rounds to three decimal places; more digits are noise.
#[allow(clippy::cast_possible_truncation, reason = "durations and counts are far below the limit")]
pub(crate) fn rounded(value: f64) -> Number {
    let value = (value * 1e3).round() / 1e3;
    if value.fract() == 0.0 { Number::Integer(value as i64) } else { Number::Decimal(value) }
}
