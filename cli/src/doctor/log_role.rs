//! The role with which REST APIs of the account write access logs.

use anyhow::Result;
use serde::Deserialize;
use serde_json::Value;

use super::report::Finding;
use crate::service_api::{API_GATEWAY, Call};
use crate::target::Target;

const PERMISSION: &str = "apigateway:GET";

/// <https://docs.aws.amazon.com/apigateway/latest/api/API_GetAccount.html>
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Account {
    cloudwatch_role_arn: Option<String>,
}

pub(super) async fn check(target: &Target) -> Result<Vec<Finding>> {
    let Some(log_group) = &target.resources.api_log_group_name else {
        return Ok(vec![Finding::ok("the access log is disabled")]);
    };
    let (rest, account) = tokio::join!(rest_api_id(target), async {
        Call::get(API_GATEWAY, PERMISSION, "/account").json::<Account>(&target.sdk).await
    });
    let (rest, role) = (rest?.is_some(), account?.cloudwatch_role_arn.filter(|role| !role.is_empty()));
    Ok(vec![finding(rest, role.as_deref(), log_group)])
}

fn finding(is_rest: bool, role: Option<&str>, log_group: &str) -> Finding {
    match (is_rest, role) {
        (false, _) => Finding::ok("the API is an HTTP API, which needs no role"),
        (true, Some(role)) => Finding::ok(role),
        (true, None) => Finding::problem(
            format!("API Gateway has no role for logs in this account and region, so `{log_group}` stays empty"),
            "apply terraform/bootstrap, or set a role: aws apigateway update-account",
        ),
    }
}

/// Returns the id of the deployment's REST API, or `None` if it is an HTTP API.
pub(super) async fn rest_api_id(target: &Target) -> Result<Option<String>> {
    let call = Call::get(API_GATEWAY, PERMISSION, "/restapis?limit=500");
    Ok(id_of(&call.json(&target.sdk).await?, "id", target.resources.prefix()))
}

/// Returns the id of the deployment's HTTP API, or `None` if it is a REST API.
pub(super) async fn http_api_id(target: &Target) -> Result<Option<String>> {
    let call = Call::get(API_GATEWAY, PERMISSION, "/v2/apis?maxResults=500");
    Ok(id_of(&call.json(&target.sdk).await?, "apiId", target.resources.prefix()))
}

fn id_of(response: &Value, id: &str, name: &str) -> Option<String> {
    let api = items(response).into_iter().find(|api| api["name"] == name)?;
    api[id].as_str().map(str::to_owned)
}

/// Returns the items of a list. REST APIs have the member `item`, HTTP APIs `items`.
pub(super) fn items(response: &Value) -> Vec<&Value> {
    match (&response["item"], &response["items"]) {
        (Value::Array(items), _) | (_, Value::Array(items)) => items.iter().collect(),
        (item @ Value::Object(_), _) => vec![item],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::report::Severity;
    use super::*;

    #[test]
    fn rest_api_with_an_access_log_needs_the_role() {
        let severity = |is_rest, role| finding(is_rest, role, "/aws/apigateway/hookline-prod").severity;
        assert_eq!(severity(true, None), Severity::Problem);
        assert_eq!(severity(true, Some("arn:aws:iam::123456789012:role/logs")), Severity::Ok);
        assert_eq!(severity(false, None), Severity::Ok);
    }

    #[test]
    fn api_is_found_by_its_name() {
        let rest = json!({ "item": [{ "id": "a1", "name": "other" }, { "id": "a2", "name": "hookline-prod" }] });
        assert_eq!(id_of(&rest, "id", "hookline-prod").as_deref(), Some("a2"));
        let one = json!({ "item": { "id": "a2", "name": "hookline-prod" } });
        assert_eq!(id_of(&one, "id", "hookline-prod").as_deref(), Some("a2"));
        let http = json!({ "items": [{ "apiId": "a3", "name": "hookline-prod" }] });
        assert_eq!(id_of(&http, "apiId", "hookline-prod").as_deref(), Some("a3"));
        assert_eq!(id_of(&json!({}), "id", "hookline-prod"), None);
    }
}
