//! Percentiles of measured values.

/// The percentile at `fraction` (0 to 1), as one of the values; 0 if there are none.
pub(crate) fn percentile(values: impl IntoIterator<Item = f64>, fraction: f64) -> f64 {
    let mut sorted: Vec<_> = values.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "the number of values is small"
    )]
    let index = ((sorted.len().saturating_sub(1)) as f64 * fraction).round() as usize;
    sorted.get(index).copied().unwrap_or_default()
}

pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    percentile(values, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_measured_values() {
        let values = || (1..=101).map(f64::from);
        let percentiles = [0.0, 0.5, 0.95, 0.99, 1.0].map(|fraction| percentile(values(), fraction));
        assert_eq!(percentiles, [1.0, 51.0, 96.0, 100.0, 101.0]);
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([]), 0.0);
    }
}
