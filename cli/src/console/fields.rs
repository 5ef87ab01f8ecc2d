//! The fields of a form or of a query.

use std::sync::Arc;

use anyhow::{Context, Result};
use axum::http::Uri;
use url::form_urlencoded;

/// The fields of a request, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fields(Arc<Vec<(String, String)>>);

impl Fields {
    /// Parses a body or a query.
    pub(super) fn parse(encoded: &[u8]) -> Self {
        Self(Arc::new(form_urlencoded::parse(encoded).into_owned().collect()))
    }

    /// Parses the query of an address.
    pub(super) fn of(uri: &Uri) -> Self {
        Self::parse(uri.query().unwrap_or_default().as_bytes())
    }

    /// Returns the first value of a field, if it is not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let is_found = |(key, value): &&(String, String)| key == name && !value.is_empty();
        self.0.iter().find(is_found).map(|(_, value)| value.as_str())
    }

    /// Returns the first value of a field.
    ///
    /// # Errors
    ///
    /// If the request has no such field, which the console's own forms have.
    pub(super) fn require(&self, name: &str) -> Result<&str> {
        self.get(name).with_context(|| format!("the request has no field `{name}`: go back and repeat it"))
    }

    /// Returns all values of a field.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_decoded() {
        let fields = Fields::parse(b"a=1&a=%3C2%3E&b=&c=x+y");
        assert_eq!(fields.all("a").collect::<Vec<_>>(), ["1", "<2>"]);
        assert_eq!((fields.get("b"), fields.get("c"), fields.get("d")), (None, Some("x y"), None));
        assert!(fields.require("b").unwrap_err().to_string().contains("`b`"));
    }
}
