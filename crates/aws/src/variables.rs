use std::fmt::{self, Display};
use std::str::FromStr;

use serde::de::DeserializeOwned;

/// Reads environment variables and collects all errors, so that one attempt is enough to correct a configuration.
pub struct Variables<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    invalid: Vec<InvalidVariable>,
}

/// A missing or invalid variable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {problem}")]
pub struct InvalidVariable {
    /// The variable's name.
    pub variable: String,
    /// Why the value is invalid.
    pub problem: String,
}

/// All missing and invalid variables of a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidConfiguration(pub Vec<InvalidVariable>);

impl Display for InvalidConfiguration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration has {} error(s)", self.0.len())?;
        self.0.iter().try_for_each(|invalid| write!(f, "; {invalid}"))
    }
}

impl std::error::Error for InvalidConfiguration {}

impl<'a> Variables<'a> {
    /// Creates a reader over `lookup`: the process's environment, or a test's table.
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, invalid: Vec::new() }
    }

    /// Returns a required variable. Records an error if it is missing or empty.
    pub fn required(&mut self, name: &str) -> Option<String> {
        let value = self.optional(name);
        if value.is_none() {
            self.mark_invalid(name, "is missing");
        }
        value
    }

    /// Returns an optional variable. An empty value counts as missing.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    /// Parses an optional variable that is `true` or `false`; without it, `false`. Records an error for another value.
    pub fn flag(&mut self, name: &str) -> Option<bool> {
        match self.optional(name) {
            None => Some(false),
            Some(_) => self.parsed(name),
        }
    }

    /// Parses a required variable. Records an error if it is missing or invalid.
    pub fn parsed<T: FromStr<Err: Display>>(&mut self, name: &str) -> Option<T> {
        let value = self.required(name)?;
        let parsed = value.parse();
        self.check(name, parsed)
    }

    /// Parses a required variable as JSON. Records an error if it is missing or invalid.
    pub fn json<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let value = self.required(name)?;
        self.check(name, serde_json::from_str(&value))
    }

    /// Returns the value of a result, or records its error for the variable.
    pub fn check<T, E: Display>(&mut self, name: &str, result: Result<T, E>) -> Option<T> {
        result.map_err(|error| self.mark_invalid(name, error)).ok()
    }

    /// Records an error for a variable.
    pub fn mark_invalid(&mut self, name: &str, problem: impl Display) {
        self.invalid.push(InvalidVariable { variable: name.to_owned(), problem: problem.to_string() });
    }

    /// Returns the configuration if it is complete and no error was recorded.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidConfiguration`] with all recorded errors.
    pub fn finish<T>(self, config: Option<T>) -> Result<T, InvalidConfiguration> {
        match config {
            Some(config) if self.invalid.is_empty() => Ok(config),
            _ => Err(InvalidConfiguration(self.invalid)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_invalid_variables_are_reported_at_once() {
        let lookup = |name: &str| match name {
            "NUMBER" => Some("12_3".to_owned()),
            "JSON" => Some("{".to_owned()),
            _ => None,
        };
        let mut variables = Variables::new(&lookup);
        let number = variables.parsed::<u32>("NUMBER");
        let json = variables.json::<Vec<String>>("JSON");
        let text = variables.required("TEXT");
        let error = variables.finish(number.zip(json).zip(text)).unwrap_err();
        let names: Vec<_> = error.0.iter().map(|invalid| invalid.variable.as_str()).collect();
        assert_eq!(names, ["NUMBER", "JSON", "TEXT"]);
        assert!(error.to_string().contains("TEXT: is missing"), "{error}");
    }

    #[test]
    fn empty_variable_is_missing() {
        let mut variables = Variables::new(&|_| Some(String::new()));
        assert_eq!(variables.required("TEXT"), None);
    }
}
