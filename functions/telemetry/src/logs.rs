use std::fmt::Display;
use std::panic;
use std::str::FromStr;

use tracing::level_filters::LevelFilter;

/// The least level that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogLevel(LevelFilter);

/// Not a level.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{level}` is not a level; known are error, warn, info, debug")]
pub struct UnknownLevel {
    /// What was given.
    pub level: String,
}

impl Default for LogLevel {
    fn default() -> Self {
        Self(LevelFilter::INFO)
    }
}

impl FromStr for LogLevel {
    type Err = UnknownLevel;

    fn from_str(level: &str) -> Result<Self, Self::Err> {
        match level {
            "error" => Ok(Self(LevelFilter::ERROR)),
            "warn" => Ok(Self(LevelFilter::WARN)),
            "info" => Ok(Self(LevelFilter::INFO)),
            "debug" => Ok(Self(LevelFilter::DEBUG)),
            _ => Err(UnknownLevel { level: level.to_owned() }),
        }
    }
}

/// Sets up the process's logs. A panic is logged with its place.
fn init(level: LogLevel) {
    let lines = tracing_subscriber::fmt().json().flatten_event(true).with_current_span(false).with_span_list(false);
    // A second call, as in a test, keeps the first set-up.
    if tracing::subscriber::set_global_default(lines.with_max_level(level.0).finish()).is_ok() {
        panic::set_hook(Box::new(|info| {
            let place = info.location().map(ToString::to_string).unwrap_or_default();
            // The message is left out: it may quote what was being read.
            tracing::error!(outcome = "panic", place);
        }));
    }
}

/// Sets up the logs of a function as its configuration says and hands the configuration on; one that cannot be used is
/// logged, with all that is wrong.
///
/// # Errors
///
/// The configuration's own.
pub fn start<C, E: Display>(config: Result<C, E>, level: impl Fn(&C) -> LogLevel) -> Result<C, E> {
    init(config.as_ref().map(level).unwrap_or_default());
    config.inspect_err(|faults| tracing::error!(outcome = "bad_configuration", reason = %faults))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_a_closed_set() {
        assert!("info".parse::<LogLevel>().is_ok());
        let error = "INFO".parse::<LogLevel>().unwrap_err();
        assert_eq!(error.to_string(), "`INFO` is not a level; known are error, warn, info, debug");
    }
}
