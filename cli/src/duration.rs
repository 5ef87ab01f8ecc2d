//! Durations as operators write and read them.

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

/// Formats a duration with one unit: `17 s`, `5 min`, `3 h` or `2 d`.
#[must_use]
pub fn formatted(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_with_one_unit() {
        let texts = [0, 119, 120, 7199, 7200, 172_799, 172_800].map(formatted);
        assert_eq!(texts, ["0 s", "119 s", "2 min", "119 min", "2 h", "47 h", "2 d"]);
    }

    #[test]
    fn parses_a_number_with_a_unit() {
        let seconds = |text: &str| duration(text).ok().map(|duration| duration.as_secs());
        assert_eq!(["90s", "15m", "6h", "2d"].map(seconds), [Some(90), Some(900), Some(21_600), Some(172_800)]);
        assert_eq!(["", "s", "10", "-1h", "1w", "1.5h"].map(seconds), [None; 6]);
    }
}
