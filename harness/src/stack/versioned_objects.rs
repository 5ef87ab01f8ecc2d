//! Versions of objects in the stack's buckets.

use anyhow::{Context, Result, ensure};
use reqwest::{Method, Response};

use super::Stack;
use crate::emulator::REGION;
use crate::emulator::json_api::authorization;

impl Stack {
    /// Sets whether a bucket keeps the old versions of its objects. While it does not, a write replaces the version
    /// `null` of the object, and the other versions stay.
    pub(crate) async fn set_versioning(&self, bucket: &str, enabled: bool) -> Result<()> {
        let status = if enabled { "Enabled" } else { "Suspended" };
        let namespace = "http://s3.amazonaws.com/doc/2006-03-01/";
        let body = format!(
            "<VersioningConfiguration xmlns=\"{namespace}\"><Status>{status}</Status></VersioningConfiguration>"
        );
        self.s3(Method::PUT, &format!("/{bucket}?versioning"), body.into_bytes()).await?;
        Ok(())
    }

    /// Writes an object.
    pub(crate) async fn put_object(&self, bucket: &str, key: &str, content: Vec<u8>) -> Result<()> {
        self.s3(Method::PUT, &format!("/{bucket}/{key}"), content).await?;
        Ok(())
    }

    /// Returns the content of a version of an object.
    pub(crate) async fn object_version(&self, bucket: &str, key: &str, version: &str) -> Result<Vec<u8>> {
        let path = format!("/{bucket}/{key}?versionId={version}");
        Ok(self.s3(Method::GET, &path, Vec::new()).await?.bytes().await?.to_vec())
    }

    /// Deletes a version of an object, if it exists.
    pub(crate) async fn delete_object_version(&self, bucket: &str, key: &str, version: &str) -> Result<()> {
        self.s3(Method::DELETE, &format!("/{bucket}/{key}?versionId={version}"), Vec::new()).await?;
        Ok(())
    }

    /// Calls an operation of S3.
    pub(super) async fn s3(&self, method: Method, path: &str, body: Vec<u8>) -> Result<Response> {
        let request = self.http.request(method.clone(), format!("{}{path}", self.endpoint)).body(body);
        let response = request.header("authorization", authorization("test", REGION, "s3")).send().await;
        let response = response.with_context(|| format!("cannot call S3: {method} {path}"))?;
        let status = response.status();
        ensure!(status.is_success(), "S3 rejected {method} {path} with {status}: {}", response.text().await?);
        Ok(response)
    }
}
