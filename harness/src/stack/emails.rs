//! E-mails that the emulator's SES has sent. Each emulator has its own endpoint for them.

use anyhow::{Context, Result, bail};
use aws_sdk_ses::Client;
use serde_json::Value;

use super::Stack;

/// Sender address of the local e-mail destination.
pub(crate) const SENDER: &str = "hooks@hookline.example";
/// Recipient address of the local e-mail destination.
pub(crate) const RECIPIENT: &str = "ops@hookline.example";

/// A sent e-mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Email {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) subject: String,
    pub(crate) text: String,
}

impl Stack {
    /// Verifies the sender's domain. On AWS, an operator does this once with DNS records.
    pub(crate) async fn verify_sender(&self) -> Result<()> {
        let domain = SENDER.split_once('@').map(|(_, domain)| domain);
        let verify = Client::new(&self.sdk).verify_domain_identity().set_domain(domain.map(str::to_owned));
        verify.send().await.context("cannot verify the sender's domain")?;
        Ok(())
    }

    /// Returns all e-mails that the emulator has sent.
    pub(crate) async fn sent_emails(&self) -> Result<Vec<Email>> {
        for path in ["_aws/ses", "_ministack/ses/messages"] {
            let request = self.http.get(format!("{}/{path}", self.endpoint));
            let response = request.send().await.context("cannot read the sent e-mails")?;
            let json = response.json::<Value>().await.unwrap_or_default();
            if let Some(emails) = parse_emails(&json) {
                return Ok(emails);
            }
        }
        bail!("the emulator has no list of sent e-mails in a known format")
    }
}

/// Parses the response of either emulator. Returns `None` for another format.
fn parse_emails(json: &Value) -> Option<Vec<Email>> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| value.as_array().into_iter().flatten().map(text).collect();
    match json.get("messages")? {
        // LocalStack.
        Value::Array(messages) => {
            let email = |message: &Value| Email {
                from: text(&message["Source"]),
                to: list(&message["Destination"]["ToAddresses"]),
                subject: text(&message["Subject"]),
                text: text(&message["Body"]["text_part"]),
            };
            Some(messages.iter().map(email).collect())
        }
        // MiniStack: the messages of each account.
        Value::Object(accounts) => {
            let email = |message: &Value| Email {
                from: text(&message["Source"]),
                to: list(&message["To"]),
                subject: text(&message["Subject"]),
                text: text(&message["BodyText"]),
            };
            Some(accounts.values().filter_map(Value::as_array).flatten().map(email).collect())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parses_the_format_of_both_emulators() {
        let localstack = json!({ "messages": [{
            "Id": "1", "Source": "a@x.example", "Destination": { "ToAddresses": ["b@x.example"] }, "Subject": "s",
            "Body": { "text_part": "t", "html_part": null },
        }] });
        let ministack = json!({ "messages": { "000000000000": [{
            "MessageId": "1", "Source": "a@x.example", "To": ["b@x.example"], "Subject": "s", "BodyText": "t",
        }] } });
        let email = Email {
            from: "a@x.example".to_owned(),
            to: vec!["b@x.example".to_owned()],
            subject: "s".to_owned(),
            text: "t".to_owned(),
        };
        assert_eq!(parse_emails(&localstack), Some(vec![email.clone()]));
        assert_eq!(parse_emails(&ministack), Some(vec![email]));
        assert_eq!(parse_emails(&json!({ "message": "no such path" })), None);
    }
}
