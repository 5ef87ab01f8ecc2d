use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// A call to another service that did not succeed, after all its attempts. Cloned, it shares its source: a failure that is
/// remembered for a while is returned several times.
#[derive(Clone)]
pub struct PortError {
    /// The call, as the service's API names it: `sqs:SendMessage`.
    pub operation: &'static str,
    source: Arc<dyn Error + Send + Sync>,
}

impl PortError {
    /// Keeps the error as the source.
    pub fn new(operation: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { operation, source: Arc::from(source.into()) }
    }
}

impl Error for PortError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}

/// Without the response, which the SDK's own error prints: it may hold a secret.
impl fmt::Debug for PortError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PortError({self})")
    }
}

/// With every cause: the SDK's own error says only that the service, or the connection, failed.
impl fmt::Display for PortError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} failed", self.operation)?;
        let mut next = self.source();
        while let Some(error) = next {
            write!(formatter, ": {error}")?;
            next = error.source();
        }
        Ok(())
    }
}

/// The first error of a type, among an error and its sources. An `io::Error` hides the error that it was made from: its
/// `source()` is that error's source.
#[must_use]
pub fn find_source<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct Outer {
        source: io::Error,
    }

    #[derive(Debug, thiserror::Error)]
    #[error("inner")]
    struct Inner;

    #[test]
    fn display_has_every_cause() {
        let error = PortError::new("sqs:SendMessage", Outer { source: io::ErrorKind::TimedOut.into() });
        assert_eq!(error.to_string(), "sqs:SendMessage failed: outer: timed out");
        assert_eq!(error.clone().source().map(ToString::to_string).as_deref(), Some("outer"));
    }

    #[test]
    fn finds_an_error_inside_an_io_error() {
        let error = Outer { source: io::Error::other(Inner) };
        assert!(find_source::<Inner>(&error).is_some());
        assert!(find_source::<Inner>(&Outer { source: io::Error::other("text") }).is_none());
    }
}
