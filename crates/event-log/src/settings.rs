use serde::{Deserialize, Serialize};

/// The settings of the event log in the environment of the functions: the JSON of `HOOKLINE_EVENT_LOG`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventLogSettings {
    /// The name of the index's table.
    pub table: String,
    /// How long entries are kept, in seconds.
    pub seconds: u64,
    /// The sources whose events are logged; `None`: all of them. `events` is `POST /events`.
    #[serde(default)]
    pub sources: Option<Vec<String>>,
}

impl EventLogSettings {
    /// Whether the events of a source are logged.
    #[must_use]
    pub fn has_source(&self, source: &str) -> bool {
        self.sources.as_ref().is_none_or(|sources| sources.iter().any(|name| name == source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_list_all_sources_are_logged() {
        let all: EventLogSettings = serde_json::from_str(r#"{"table":"t","seconds":60}"#).unwrap();
        assert!(all.has_source("github"));
        let some: EventLogSettings =
            serde_json::from_str(r#"{"table":"t","seconds":60,"sources":["github"]}"#).unwrap();
        assert!(some.has_source("github") && !some.has_source("stripe"));
        assert!(serde_json::from_str::<EventLogSettings>(r#"{"table":"t","seconds":60,"source":[]}"#).is_err());
    }
}
