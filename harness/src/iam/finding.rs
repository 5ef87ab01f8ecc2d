//! What the check reports.

use std::fmt;

use serde::Serialize;

use super::policy::Need;

/// A difference between what roles may do and what they need. `role` is a role or, without an environment, the roles of
/// all environments.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
pub(crate) enum Finding {
    /// A call or a documented case needs an action that no statement allows, or that one denies.
    NotAllowed {
        role: String,
        #[serde(flatten)]
        need: Need,
        denied_by: Option<String>,
        /// Statements that allow the action on other resources or under other conditions.
        statements: Vec<String>,
        /// Phase and operation of each call, or the reason of the documented case.
        origins: Vec<String>,
    },
    /// Without the action, each need is still allowed.
    NotNeeded { role: String, statement: String, action: String },
    /// A statement names a resource that no need has.
    ResourceNotMatched { role: String, statement: String, resource: String },
    /// A condition has a key that AWS does not provide for the action, so the condition never holds.
    UnsupportedKey { role: String, statement: String, action: String, key: String },
    /// The data file gives an action a resource that AWS does not check for it.
    UnsupportedResource { action: String, resource: String },
    /// The reference does not have the action.
    UnknownAction { role: String, statement: String, action: String },
    /// The data file does not explain a call.
    UnexplainedCall { phase: String, problem: String },
}

impl Finding {
    /// Returns whether more recorded calls could change the finding.
    pub(crate) fn is_about_unneeded(&self) -> bool {
        matches!(self, Self::NotNeeded { .. } | Self::ResourceNotMatched { .. })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAllowed { role, need, denied_by, statements, origins } => {
                let Need { action, resource, context } = need;
                write!(formatter, "{role}: `{action}` on `{resource}` is ")?;
                match denied_by {
                    Some(statement) => write!(formatter, "denied by the statement `{statement}`")?,
                    None if statements.is_empty() => write!(formatter, "allowed by no statement")?,
                    None => {
                        let statements = statements.join("`, `");
                        write!(formatter, "not allowed: the resource or a condition of `{statements}` does not match")?;
                    }
                }
                if !context.is_empty() {
                    let keys = context.iter().map(|(key, values)| format!("{key} = {}", values.join(", ")));
                    write!(formatter, " ({})", keys.collect::<Vec<_>>().join("; "))?;
                }
                write!(formatter, "; needed by {}", origins.join(", "))
            }
            Self::NotNeeded { role, statement, action } => {
                write!(
                    formatter,
                    "{role}: no call and no documented case needs `{action}` in the statement `{statement}`"
                )
            }
            Self::ResourceNotMatched { role, statement, resource } => {
                write!(
                    formatter,
                    "{role}: no call and no documented case has the resource `{resource}` of `{statement}`"
                )
            }
            Self::UnsupportedKey { role, statement, action, key } => {
                write!(formatter, "{role}: AWS does not provide `{key}` for `{action}` in the statement `{statement}`")
            }
            Self::UnsupportedResource { action, resource } => {
                write!(
                    formatter,
                    "harness/testdata/iam/operations.json: `{action}` cannot have the resource `{resource}`"
                )
            }
            Self::UnknownAction { role, statement, action } => write!(
                formatter,
                "{role}: harness/testdata/iam/reference.json does not have `{action}` of the statement `{statement}`; \
                 run `.ci/iam-reference --write`"
            ),
            Self::UnexplainedCall { phase, problem } => write!(formatter, "{phase}: {problem}"),
        }
    }
}
