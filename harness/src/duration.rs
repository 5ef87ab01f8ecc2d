use std::time::Duration;

use anyhow::{Context, Result, bail};

/// A time as a person gives it: 90s, 15m, 6h or 2d.
pub(crate) fn duration(text: &str) -> Result<Duration> {
    let unit = text.chars().last().context("a time has a number and a unit")?;
    let number = text.strip_suffix(unit).unwrap_or_default().parse::<u64>();
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => bail!("a time is a number with s, m, h or d: 90s, 15m, 6h, 2d"),
    };
    let number = number.context("a time begins with a whole number: 90s, 15m, 6h, 2d")?;
    Ok(Duration::from_secs(number.saturating_mul(seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_number_and_a_unit() {
        let seconds = |text: &str| duration(text).ok().map(|it| it.as_secs());
        assert_eq!(["90s", "15m", "6h", "2d"].map(seconds), [Some(90), Some(900), Some(21_600), Some(172_800)]);
        assert_eq!(["", "s", "10", "-1h", "1w", "1.5h"].map(seconds), [None; 6]);
    }
}
