use crate::VerifyError;

/// The headers of one request, names matched without regard to case.
#[derive(Debug, Clone, Default)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// The value of a header that may come only once.
    ///
    /// # Errors
    ///
    /// [`VerifyError::MissingHeader`] without one; [`VerifyError::DuplicateHeader`] with several: which of them a
    /// proxy or another reader would believe is not ours to guess.
    pub fn exactly_one(&self, name: &str) -> Result<&str, VerifyError> {
        let mut values = self.all(name);
        let first = values.next().ok_or_else(|| VerifyError::MissingHeader { header: name.to_owned() })?;
        match values.next() {
            None => Ok(first),
            Some(_) => Err(VerifyError::DuplicateHeader { header: name.to_owned() }),
        }
    }

    /// The value of a header that may be missing, but may not come twice.
    ///
    /// # Errors
    ///
    /// [`VerifyError::DuplicateHeader`].
    pub fn at_most_one(&self, name: &str) -> Result<Option<&str>, VerifyError> {
        match self.exactly_one(name) {
            Err(VerifyError::MissingHeader { .. }) => Ok(None),
            value => value.map(Some),
        }
    }

    /// The value of a header with the time that a scheme signs.
    ///
    /// # Errors
    ///
    /// [`VerifyError::MissingTimestamp`] or [`VerifyError::DuplicateHeader`].
    pub(crate) fn timestamp(&self, name: &str) -> Result<&str, VerifyError> {
        self.at_most_one(name)?.ok_or_else(|| VerifyError::MissingTimestamp { place: name.to_owned() })
    }

    /// The first value of a header that proves nothing, such as the name of an event.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(headers: I) -> Self {
        Self(headers.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_matched_without_regard_to_case() {
        let headers = Headers::from_iter([("x-hub-SIGNATURE-256", "a")]);
        assert_eq!(headers.exactly_one("X-Hub-Signature-256"), Ok("a"));
    }

    #[test]
    fn the_same_header_twice_is_refused_even_with_one_value() {
        let headers = Headers::from_iter([("X-Sig", "a"), ("x-sig", "a")]);
        assert_eq!(headers.exactly_one("X-Sig"), Err(VerifyError::DuplicateHeader { header: "X-Sig".into() }));
    }
}
