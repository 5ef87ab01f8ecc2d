//! Durations on the command line.

use std::time::Duration;

use anyhow::{Context, Result, bail};

/// Parses a duration: a whole number with the unit `s`, `m`, `h` or `d`, such as `90s`, `15m`, `6h` or `2d`.
///
/// # Errors
///
/// If the number or the unit is missing or unknown.
pub fn duration(text: &str) -> Result<Duration> {
    let unit = text.chars().last().context("a duration has a number and a unit")?;
    let number = text.strip_suffix(unit).unwrap_or_default().parse::<u64>();
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => bail!("a duration ends with s, m, h or d: 90s, 15m, 6h, 2d"),
    };
    let number = number.context("a duration starts with a whole number: 90s, 15m, 6h, 2d")?;
    Ok(Duration::from_secs(number.saturating_mul(seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_a_number_with_a_unit() {
        let seconds = |text: &str| duration(text).ok().map(|duration| duration.as_secs());
        assert_eq!(["90s", "15m", "6h", "2d"].map(seconds), [Some(90), Some(900), Some(21_600), Some(172_800)]);
        assert_eq!(["", "s", "10", "-1h", "1w", "1.5h"].map(seconds), [None; 6]);
    }
}
