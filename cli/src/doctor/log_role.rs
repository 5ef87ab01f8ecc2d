//! The role with which REST APIs of the account write access logs.

use anyhow::Result;
use serde::Deserialize;

use super::report::Finding;
use crate::api_gateway::{self, PERMISSION};
use crate::service_api::{API_GATEWAY, Call};
use crate::target::Target;

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
    let (rest, account) = tokio::join!(api_gateway::rest_api_id(target), async {
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

#[cfg(test)]
mod tests {
    use super::super::report::Severity;
    use super::*;

    #[test]
    fn rest_api_with_an_access_log_needs_the_role() {
        let severity = |is_rest, role| finding(is_rest, role, "/aws/apigateway/hookline-prod").severity;
        assert_eq!(severity(true, None), Severity::Problem);
        assert_eq!(severity(true, Some("arn:aws:iam::123456789012:role/logs")), Severity::Ok);
        assert_eq!(severity(false, None), Severity::Ok);
    }
}
