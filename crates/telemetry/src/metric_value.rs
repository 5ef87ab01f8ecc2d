use serde::Deserialize;
use serde_json::Value;

/// One value of a metric, as CloudWatch extracts it from a line.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricValue {
    /// The metric's name.
    pub name: String,
    /// The counted or measured value.
    pub value: f64,
    /// `Count`, `Seconds` or `Milliseconds`.
    pub unit: String,
    /// Each set of dimensions, in the form `service=hookline-prod,source=github`.
    pub dimensions: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Directive {
    namespace: String,
    dimensions: Vec<Vec<String>>,
    metrics: Vec<Definition>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    name: String,
    unit: String,
}

impl MetricValue {
    /// Extracts all metric values from a line as CloudWatch does. Returns `None` if CloudWatch would reject the line,
    /// because a directive is malformed or refers to a missing member.
    #[must_use]
    pub fn parse_line(line: &Value) -> Option<Vec<Self>> {
        let Some(metadata) = line.get("_aws") else { return Some(Vec::new()) };
        metadata.get("Timestamp")?.as_i64()?;
        let directives: Vec<Directive> = serde_json::from_value(metadata.get("CloudWatchMetrics")?.clone()).ok()?;
        let mut metric_values = Vec::new();
        for Directive { namespace, dimensions, metrics } in directives {
            let dimension =
                |name: &String| Some(format!("{name}={}", line.get(name)?.as_str().filter(|text| !text.is_empty())?));
            let dimension_set =
                |names: &Vec<String>| Some(names.iter().map(dimension).collect::<Option<Vec<_>>>()?.join(","));
            let dimensions = dimensions.iter().map(dimension_set).collect::<Option<Vec<_>>>()?;
            for Definition { name, unit } in metrics.into_iter().filter(|_| namespace == crate::metric::NAMESPACE) {
                let values = match line.get(&name)? {
                    Value::Array(values) => values.iter().map(Value::as_f64).collect::<Option<Vec<_>>>()?,
                    value => vec![value.as_f64()?],
                };
                metric_values.extend(values.into_iter().map(|value| Self {
                    name: name.clone(),
                    value,
                    unit: unit.clone(),
                    dimensions: dimensions.clone(),
                }));
            }
        }
        Some(metric_values)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Line, Metric, Settings, capture};

    use super::*;

    /// The result matches the metric's definition, whatever other fields the line has.
    #[test]
    fn each_metric_is_parsed_with_its_unit_and_dimensions() {
        let log = capture(Settings { service: "hookline-test".into(), function: "ingest", ..Settings::default() });
        let line =
            Line { source: "github", reason: "invalid_json", kind: "http", destination: "orders", ..Line::default() };
        for metric in Metric::ALL {
            line.write(&[(*metric, 2.5)]);
            let values = MetricValue::parse_line(&log.lines()[0]).unwrap();
            let sets: Vec<_> =
                values[0].dimensions.iter().map(|set| set.split([',', '=']).step_by(2).collect::<Vec<_>>()).collect();
            assert_eq!(sets, metric.dimensions().iter().map(|set| set.to_vec()).collect::<Vec<_>>());
            let MetricValue { name, value, unit, .. } = &values[0];
            assert_eq!((name.as_str(), *value, unit.as_str()), (metric.name(), 2.5, metric.unit()));
        }
    }

    #[test]
    fn rejects_line_without_a_required_dimension() {
        let log = capture(Settings { service: "hookline-test".into(), ..Settings::default() });
        Line::default().write(&[(Metric::Rejected, 1.0)]);
        Line::default().write(&[]);
        let lines = log.lines();
        assert_eq!((MetricValue::parse_line(&lines[0]), MetricValue::parse_line(&lines[1])), (None, Some(Vec::new())));
    }
}
