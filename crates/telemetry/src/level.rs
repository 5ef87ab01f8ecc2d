use std::str::FromStr;

use serde::Serialize;

/// Severity of a line; also the lowest severity that a function writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// Details for debugging.
    Debug,
    /// Normal operation.
    #[default]
    Info,
    /// An error of a sender or a destination, or one that is retried.
    Warn,
    /// An error of the service itself, or one that an operator has to handle.
    Error,
}

/// The text is not the name of a level.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown level `{level}`; use error, warn, info or debug")]
pub struct UnknownLevel {
    /// The invalid text.
    pub level: String,
}

impl FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(level: &str) -> Result<Self, Self::Err> {
        match level {
            "error" => Ok(Self::Error),
            "warn" => Ok(Self::Warn),
            "info" => Ok(Self::Info),
            "debug" => Ok(Self::Debug),
            _ => Err(UnknownLevel { level: level.to_owned() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_lowercase_levels_are_parsed() {
        assert_eq!("info".parse(), Ok(Level::Info));
        let error = "INFO".parse::<Level>().unwrap_err();
        assert_eq!(error.to_string(), "unknown level `INFO`; use error, warn, info or debug");
        assert!(Level::Debug < Level::Info && Level::Warn < Level::Error);
    }
}
