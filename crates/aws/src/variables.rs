use std::fmt::{self, Display};
use std::str::FromStr;

use serde::de::DeserializeOwned;

/// Reads variables and remembers every fault, so that a person mends a configuration once, not once a variable.
pub struct Variables<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    faults: Vec<InvalidVariable>,
}

/// One variable that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {problem}")]
pub struct InvalidVariable {
    /// The variable's name.
    pub variable: String,
    /// What is wrong with it.
    pub problem: String,
}

/// All that is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidConfiguration(pub Vec<InvalidVariable>);

impl Display for InvalidConfiguration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration has {} error(s)", self.0.len())?;
        self.0.iter().try_for_each(|fault| write!(f, "; {fault}"))
    }
}

impl std::error::Error for InvalidConfiguration {}

impl<'a> Variables<'a> {
    /// Reads from `lookup`: the process's environment, or a test's table.
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, faults: Vec::new() }
    }

    /// A variable that has to be there.
    pub fn required(&mut self, name: &str) -> Option<String> {
        let value = self.optional(name);
        if value.is_none() {
            self.mark_invalid(name, "is missing");
        }
        value
    }

    /// A variable that may be missing.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    /// A variable that has to be there and is no bare text.
    pub fn parsed<T: FromStr<Err: Display>>(&mut self, name: &str) -> Option<T> {
        let value = self.required(name)?;
        let parsed = value.parse();
        self.check(name, parsed)
    }

    /// A variable that has to be there and holds JSON.
    pub fn json<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let value = self.required(name)?;
        self.check(name, serde_json::from_str(&value))
    }

    /// Keeps what is right and remembers what is not.
    pub fn check<T, E: Display>(&mut self, name: &str, result: Result<T, E>) -> Option<T> {
        result.map_err(|error| self.mark_invalid(name, error)).ok()
    }

    /// Remembers a fault.
    pub fn mark_invalid(&mut self, name: &str, problem: impl Display) {
        self.faults.push(InvalidVariable { variable: name.to_owned(), problem: problem.to_string() });
    }

    /// The configuration, if all of it is there and nothing was wrong.
    ///
    /// # Errors
    ///
    /// [`InvalidConfiguration`]: every one that was found.
    pub fn finish<T>(self, config: Option<T>) -> Result<T, InvalidConfiguration> {
        match config {
            Some(config) if self.faults.is_empty() => Ok(config),
            _ => Err(InvalidConfiguration(self.faults)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_reported_at_once() {
        let lookup = |name: &str| match name {
            "NUMBER" => Some("12_3".to_owned()),
            "JSON" => Some("{".to_owned()),
            _ => None,
        };
        let mut variables = Variables::new(&lookup);
        let number = variables.parsed::<u32>("NUMBER");
        let json = variables.json::<Vec<String>>("JSON");
        let text = variables.required("TEXT");
        let faults = variables.finish(number.zip(json).zip(text)).unwrap_err();
        let named: Vec<_> = faults.0.iter().map(|fault| fault.variable.as_str()).collect();
        assert_eq!(named, ["NUMBER", "JSON", "TEXT"]);
        assert!(faults.to_string().contains("TEXT: is missing"), "{faults}");
    }

    #[test]
    fn an_empty_variable_is_missing() {
        let mut variables = Variables::new(&|_| Some(String::new()));
        assert_eq!(variables.required("TEXT"), None);
    }
}
