use std::str::FromStr;

use serde::Serialize;

/// How severe a line is; also the least level that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// For whoever looks for a fault.
    Debug,
    /// As it should be.
    #[default]
    Info,
    /// Another's fault, or one that is tried again.
    Warn,
    /// Ours, or one that a person has to look at.
    Error,
}

/// Not a level.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{level}` is not a level; known are error, warn, info, debug")]
pub struct UnknownLevel {
    /// What was given.
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
    fn levels_are_a_closed_set() {
        assert_eq!("info".parse(), Ok(Level::Info));
        let error = "INFO".parse::<Level>().unwrap_err();
        assert_eq!(error.to_string(), "`INFO` is not a level; known are error, warn, info, debug");
        assert!(Level::Debug < Level::Info && Level::Warn < Level::Error);
    }
}
