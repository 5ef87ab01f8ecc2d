//! Lists of API Gateway.

use anyhow::{Result, bail};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::Value;
use url::form_urlencoded::byte_serialize;

use crate::service_api::{API_GATEWAY, Call};
use crate::target::Target;

/// The permission for every read of API Gateway.
pub(crate) const PERMISSION: &str = "apigateway:GET";
/// Pages that are read. A page has 500 REST APIs, or some dozens of other resources.
const MAX_PAGES: usize = 20;
/// Custom domains of the account that are read.
const MAX_DOMAINS: usize = 50;
/// The number of custom domains that are read at the same time. API Gateway allows 10 requests per second.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>
const CONCURRENCY: usize = 5;

/// A custom domain of an API.
pub(crate) struct Domain {
    pub(crate) name: String,
    pub(crate) certificate_arn: String,
}

/// Returns the id of the deployment's REST API, or `None` if it is an HTTP API.
pub(crate) async fn rest_api_id(target: &Target) -> Result<Option<String>> {
    Ok(id_of(&list(target, "/restapis?limit=500", "position").await?, "id", target.resources.prefix()))
}

/// Returns the id of the deployment's HTTP API, or `None` if it is a REST API.
pub(crate) async fn http_api_id(target: &Target) -> Result<Option<String>> {
    Ok(id_of(&list(target, "/v2/apis", "nextToken").await?, "apiId", target.resources.prefix()))
}

/// Returns all items of a list. `token` is the member of a page, and the parameter of the request, with
/// the position of the next page.
pub(crate) async fn list(target: &Target, path: &str, token: &str) -> Result<Vec<Value>> {
    let (mut found, mut position) = (Vec::new(), String::new());
    for _ in 0..MAX_PAGES {
        let mut page: Value = Call::get(API_GATEWAY, PERMISSION, format!("{path}{position}")).json(&target.sdk).await?;
        found.extend(items(&mut page));
        let Some(next) = page[token].as_str() else { return Ok(found) };
        let next: String = byte_serialize(next.as_bytes()).collect();
        let separator = if path.contains('?') { '&' } else { '?' };
        position = format!("{separator}{token}={next}");
    }
    bail!("API Gateway has more than {MAX_PAGES} pages at `{path}`")
}

/// Returns the custom domains of an API.
pub(crate) async fn domains(target: &Target, api: &str) -> Result<Vec<Domain>> {
    let listed = list(target, "/v2/domainnames", "nextToken").await?.into_iter().take(MAX_DOMAINS);
    let domains = stream::iter(listed).map(async |listed: Value| {
        let name = listed["domainName"].as_str().unwrap_or_default();
        let mappings = list(target, &format!("/v2/domainnames/{name}/apimappings"), "nextToken").await?;
        let certificate = listed["domainNameConfigurations"][0]["certificateArn"].as_str();
        let certificate = certificate.filter(|_| mappings.iter().any(|mapping| mapping["apiId"] == api));
        let domain = |arn: &str| Domain { name: name.to_owned(), certificate_arn: arn.to_owned() };
        anyhow::Ok(certificate.map(domain))
    });
    domains.buffered(CONCURRENCY).try_filter_map(async |domain| Ok(domain)).try_collect().await
}

/// Takes the items of a page. REST APIs have the member `item`, HTTP APIs `items`.
fn items(page: &mut Value) -> Vec<Value> {
    let [item, items] = ["item", "items"].map(|name| page.get_mut(name).map(Value::take).unwrap_or_default());
    match (item, items) {
        (Value::Array(items), _) | (_, Value::Array(items)) => items,
        (item @ Value::Object(_), _) => vec![item],
        _ => Vec::new(),
    }
}

fn id_of(apis: &[Value], id: &str, name: &str) -> Option<String> {
    let api = apis.iter().find(|api| api["name"] == name)?;
    api[id].as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn api_is_found_by_its_name() {
        let id = |mut page: Value, id| id_of(&items(&mut page), id, "hookline-prod");
        let rest = json!({ "item": [{ "id": "a1", "name": "other" }, { "id": "a2", "name": "hookline-prod" }] });
        assert_eq!(id(rest, "id").as_deref(), Some("a2"));
        let one = json!({ "item": { "id": "a2", "name": "hookline-prod" } });
        assert_eq!(id(one, "id").as_deref(), Some("a2"));
        let http = json!({ "items": [{ "apiId": "a3", "name": "hookline-prod" }] });
        assert_eq!(id(http, "apiId").as_deref(), Some("a3"));
        assert_eq!(id(json!({}), "id"), None);
    }
}
