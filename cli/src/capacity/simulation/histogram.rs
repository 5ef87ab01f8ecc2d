use crate::capacity::parameters::count;

/// Ages with a resolution of 5 %.
#[derive(Debug, Clone)]
pub(super) struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

/// The shortest age that is resolved, in seconds.
const SHORTEST: f64 = 0.001;
const RESOLUTION: f64 = 1.05;
/// Enough for ages up to 20 days.
const BUCKETS: usize = 440;

impl Histogram {
    pub(super) fn new() -> Self {
        Self { counts: vec![0; BUCKETS], total: 0 }
    }

    /// Adds an age in seconds.
    pub(super) fn add(&mut self, seconds: f64) {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a small number that is not negative"
        )]
        let bucket = ((seconds / SHORTEST).max(1.0).ln() / RESOLUTION.ln()) as usize;
        if let Some(count) = self.counts.get_mut(bucket.min(BUCKETS - 1)) {
            *count += 1;
            self.total += 1;
        }
    }

    /// Returns the age in seconds that 99 % of the ages do not exceed; 0 without any.
    pub(super) fn p99(&self) -> f64 {
        let rank = self.total - self.total / 100;
        let mut seen = 0;
        let bucket = self.counts.iter().position(|count| {
            seen += count;
            seen >= rank && seen > 0
        });
        bucket.map_or(0.0, |bucket| SHORTEST * RESOLUTION.powf(count(bucket) + 1.0))
    }

    /// Adds all ages of another histogram.
    pub(super) fn merge(&mut self, other: &Self) {
        for (count, added) in self.counts.iter_mut().zip(&other.counts) {
            *count += added;
        }
        self.total += other.total;
    }

    /// Removes all ages.
    pub(super) fn clear(&mut self) {
        self.counts.fill(0);
        self.total = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p99_is_within_the_resolution() {
        let mut ages = Histogram::new();
        assert_eq!(ages.p99(), 0.0);
        for age in 1..=1000 {
            ages.add(f64::from(age));
        }
        assert!((990.0..990.0 * RESOLUTION * RESOLUTION).contains(&ages.p99()), "{}", ages.p99());
        let mut all = Histogram::new();
        all.merge(&ages);
        assert_eq!(all.p99(), ages.p99());
        all.clear();
        assert_eq!(all.p99(), 0.0);
    }
}
