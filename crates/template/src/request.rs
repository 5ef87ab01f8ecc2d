use crate::Headers;

/// A received request: everything that a scheme may verify or read.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The request's method, in upper case.
    pub method: &'a str,
    /// The request's headers.
    pub headers: &'a Headers,
    /// The exact bytes of the body.
    pub body: &'a [u8],
    /// The URL that received the request, without its query; empty if unknown.
    pub url: &'a str,
    /// The URL's query, decoded.
    pub query: &'a [(String, String)],
    /// The URL's query as the sender wrote it, without the question mark.
    pub raw_query: &'a str,
}

impl<'a> Request<'a> {
    /// Returns a POST request without a URL, for the senders that sign neither.
    #[must_use]
    pub fn post(headers: &'a Headers, body: &'a [u8]) -> Self {
        Self { method: "POST", headers, body, url: "", query: &[], raw_query: "" }
    }
}
