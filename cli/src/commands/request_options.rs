//! Options that describe a captured request.

use std::path::Path;

use anyhow::{Result, bail};
use clap::Args;
use hookline_senders::Endpoint;
use hookline_signature::{Headers, Request};
use url::{Url, form_urlencoded};

use super::scheme_options;
use crate::clock::unix_seconds;
use crate::signed_event::with_parameters;
use crate::usage::UsageError;

#[derive(Debug, Clone, Args)]
pub(super) struct RequestOptions {
    /// Header of the request, `Name: value`; may be repeated
    #[arg(long = "header", value_name = "HEADER")]
    headers: Vec<String>,
    /// Time of arrival in seconds since 1970; default: now
    #[arg(long, value_name = "SECONDS")]
    now: Option<i64>,
    /// Method of the request
    #[arg(long, default_value = "POST")]
    method: String,
    /// URL of the request with its query, for senders that sign it
    #[arg(long, default_value = "", hide_default_value = true)]
    url: String,
    /// Parameter of the query that is not in --url; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    query: Vec<String>,
}

/// A request with everything that a signature covers.
pub(super) struct CapturedRequest {
    method: String,
    headers: Headers,
    query: Vec<(String, String)>,
    raw_query: String,
    url: String,
    /// The exact body.
    pub(super) body: Vec<u8>,
    /// The time of arrival.
    pub(super) now: i64,
}

impl RequestOptions {
    /// Reads the body, and adds the other parts of the request, which `scheme` verifies. Only a GET or HEAD request needs no
    /// body, and only a sender that signs the URL needs one.
    pub(super) fn read(&self, body: Option<&Path>, scheme: &Endpoint) -> Result<CapturedRequest> {
        check_url(scheme, &self.url)?;
        let method = self.method.to_uppercase();
        let body = match body {
            Some(body) => scheme_options::read(body)?,
            None if ["GET", "HEAD"].contains(&method.as_str()) => Vec::new(),
            None => bail!(UsageError("--body is missing: add --body FILE (- reads standard input)".to_owned())),
        };
        let (url, raw_query) = self.url.split_once('?').unwrap_or((&self.url, ""));
        let raw_query = with_parameters(raw_query, &parameters(&self.query)?);
        Ok(CapturedRequest {
            method,
            body,
            headers: Headers::from_iter(headers(&self.headers)?),
            query: form_urlencoded::parse(raw_query.as_bytes()).into_owned().collect(),
            raw_query,
            url: url.to_owned(),
            now: self.now.unwrap_or_else(unix_seconds),
        })
    }
}

/// Splits the headers, which are `Name: value`.
pub(super) fn headers(texts: &[String]) -> Result<Vec<(String, String)>> {
    let header = |text: &String| split_pair(text, ':').ok_or_else(|| invalid("header", text, "Name: value"));
    texts.iter().map(header).collect()
}

/// Splits the parameters of a query, which are `name=value`.
pub(super) fn parameters(texts: &[String]) -> Result<Vec<(String, String)>> {
    let parameter = |text: &String| split_pair(text, '=').ok_or_else(|| invalid("query", text, "NAME=VALUE"));
    texts.iter().map(parameter).collect()
}

/// Parses the URL of a web server.
pub(super) fn http_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().filter(|url| ["http", "https"].contains(&url.scheme()) && url.has_host());
    url.ok_or_else(|| "write a URL such as https://hooks.example.com/webhooks/stripe".to_owned())
}

/// Checks that there is a URL if the sender signs it.
pub(super) fn check_url(scheme: &Endpoint, url: &str) -> Result<()> {
    if url.is_empty() && scheme.needs_url() {
        bail!(UsageError("the sender signs the URL: add --url with the URL that receives the request".to_owned()));
    }
    Ok(())
}

fn invalid(option: &str, text: &str, form: &str) -> anyhow::Error {
    UsageError(format!("--{option} `{text}` is not `{form}`")).into()
}

/// Splits a text at its first separator.
fn split_pair(text: &str, separator: char) -> Option<(String, String)> {
    let (name, value) = text.split_once(separator)?;
    Some((name.trim().to_owned(), value.strip_prefix(' ').unwrap_or(value).to_owned()))
}

impl CapturedRequest {
    pub(super) fn as_request(&self) -> Request<'_> {
        Request {
            method: &self.method,
            headers: &self.headers,
            body: &self.body,
            url: &self.url,
            query: &self.query,
            raw_query: &self.raw_query,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::source_scheme::SourceScheme;

    #[derive(Parser)]
    struct CommandLine {
        #[command(flatten)]
        request: RequestOptions,
    }

    fn captured(arguments: &[&str]) -> Result<CapturedRequest> {
        captured_of("github", arguments)
    }

    fn captured_of(sender: &str, arguments: &[&str]) -> Result<CapturedRequest> {
        let scheme = SourceScheme::of_sender(sender).unwrap().scheme;
        CommandLine::parse_from(["verify"].iter().chain(arguments)).request.read(None, &scheme)
    }

    #[test]
    fn query_is_in_the_url_and_in_parameters() {
        let url = "https://hooks.example.com/x?a=1%20b";
        let captured = captured(&["--method", "get", "--url", url, "--query", "c=d&e", "--header", "X-A: 1"]).unwrap();
        let request = captured.as_request();
        assert_eq!((request.method, request.url), ("GET", "https://hooks.example.com/x"));
        assert_eq!(request.raw_query, "a=1%20b&c=d%26e");
        assert_eq!(
            request.query,
            [("a", "1 b"), ("c", "d&e")].map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        assert_eq!(request.headers.first("x-a"), Some("1"));
    }

    #[test]
    fn only_a_url_of_a_web_server_is_one() {
        assert!(http_url("http://127.0.0.1:3000/hook").is_ok());
        for text in ["", "nonsense", "ftp://files.example.com/", "hooks.example.com/x", "https://"] {
            assert!(http_url(text).unwrap_err().contains("https://hooks.example.com/"), "{text}");
        }
    }

    #[test]
    fn post_needs_a_body() {
        assert!(captured(&[]).is_err_and(|error| error.is::<UsageError>()) && captured(&["--method", "HEAD"]).is_ok());
    }

    #[test]
    fn sender_that_signs_the_url_needs_one() {
        let request = |arguments| captured_of("square", arguments);
        assert!(request(&["--method", "GET"]).is_err_and(|error| error.to_string().contains("add --url")));
        assert!(request(&["--method", "GET", "--url", "https://hooks.example.com/x"]).is_ok());
    }

    #[test]
    fn invalid_option_is_named() {
        for (arguments, expected) in [
            (["--header", "X=1"], "--header `X=1` is not `Name: value`"),
            (["--query", "x"], "--query `x` is not `NAME=VALUE`"),
        ] {
            let error = captured(&["--method", "GET", arguments[0], arguments[1]]).err().unwrap();
            assert!(error.is::<UsageError>());
            assert_eq!(error.to_string(), expected);
        }
    }
}
