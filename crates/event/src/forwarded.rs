use std::collections::BTreeMap;
use std::collections::btree_map::{Entry, IntoIter, Iter};

use hookline_template::is_credential_header;
use serde::{Deserialize, Serialize};

/// Headers that the connection or Hookline sets for each request.
const RESERVED: [&str; 13] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The beginnings of the names of other headers with credentials, and of headers that Hookline sets.
const PREFIXES: [&str; 4] = ["ce-", "hookline-", "proxy-", "webhook-"];

/// Headers of the sender's request that destinations receive, by their names in lower case. The extension attribute
/// `forwardedheaders` of a queue message: a JSON object, because only Hookline reads it.
///
/// The number and the size are limited, so that a sender cannot enlarge each message. No header with credentials and no
/// header that Hookline sets is ever a part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, String>")]
pub struct ForwardedHeaders(BTreeMap<String, String>);

impl ForwardedHeaders {
    /// The maximum number of headers.
    pub const MAX_HEADERS: usize = 20;

    /// The maximum size of all names and values, in bytes.
    pub const MAX_BYTES: usize = 2048;

    /// Whether a header of this name can be forwarded: the name is valid, and the header neither contains credentials
    /// nor is set by Hookline or the connection. A source can have other headers with credentials.
    #[must_use]
    pub fn is_allowed(name: &str) -> bool {
        // https://www.rfc-editor.org/rfc/rfc9110#name-tokens
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        let name = name.to_ascii_lowercase();
        let is_excluded = is_credential_header(&name) || RESERVED.contains(&&*name);
        !name.is_empty()
            && name.bytes().all(is_token)
            && !is_excluded
            && !PREFIXES.iter().any(|prefix| name.starts_with(prefix))
    }

    /// Adds a header. Returns `false`, and adds nothing, if the header is not [allowed](Self::is_allowed), is present
    /// already, has a value that is not printable ASCII, or exceeds a limit. A value is never shortened.
    #[must_use]
    pub fn insert(&mut self, name: &str, value: &str) -> bool {
        let is_printable = value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        let bytes = self.bytes().saturating_add(name.len()).saturating_add(value.len());
        let fits = self.0.len() < Self::MAX_HEADERS && bytes <= Self::MAX_BYTES;
        if !Self::is_allowed(name) || !is_printable || !fits {
            return false;
        }
        match self.0.entry(name.to_ascii_lowercase()) {
            Entry::Occupied(_) => false,
            Entry::Vacant(entry) => {
                entry.insert(value.to_owned());
                true
            }
        }
    }

    /// Returns the value of a header. The name is not case-sensitive.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(&name.to_ascii_lowercase()).map(String::as_str)
    }

    /// Whether there is no header.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns each name with its value, sorted by name.
    pub fn iter(&self) -> Iter<'_, String, String> {
        self.0.iter()
    }

    fn bytes(&self) -> usize {
        self.0.iter().map(|(name, value)| name.len().saturating_add(value.len())).sum()
    }
}

impl From<BTreeMap<String, String>> for ForwardedHeaders {
    /// Applies all limits also to a message, which an operator can replay from a file. Other headers are left out.
    fn from(headers: BTreeMap<String, String>) -> Self {
        let mut forwarded = Self::default();
        for (name, value) in &headers {
            let _ = forwarded.insert(name, value);
        }
        forwarded
    }
}

impl IntoIterator for ForwardedHeaders {
    type Item = (String, String);
    type IntoIter = IntoIter<String, String>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a ForwardedHeaders {
    type Item = (&'a String, &'a String);
    type IntoIter = Iter<'a, String, String>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
