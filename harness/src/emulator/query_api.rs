//! Calls of AWS's query protocol (form parameters, XML responses) without an SDK, for services of which the harness needs
//! only a few operations. The SDK of IAM would be one of the largest dependencies.

use anyhow::{Context, Result, ensure};
use aws_smithy_xml::decode::{Document, ScopedDecoder, try_data};
use reqwest::Client;

use super::info::REGION;
use super::json_api::authorization;

/// A service with the query protocol.
#[derive(Debug, Clone, Copy)]
pub(crate) struct QueryService {
    /// Service name in the scope of a credential, such as `iam`.
    pub(crate) name: &'static str,
    /// Version of the API, such as `2010-05-08`.
    pub(crate) version: &'static str,
}

impl QueryService {
    /// Calls an operation and returns the XML of its response.
    pub(crate) async fn call(
        self,
        http: &Client,
        endpoint: &str,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Result<String> {
        let Self { name, version } = self;
        let form: Vec<_> = [("Action", action), ("Version", version)].iter().chain(parameters).copied().collect();
        let request = http.post(endpoint).header("authorization", authorization("test", REGION, name)).form(&form);
        let response = request.send().await.with_context(|| format!("cannot call {name} {action}"))?;
        let (status, text) = (response.status(), response.text().await?);
        ensure!(status.is_success(), "{name} {action} failed with {status}: {text}");
        Ok(text)
    }
}

/// Returns the text of an element in a response, such as `PolicyDocument`. `path` has the names of the elements around it
/// below the root, from the outside to the inside, and the name of the element itself.
pub(crate) fn element_text(xml: &str, path: &[&str]) -> Result<String> {
    let mut document = Document::new(xml);
    let root = document.root_element().context("the response is not XML")?;
    find_text(root, path).with_context(|| format!("the response has no text at `{}`: {xml}", path.join("/")))
}

fn find_text(mut parent: ScopedDecoder<'_, '_>, path: &[&str]) -> Result<String> {
    let (name, rest) = path.split_first().context("the path is empty")?;
    while let Some(mut element) = parent.next_tag() {
        if element.start_el().local() == *name {
            return if rest.is_empty() { Ok(try_data(&mut element)?.into_owned()) } else { find_text(element, rest) };
        }
    }
    anyhow::bail!("the element `{name}` is missing")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn returns_unescaped_text_of_an_element() {
        let xml = r#"<?xml version="1.0"?><R xmlns="https://iam.example/"><Meta/><Result><Other>x</Other><Document>a&quot;%20b</Document></Result></R>"#;
        assert_eq!(element_text(xml, &["Result", "Document"]).unwrap(), "a\"%20b");
        let error = format!("{:#}", element_text(xml, &["Result", "Missing"]).unwrap_err());
        assert!(error.starts_with("the response has no text at `Result/Missing`: <?xml"), "{error}");
        assert!(error.ends_with("the element `Missing` is missing"), "{error}");
        assert!(element_text("{}", &["Result"]).is_err());
    }
}
