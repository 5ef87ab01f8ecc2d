use crate::ReadError;

/// Headers whose value is a credential by its name. `terraform/modules/hookline/destination_kinds.tf` has the same list.
const CREDENTIALS: [&str; 12] = [
    "api-key",
    "apikey",
    "authorization",
    "cookie",
    "private-token",
    "proxy-authorization",
    "set-cookie",
    "x-access-token",
    "x-amz-security-token",
    "x-api-key",
    "x-auth-token",
    "x-vault-token",
];

/// Whether a header of this name, in lower case, has a credential. A source can have other headers with credentials.
#[must_use]
pub fn is_credential_header(name: &str) -> bool {
    CREDENTIALS.contains(&name)
}

/// The headers of a request. Names are not case-sensitive.
#[derive(Debug, Clone, Default)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// Returns the value of a required header that must occur only once.
    ///
    /// # Errors
    ///
    /// Returns [`ReadError::Missing`] without such a header, and [`ReadError::Duplicate`] with several:
    /// proxies and other readers may choose different ones.
    pub fn exactly_one(&self, name: &str) -> Result<&str, ReadError> {
        let mut values = self.all(name);
        let first = values.next().ok_or_else(|| ReadError::Missing { location: name.to_owned() })?;
        match values.next() {
            None => Ok(first),
            Some(_) => Err(ReadError::Duplicate { location: name.to_owned() }),
        }
    }

    /// Returns the value of an optional header that must not occur twice.
    ///
    /// # Errors
    ///
    /// Returns [`ReadError::Duplicate`] if the header occurs more than once.
    pub fn at_most_one(&self, name: &str) -> Result<Option<&str>, ReadError> {
        match self.exactly_one(name) {
            Err(ReadError::Missing { .. }) => Ok(None),
            value => value.map(Some),
        }
    }

    /// Returns the first value of a header that authenticates nothing, such as the type of an event.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Returns every value of a header, in the order of the request.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
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

    /// The plan rejects headers that ingest would not forward.
    #[test]
    fn credential_headers_are_those_of_terraform() {
        let terraform = include_str!("../../../terraform/modules/hookline/destination_kinds.tf");
        let (_, list) = terraform.split_once("credential_header_pattern = join(").unwrap();
        let list: Vec<_> = list.split_once("])").unwrap().0.split('"').skip(1).step_by(2).collect();
        let names =
            list.iter().map(|name| name.trim_start_matches("^(")).filter(|name| !["|", "proxy-.*)$"].contains(name));
        let expected = CREDENTIALS.into_iter().filter(|name| !name.starts_with("proxy-"));
        assert_eq!(names.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    }

    #[test]
    fn names_are_not_case_sensitive() {
        let headers = Headers::from_iter([("x-hub-SIGNATURE-256", "a")]);
        assert_eq!(headers.exactly_one("X-Hub-Signature-256"), Ok("a"));
    }

    #[test]
    fn rejects_duplicate_header_even_with_the_same_value() {
        let headers = Headers::from_iter([("X-Sig", "a"), ("x-sig", "a")]);
        assert_eq!(headers.exactly_one("X-Sig"), Err(ReadError::Duplicate { location: "X-Sig".into() }));
    }
}
