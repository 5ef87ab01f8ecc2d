//! A REST API whose method requires IAM authorization, and sends accepted requests on to the sink.

use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::{Value, json};

use super::calls::Calls;
use super::names::{API_ID, NAME};

pub(super) async fn create(calls: Calls<'_>, sink: &str) -> Result<()> {
    // The emulators have a tag for the id.
    let api = json!({ "name": NAME, "tags": { "ms-custom-id": API_ID, "_custom_id_": API_ID } });
    if calls.rest("apigateway", Method::POST, "/restapis", api.to_string()).await?.is_none() {
        return Ok(());
    }
    let resources = format!("/restapis/{API_ID}/resources");
    let root = calls.rest("apigateway", Method::GET, &resources, "").await?.context("the API has no resources")?;
    let root: Value = serde_json::from_str(&root)?;
    let root = root["item"][0]["id"].as_str().context("the API has no root resource")?;
    let resource = json!({ "pathPart": "signed-api" }).to_string();
    let resource = calls.rest("apigateway", Method::POST, &format!("{resources}/{root}"), resource).await?;
    let resource: Value = serde_json::from_str(&resource.unwrap_or_default())?;
    let id = resource["id"].as_str().context("the resource has no id")?;
    let method = format!("{resources}/{id}/methods/POST");
    let authorization = json!({ "authorizationType": "AWS_IAM" }).to_string();
    calls.rest("apigateway", Method::PUT, &method, authorization).await?;
    let proxy = json!({ "type": "HTTP_PROXY", "httpMethod": "POST", "uri": format!("{sink}/signed-api") });
    calls.rest("apigateway", Method::PUT, &format!("{method}/integration"), proxy.to_string()).await?;
    let deployment = json!({ "stageName": "live" }).to_string();
    calls.rest("apigateway", Method::POST, &format!("/restapis/{API_ID}/deployments"), deployment).await?;
    Ok(())
}

pub(super) async fn delete(calls: Calls<'_>) -> Result<()> {
    calls.delete("apigateway", &format!("/restapis/{API_ID}")).await
}
