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
    /// An access token of the machine client, for one scope.
    pub(crate) async fn token(&self, scope: &str) -> Result<String> {
        let client = self.cognito("DescribeUserPoolClient", json!({ "ClientId": self.outputs.client_id })).await?;
        let secret = client["UserPoolClient"]["ClientSecret"].as_str().context("the machine client has no secret")?;
        self.token_of(self.outputs.client_id.as_deref().unwrap_or_default(), secret, scope).await
    }

    /// A token of the same pool that is good for something else: another resource server's scope, by another client.
    pub(crate) async fn foreign_token(&self) -> Result<String> {
        let server = json!({
            "Identifier": "other",
            "Name": "other",
            "Scopes": [{ "ScopeName": "read", "ScopeDescription": "not ours" }],
        });
        // There already when a stack is used again.
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
        self.token_of(&text("ClientId"), &text("ClientSecret"), "other/read").await
    }

    async fn token_of(&self, client_id: &str, secret: &str, scope: &str) -> Result<String> {
        let url = format!("{}/oauth2/token", self.endpoint);
        let form = [("grant_type", "client_credentials"), ("scope", scope)];
        let answer = self.http.post(url).basic_auth(client_id, Some(secret)).form(&form).send().await?;
        ensure!(answer.status().is_success(), "no token for {scope}: {}", answer.text().await?);
        Ok(answer.json::<Token>().await?.access_token)
    }

    /// One call to Cognito's user pools, whose SDK would be the largest dependency of all.
    async fn cognito(&self, name: &str, mut body: Value) -> Result<Value> {
        body["UserPoolId"] = json!(self.outputs.user_pool_id);
        let target = "AWSCognitoIdentityProviderService";
        let operation = Operation { service: "cognito-idp", target, version: "1.1", name };
        let answer = json_api::call(&self.http, &self.endpoint, "test", operation, &body).await?;
        ensure!(answer.status().is_success(), "{name} fails: {}", answer.text().await?);
        Ok(answer.json().await?)
    }
}
