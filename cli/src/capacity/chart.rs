use std::fmt::Write as _;

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 260.0;
/// Space for the labels at the left, and at the bottom.
const LEFT: f64 = 70.0;
const BOTTOM: f64 = 30.0;
const TOP: f64 = 10.0;
/// The smallest value of a logarithmic axis.
const LOGARITHMIC_MINIMUM: f64 = 0.01;

/// A line chart over minutes, as inline SVG. The page's styles give it its colours.
pub(super) struct Chart {
    /// The id of the element that has the chart's title.
    pub(super) title_id: &'static str,
    pub(super) scale: Scale,
    /// Start and end of the outage in minutes. The chart shades it.
    pub(super) outage_minutes: (f64, f64),
    pub(super) series: Vec<Series>,
}

/// The scale of the vertical axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    Linear,
    Logarithmic,
}

/// A line.
pub(super) struct Series {
    pub(super) name: &'static str,
    /// CSS class.
    pub(super) class: &'static str,
    /// Minutes and values.
    pub(super) points: Vec<(f64, f64)>,
}

impl Chart {
    pub(super) fn svg(&self) -> String {
        let points = || self.series.iter().flat_map(|series| series.points.iter().copied());
        let minutes = points().map(|(minute, _)| minute).fold(1.0, f64::max);
        let axis = Axis::new(self.scale, points().map(|(_, value)| value).fold(0.0, f64::max));
        let x = |minute: f64| LEFT + minute / minutes * (WIDTH - LEFT);
        let mut svg = format!(
            "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-labelledby=\"{}\">",
            self.title_id
        );
        let (from, until) = (x(self.outage_minutes.0), x(self.outage_minutes.1.min(minutes)));
        let (plot, bottom) = (HEIGHT - BOTTOM - TOP, HEIGHT - BOTTOM);
        let _ = write!(
            svg,
            "<rect class=\"outage\" x=\"{from:.1}\" y=\"{TOP}\" width=\"{:.1}\" height=\"{plot}\"/>",
            until - from
        );
        for value in axis.labels() {
            let (y, label) = (axis.y(value), short(value));
            let _ = write!(
                svg,
                "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{WIDTH}\"/><text class=\"y\" x=\"{}\" y=\"{y:.1}\">{label}</text>",
                LEFT - 8.0
            );
        }
        for minute in label_values(minutes) {
            let _ = write!(
                svg,
                "<text class=\"x\" x=\"{:.1}\" y=\"{}\">{}</text>",
                x(minute),
                bottom + 18.0,
                short(minute)
            );
        }
        for Series { name, class, points } in &self.series {
            let place = |(minute, value): &(f64, f64)| format!("{:.1} {:.1}", x(*minute), axis.y(*value));
            let path: Vec<_> = points.iter().map(place).collect();
            let _ = write!(svg, "<path class=\"line {class}\" d=\"M{}\"><title>{name}</title></path>", path.join("L"));
        }
        svg + "</svg>"
    }
}

/// The vertical axis.
struct Axis {
    scale: Scale,
    largest: f64,
}

impl Axis {
    fn new(scale: Scale, largest: f64) -> Self {
        let largest = match scale {
            Scale::Linear => label_values(largest).last().copied().unwrap_or(1.0) + step(largest),
            Scale::Logarithmic => 10f64.powf(largest.max(1.0).log10().ceil()),
        };
        Self { scale, largest }
    }

    fn y(&self, value: f64) -> f64 {
        let share = match self.scale {
            Scale::Linear => value / self.largest,
            Scale::Logarithmic => {
                (value.max(LOGARITHMIC_MINIMUM) / LOGARITHMIC_MINIMUM).ln() / (self.largest / LOGARITHMIC_MINIMUM).ln()
            }
        };
        TOP + (1.0 - share) * (HEIGHT - BOTTOM - TOP)
    }

    fn labels(&self) -> Vec<f64> {
        match self.scale {
            Scale::Linear => label_values(self.largest),
            Scale::Logarithmic => std::iter::successors(Some(LOGARITHMIC_MINIMUM), |label| {
                Some(label * 10.0).filter(|label| *label <= self.largest * 1.01)
            })
            .collect(),
        }
    }
}

/// Returns a round distance between labels: 1, 2 or 5 times a power of ten.
fn step(largest: f64) -> f64 {
    let rough = largest.max(1e-9) / 5.0;
    let power = 10f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0].into_iter().map(|factor| factor * power).find(|step| *step >= rough).unwrap_or(power * 10.0)
}

/// Returns the labels of an axis: the multiples of a round number from 0 to `largest`.
fn label_values(largest: f64) -> Vec<f64> {
    let step = step(largest);
    std::iter::successors(Some(0.0), |label| Some(label + step).filter(|label| *label <= largest * 1.001)).collect()
}

/// Formats a label: 1.2 M, 300 k, 0.1.
fn short(value: f64) -> String {
    let (number, unit) = match value {
        1e6.. => (value / 1e6, " M"),
        1e3.. => (value / 1e3, " k"),
        _ => (value, ""),
    };
    let text = format!("{number:.2}");
    format!("{}{unit}", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_round_numbers() {
        assert_eq!(label_values(130.0), [0.0, 50.0, 100.0]);
        assert_eq!(label_values(10.0), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        assert_eq!(
            [0.01, 0.1, 20.0, 1500.0, 300_000.0, 1.2e6].map(short),
            ["0.01", "0.1", "20", "1.5 k", "300 k", "1.2 M"]
        );
    }

    #[test]
    fn logarithmic_axis_has_a_label_for_each_power_of_ten() {
        let axis = Axis::new(Scale::Logarithmic, 3500.0);
        let labels: Vec<_> = axis.labels().into_iter().map(short).collect();
        assert_eq!(labels, ["0.01", "0.1", "1", "10", "100", "1 k", "10 k"]);
        assert!((axis.y(0.0) - (HEIGHT - BOTTOM)).abs() < 1e-9 && (axis.y(10_000.0) - TOP).abs() < 1e-9);
    }

    #[test]
    fn chart_is_one_element() {
        let series = vec![Series { name: "a", class: "lanes", points: vec![(1.0, 5.0), (2.0, 10.0)] }];
        insta::assert_snapshot!(
            Chart { title_id: "title", scale: Scale::Linear, outage_minutes: (1.0, 9.0), series }.svg()
        );
    }
}
