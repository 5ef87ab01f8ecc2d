use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Stack;
use crate::emulator::json_api::{self, Operation};

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

impl Stack {
    /// Requests an access token of the machine-to-machine client for a scope.
    pub(crate) async fn access_token(&self, scope: &str) -> Result<String> {
        let client = self.cognito("DescribeUserPoolClient", json!({ "ClientId": self.outputs.client_id })).await?;
        let secret =
            client["UserPoolClient"]["ClientSecret"].as_str().context("the machine-to-machine client has no secret")?;
        self.request_token(self.outputs.client_id.as_deref().unwrap_or_default(), secret, scope).await
    }

    /// Requests an access token of the same user pool, with another client and the scope of another resource server.
    pub(crate) async fn access_token_with_wrong_scope(&self) -> Result<String> {
        let server = json!({
            "Identifier": "other",
            "Name": "other",
            "Scopes": [{ "ScopeName": "read", "ScopeDescription": "another scope" }],
        });
        // The resource server already exists if the stack is reused.
        let _ = self.cognito("CreateResourceServer", server).await;
        let client = json!({
            "ClientName": "other",
            "GenerateSecret": true,
            "AllowedOAuthFlows": ["client_credentials"],
            "AllowedOAuthFlowsUserPoolClient": true,
            "AllowedOAuthScopes": ["other/read"],
        });
        let client = self.cognito("CreateUserPoolClient", client).await?;
        let text = |name: &str| client["UserPoolClient"][name].as_str().unwrap_or_default().to_owned();
        self.request_token(&text("ClientId"), &text("ClientSecret"), "other/read").await
    }

    async fn request_token(&self, client_id: &str, secret: &str, scope: &str) -> Result<String> {
        let url = format!("{}/oauth2/token", self.endpoint);
        let form = [("grant_type", "client_credentials"), ("scope", scope)];
        let response = self.http.post(url).basic_auth(client_id, Some(secret)).form(&form).send().await?;
        ensure!(
            response.status().is_success(),
            "cannot request a token for scope `{scope}`: {}",
            response.text().await?
        );
        Ok(response.json::<Token>().await?.access_token)
    }

    /// Calls an operation of Cognito user pools. The SDK of this service would be the largest dependency of the harness.
    async fn cognito(&self, name: &str, mut body: Value) -> Result<Value> {
        body["UserPoolId"] = json!(self.outputs.user_pool_id);
        let target = "AWSCognitoIdentityProviderService";
        let operation = Operation { service: "cognito-idp", target, version: "1.1", name };
        let response = json_api::call(&self.http, &self.endpoint, "test", operation, &body).await?;
        ensure!(response.status().is_success(), "{name} failed: {}", response.text().await?);
        Ok(response.json().await?)
    }
}
