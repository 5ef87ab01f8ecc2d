//! Options that describe a captured request.

use std::path::Path;

use anyhow::Result;
use clap::Args;
use hookline_signature::{Headers, Request};

use super::scheme_options;
use crate::clock::unix_seconds;

#[derive(Debug, Clone, Args)]
pub(super) struct RequestOptions {
    /// Header of the request, `Name: value`; may be repeated
    #[arg(long = "header", value_name = "HEADER")]
    headers: Vec<String>,
    /// Time of arrival in seconds since 1970; default: now
    #[arg(long, value_name = "SECONDS")]
    now: Option<i64>,
    /// URL of the request without its query, for twilio
    #[arg(long, default_value = "", hide_default_value = true)]
    url: String,
    /// Parameter of the URL's query, for twilio; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    query: Vec<String>,
}

/// A request with everything that a signature covers.
pub(super) struct CapturedRequest {
    headers: Headers,
    query: Vec<(String, String)>,
    url: String,
    /// The exact body.
    pub(super) body: Vec<u8>,
    /// The time of arrival.
    pub(super) now: i64,
}

impl RequestOptions {
    /// Reads the body, and adds the other parts of the request.
    pub(super) fn read(&self, body: &Path) -> Result<CapturedRequest> {
        let split_all = |texts: &[String], separator| {
            texts.iter().map(|text| scheme_options::split_pair(text, separator)).collect::<Result<Vec<_>>>()
        };
        Ok(CapturedRequest {
            body: scheme_options::read(body)?,
            headers: Headers::from_iter(split_all(&self.headers, ':')?),
            query: split_all(&self.query, '=')?,
            url: self.url.clone(),
            now: self.now.unwrap_or_else(unix_seconds),
        })
    }
}

impl CapturedRequest {
    pub(super) fn as_request(&self) -> Request<'_> {
        Request { headers: &self.headers, body: &self.body, url: &self.url, query: &self.query }
    }
}
