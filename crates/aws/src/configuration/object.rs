use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::primitives::ByteStream;
use aws_types::SdkConfig;
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::error::{ConfigurationError, MAX_CONFIGURATION_BYTES};
use crate::bucket::Bucket;
use crate::port_error::PortError;
use crate::timeouts::Timeouts;

const OPERATION: &str = "s3:GetObjectVersion";

/// Error codes of S3 for an object that does not exist. S3 returns them only to a caller that may list the bucket, and
/// "access denied" to another one: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>.
const MISSING: [&str; 3] = ["NoSuchBucket", "NoSuchKey", "NoSuchVersion"];

/// A version of an object with variables, and its hash. A function's environment has them, so a published version of the
/// function always has the same configuration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigurationObject {
    /// The bucket's name.
    pub bucket: String,
    /// The object's key.
    pub key: String,
    /// The object's version, as S3 names it.
    pub version: String,
    /// The SHA-256 of the content, in lower-case hexadecimal digits.
    pub sha256: String,
}

/// The variables of an object: JSON texts by name. They are part of the environment, and take precedence over it.
pub type ConfigurationVariables = BTreeMap<String, Box<RawValue>>;

impl ConfigurationObject {
    /// The variable with the object's location and hash, in JSON. Without it, the environment is complete.
    pub const VARIABLE: &str = "HOOKLINE_CONFIGURATION";

    /// Timeouts of a call. A sender waits for the configuration at the start of an execution environment.
    pub const TIMEOUTS: Timeouts =
        Timeouts { attempt: Duration::from_millis(900), call: Duration::from_millis(1600), attempts: 2 };

    /// Reads the object once, within a time limit, and compares its hash.
    ///
    /// # Errors
    ///
    /// [`ConfigurationError`]: the object is missing, unreadable, altered, too large or not JSON.
    pub async fn read(&self, config: &SdkConfig, time: Duration) -> Result<ConfigurationVariables, ConfigurationError> {
        // The SDK's timeout ends with the headers of the response.
        let content = tokio::time::timeout(time, self.fetch(config)).await;
        let content = content.unwrap_or_else(|_| Err(self.unreadable("the response was not complete in time")))?;
        let actual = hex::encode(Sha256::digest(&content));
        if actual != self.sha256 {
            let expected = self.sha256.clone();
            return Err(ConfigurationError::Altered { object: self.uri(), expected, actual });
        }
        let malformed = |error| ConfigurationError::Malformed { object: self.uri(), source: Arc::new(error) };
        serde_json::from_slice(&content).map_err(malformed)
    }

    async fn fetch(&self, config: &SdkConfig) -> Result<Vec<u8>, ConfigurationError> {
        let bucket = Bucket::new(config, self.bucket.clone());
        let get = bucket.client().get_object().bucket(&self.bucket).key(&self.key).version_id(&self.version);
        match Box::pin(get.send()).await {
            Ok(object) => self.collect(object.body).await,
            Err(error) if error.code().is_some_and(|code| MISSING.contains(&code)) => {
                Err(ConfigurationError::Missing { object: self.uri(), source: PortError::new(OPERATION, error) })
            }
            Err(error) => Err(self.unreadable(error)),
        }
    }

    async fn collect(&self, mut body: ByteStream) -> Result<Vec<u8>, ConfigurationError> {
        let mut content = Vec::new();
        while let Some(chunk) = body.try_next().await.map_err(|error| self.unreadable(error))? {
            if content.len() + chunk.len() > MAX_CONFIGURATION_BYTES {
                return Err(ConfigurationError::TooLarge { object: self.uri() });
            }
            content.extend_from_slice(&chunk);
        }
        Ok(content)
    }

    fn unreadable(&self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ConfigurationError {
        ConfigurationError::Unreadable { object: self.uri(), source: PortError::new(OPERATION, source) }
    }

    /// Returns the location and the version for an error.
    fn uri(&self) -> String {
        format!("s3://{}/{}?versionId={}", self.bucket, self.key, self.version)
    }
}
