use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// A call to another service that failed after all its attempts.
///
/// Clones share the source, because a cached failure is returned several times.
#[derive(Clone)]
pub struct PortError {
    /// The operation, as in an IAM policy: `sqs:SendMessage`.
    pub operation: &'static str,
    source: Arc<dyn Error + Send + Sync>,
}

impl PortError {
    /// Creates an error with its source.
    pub fn new(operation: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { operation, source: Arc::from(source.into()) }
    }
}

impl Error for PortError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}

/// Omits the response, which the SDK's own `Debug` output contains: it may include a secret.
impl fmt::Debug for PortError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PortError({self})")
    }
}

/// Includes every cause: the SDK's own message contains only that the service or the connection failed.
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

/// Returns the first error of type `E` among an error and its sources.
///
/// For an `io::Error`, the search continues with the wrapped error, which `io::Error::source` skips.
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
    fn display_includes_every_cause() {
        let error = PortError::new("sqs:SendMessage", Outer { source: io::ErrorKind::TimedOut.into() });
        assert_eq!(error.to_string(), "sqs:SendMessage failed: outer: timed out");
        assert_eq!(error.clone().source().map(ToString::to_string).as_deref(), Some("outer"));
    }

    #[test]
    fn finds_error_wrapped_in_io_error() {
        let error = Outer { source: io::Error::other(Inner) };
        assert!(find_source::<Inner>(&error).is_some());
        assert!(find_source::<Inner>(&Outer { source: io::Error::other("text") }).is_none());
    }
}
