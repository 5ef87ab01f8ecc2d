use hookline_template::TemplateError;

/// An invalid description or option.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A place or template is malformed.
    #[error("`{member}`: {source}")]
    Template {
        /// The description's member.
        member: &'static str,
        /// The problem.
        source: TemplateError,
    },
    /// A member is missing, contradicts another one, or would make the signature ambiguous or worthless.
    #[error("`{member}` {problem}")]
    Invalid {
        /// The description's member or the source's option.
        member: &'static str,
        /// The problem.
        problem: &'static str,
    },
    /// The tolerance is out of range: zero would accept nothing, and events are deduplicated for a limited time.
    #[error("`tolerance_seconds` must be 1 to {max}, the time for which events are deduplicated")]
    InvalidTolerance {
        /// The maximum.
        max: u32,
    },
}

/// Returns the error for a member with a problem.
#[must_use]
pub fn invalid(member: &'static str, problem: &'static str) -> ConfigError {
    ConfigError::Invalid { member, problem }
}

/// Parses a place or template.
///
/// # Errors
///
/// [`ConfigError::Template`] if it is malformed.
pub fn parsed<T: std::str::FromStr<Err = TemplateError>>(member: &'static str, text: &str) -> Result<T, ConfigError> {
    text.parse().map_err(|source| ConfigError::Template { member, source })
}
