//! The URL of a source, as Terraform's output `webhook_urls` has it.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::api_gateway;
use crate::target::Target;

/// Returns the URL that a sender calls.
pub(crate) async fn find(target: &Target, source: &str) -> Result<String> {
    let (rest, http) = tokio::try_join!(api_gateway::rest_api_id(target), api_gateway::http_api_id(target))?;
    let (stages, token) = match (&rest, &http) {
        (Some(id), _) => (format!("/restapis/{id}/stages"), "position"),
        (None, Some(id)) => (format!("/v2/apis/{id}/stages"), "nextToken"),
        (None, None) => bail!("there is no API named `{}`", target.resources.prefix()),
    };
    let (id, endpoint) = (rest.or(http).unwrap_or_default(), target.sdk.endpoint_url());
    let domains = async {
        match endpoint {
            Some(_) => Ok(Vec::new()),
            None => api_gateway::domains(target, &id).await,
        }
    };
    let (stages, domains) = tokio::try_join!(api_gateway::list(target, &stages, token), domains)?;
    let stage = stage_name(&stages).context("the API has no stage")?;
    if let Some(endpoint) = endpoint {
        // AWS finds the API by its host name; an emulator finds it by a path prefix.
        return Ok(format!("{endpoint}/restapis/{id}/{stage}/_user_request_/webhooks/{source}"));
    }
    let region = target.sdk.region().map(ToString::to_string).unwrap_or_default();
    let base = match domains.first() {
        Some(domain) => format!("https://{}", domain.name),
        None if region.starts_with("cn-") => format!("https://{id}.execute-api.{region}.amazonaws.com.cn/{stage}"),
        None => format!("https://{id}.execute-api.{region}.amazonaws.com/{stage}"),
    };
    Ok(format!("{base}/webhooks/{source}"))
}

/// REST APIs have the member `stageName`.
fn stage_name(stages: &[Value]) -> Option<&str> {
    let stage = stages.first()?;
    stage["stageName"].as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn name_of_the_only_stage() {
        assert_eq!(stage_name(&[json!({ "stageName": "live" })]), Some("live"));
        assert_eq!(stage_name(&[]), None);
    }
}
