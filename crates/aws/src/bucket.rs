use std::sync::OnceLock;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_types::SdkConfig;

use crate::PortError;

const GET_OBJECT: &str = "s3:GetObject";

/// The largest buffer that is allocated before an object arrives: more than the largest payload.
const MAX_BUFFER_BYTES: usize = 5 * 1024 * 1024;

/// An object of a bucket, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// The exact bytes.
    pub bytes: Vec<u8>,
    /// The version of the content, for a conditional write.
    pub etag: Option<String>,
}

/// An S3 bucket and its client. The client is created on first use, because most execution environments never offload a
/// payload.
#[derive(Debug)]
pub struct Bucket {
    config: SdkConfig,
    client: OnceLock<Client>,
    /// The bucket's name.
    pub name: String,
}

impl Bucket {
    /// Creates a handle for the bucket with this name.
    #[must_use]
    pub fn new(config: &SdkConfig, name: String) -> Self {
        Self { config: config.clone(), client: OnceLock::new(), name }
    }

    /// Returns the client, and creates it on the first call.
    pub fn client(&self) -> &Client {
        // An emulator serves all buckets from one host.
        let is_emulated = self.config.endpoint_url().is_some();
        let config = || Builder::from(&self.config).force_path_style(is_emulated).build();
        self.client.get_or_init(|| Client::from_conf(config()))
    }

    /// Reads an object, or a range of it such as `bytes=0-99`. Returns `None` if there is no such object. S3 says so only to a
    /// role with `s3:ListBucket` on the bucket, and "access denied" to another one:
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>.
    ///
    /// # Errors
    ///
    /// If S3 does not respond or rejects the request.
    pub async fn get(&self, key: &str, range: Option<String>) -> Result<Option<Object>, PortError> {
        let get = self.client().get_object().bucket(&self.name).key(key).set_range(range);
        let object = match Box::pin(get.send()).await {
            Ok(object) => object,
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => return Ok(None),
            Err(error) => return Err(PortError::new(GET_OBJECT, error)),
        };
        // One buffer: `collect` would need the memory of the object twice.
        let length = object.content_length.and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
        let mut bytes = Vec::with_capacity(length.min(MAX_BUFFER_BYTES));
        let mut body = object.body;
        while let Some(chunk) = body.try_next().await.map_err(|error| PortError::new(GET_OBJECT, error))? {
            bytes.extend_from_slice(&chunk);
        }
        Ok(Some(Object { bytes, etag: object.e_tag }))
    }
}
