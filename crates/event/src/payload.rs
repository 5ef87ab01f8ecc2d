use bytes::Bytes;

/// The payload of a queued event, or its location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// The payload is in the message itself, as `data_base64`.
    Inline(Bytes),
    /// The payload is in a bucket, because it is too large for the queue. The message has its URI as `dataref`
    /// ([the claim check pattern](https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/extensions/dataref.md)).
    Offloaded {
        /// `s3://<bucket>/<key>`.
        uri: String,
    },
}

impl Payload {
    /// Creates an offloaded payload from the location of its object.
    #[must_use]
    pub fn offloaded(bucket: &str, key: &str) -> Self {
        Self::Offloaded { uri: format!("s3://{bucket}/{key}") }
    }

    /// Returns the object's key, or `None` if the URI is not in `bucket`: process reads payloads from one bucket only.
    #[must_use]
    pub fn object_key<'u>(uri: &'u str, bucket: &str) -> Option<&'u str> {
        uri.strip_prefix("s3://")?.strip_prefix(bucket)?.strip_prefix('/').filter(|key| !key.is_empty())
    }
}

impl From<Vec<u8>> for Payload {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Inline(bytes.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_key_requires_the_expected_bucket() {
        assert_eq!(Payload::offloaded("b", "k/1"), Payload::Offloaded { uri: "s3://b/k/1".to_owned() });
        assert_eq!(Payload::object_key("s3://b/k/1", "b"), Some("k/1"));
        for other in ["s3://bb/k", "s3://b/", "s3://b", "s3:/b/k", "https://b/k", "", "s3://a/b/k"] {
            assert_eq!(Payload::object_key(other, "b"), None, "{other}");
        }
    }
}
