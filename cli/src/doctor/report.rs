use serde_json::{Value, json};

/// How severe a finding is, from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing to do.
    Ok,
    /// The check has no result, for instance because the caller is not allowed to read the resource.
    Unknown,
    /// Deliveries work; an operator should know it or decide.
    Warning,
    /// Events are lost, delayed or rejected, now or soon.
    Problem,
}

impl Severity {
    /// Returns the name for tables and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unknown => "unknown",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

/// One result of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How severe it is.
    pub severity: Severity,
    /// What the check found.
    pub found: String,
    /// What to do; `None` if there is nothing to do.
    pub advice: Option<String>,
}

impl Finding {
    pub(super) fn ok(found: impl Into<String>) -> Self {
        Self { severity: Severity::Ok, found: found.into(), advice: None }
    }

    pub(super) fn warning(found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, found: found.into(), advice: Some(advice.into()) }
    }

    pub(super) fn problem(found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { severity: Severity::Problem, found: found.into(), advice: Some(advice.into()) }
    }

    pub(super) fn unknown(found: impl Into<String>) -> Self {
        Self { severity: Severity::Unknown, found: found.into(), advice: None }
    }
}

/// A check with its results. There is at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Name of the check, such as `dead-letter-queue`.
    pub name: &'static str,
    /// The results.
    pub findings: Vec<Finding>,
}

impl Check {
    /// Returns the severity of the most severe result.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Ok)
    }
}

/// The results of all checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The checks, always in the same order.
    pub checks: Vec<Check>,
}

impl Report {
    /// Returns the number of checks whose most severe result has this severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.checks.iter().filter(|check| check.severity() == severity).count()
    }

    /// Returns the results of a check; empty if there is no such check.
    #[must_use]
    pub fn findings(&self, check: &str) -> &[Finding] {
        self.checks.iter().find(|other| other.name == check).map_or(&[], |check| &check.findings)
    }

    /// Returns the report as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        let finding = |Finding { severity, found, advice }: &Finding| json!({ "status": severity.name(), "found": found, "advice": advice });
        let check = |check: &Check| {
            let findings: Vec<_> = check.findings.iter().map(finding).collect();
            json!({ "check": check.name, "status": check.severity().name(), "findings": findings })
        };
        json!({
            "problems": self.count(Severity::Problem), "warnings": self.count(Severity::Warning),
            "unknown": self.count(Severity::Unknown), "checks": self.checks.iter().map(check).collect::<Vec<_>>(),
        })
    }
}
