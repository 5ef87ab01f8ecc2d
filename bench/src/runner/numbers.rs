/// The value below which such a part (0 to 1) of all lie; 0 of none.
pub(crate) fn percentile(values: impl IntoIterator<Item = f64>, part: f64) -> f64 {
    let mut sorted: Vec<_> = values.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "of few values"
    )]
    let index = ((sorted.len().saturating_sub(1)) as f64 * part).round() as usize;
    sorted.get(index).copied().unwrap_or_default()
}

pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    percentile(values, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let values = || (1..=101).map(f64::from);
        assert_eq!([0.0, 0.5, 0.95, 0.99, 1.0].map(|part| percentile(values(), part)), [1.0, 51.0, 96.0, 100.0, 101.0]);
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([]), 0.0);
    }
}
