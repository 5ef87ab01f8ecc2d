use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

/// The webhook whose deliveries are listed: the path of its deliveries in GitHub's API.
///
/// * an App: <https://docs.github.com/en/rest/apps/webhooks#list-deliveries-for-an-app-webhook>
/// * a repository: <https://docs.github.com/en/rest/repos/webhooks#list-deliveries-for-a-repository-webhook>
/// * an organization: <https://docs.github.com/en/rest/orgs/webhooks#list-deliveries-for-an-organization-webhook>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Webhook {
    segments: Vec<String>,
}

/// The text names no webhook.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no webhook: use `app`, `repos/OWNER/REPO/hooks/ID` or `orgs/ORG/hooks/ID`")]
pub struct InvalidWebhook {
    text: String,
}

impl Webhook {
    /// Whether this is the webhook of a GitHub App. Its deliveries can be listed only by the App itself.
    pub(crate) fn is_of_app(&self) -> bool {
        self.segments.first().is_some_and(|segment| segment == "app")
    }

    /// Returns the segments of the path below the API's URL.
    pub(crate) fn segments(&self) -> &[String] {
        &self.segments
    }
}

impl FromStr for Webhook {
    type Err = InvalidWebhook;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<_> = text.split('/').collect();
        let is_known = match parts[..] {
            ["app"] => true,
            ["repos", owner, repository, "hooks", id] => is_name(owner) && is_name(repository) && is_id(id),
            ["orgs", organization, "hooks", id] => is_name(organization) && is_id(id),
            _ => false,
        };
        if !is_known {
            return Err(InvalidWebhook { text: text.to_owned() });
        }
        let hook = if text == "app" { &["hook"][..] } else { &[] };
        let segments = parts.iter().chain(hook).chain(&["deliveries"]).map(|part| (*part).to_owned()).collect();
        Ok(Self { segments })
    }
}

impl TryFrom<String> for Webhook {
    type Error = InvalidWebhook;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl fmt::Display for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.segments.join("/"))
    }
}

/// Whether the text can be the name of an owner or a repository. A path such as `..` is none.
fn is_name(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    text.bytes().all(is_allowed) && text.bytes().any(|byte| byte != b'.')
}

fn is_id(text: &str) -> bool {
    text.parse::<u64>().is_ok_and(|id| id.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn webhook_is_of_an_app_a_repository_or_an_organization() {
        let path = |text: &str| text.parse::<Webhook>().map(|webhook| webhook.to_string());
        assert_eq!(path("app").unwrap(), "app/hook/deliveries");
        assert_eq!(path("repos/octo-org/a.b/hooks/12").unwrap(), "repos/octo-org/a.b/hooks/12/deliveries");
        assert_eq!(path("orgs/octo-org/hooks/12").unwrap(), "orgs/octo-org/hooks/12/deliveries");
        for invalid in [
            "",
            "app/",
            "apps",
            "repos/octo-org/a/hooks/012",
            "repos/octo-org/../hooks/1",
            "repos/octo-org/a/hooks/x",
            "repos/octo-org//hooks/1",
            "orgs/a b/hooks/1",
            "orgs/a/hooks/1?x",
            "/orgs/a/hooks/1",
        ] {
            let error = path(invalid).unwrap_err().to_string();
            assert!(error.contains("use `app`, `repos/OWNER/REPO/hooks/ID`"), "{invalid}: {error}");
        }
    }
}
