//! What the emulator's SES has sent: each kind of emulator keeps a record of its own.

use anyhow::{Context, Result, bail};
use aws_sdk_ses::Client;
use serde_json::Value;

use super::Stack;

/// Whom the local e-mail destination writes as, and to whom.
pub(crate) const SENDER: &str = "hooks@hookline.example";
pub(crate) const RECIPIENT: &str = "ops@hookline.example";

/// A mail that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mail {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) subject: String,
    pub(crate) text: String,
}

impl Stack {
    /// What a person does once on AWS, by a record in the domain's DNS.
    pub(crate) async fn verify_sender(&self) -> Result<()> {
        let domain = SENDER.split_once('@').map(|(_, domain)| domain);
        let verify = Client::new(&self.sdk).verify_domain_identity().set_domain(domain.map(str::to_owned));
        verify.send().await.context("cannot verify the sender's domain")?;
        Ok(())
    }

    pub(crate) async fn mails(&self) -> Result<Vec<Mail>> {
        for path in ["_aws/ses", "_ministack/ses/messages"] {
            let answer =
                self.http.get(format!("{}/{path}", self.endpoint)).send().await.context("the record of SES")?;
            let record = answer.json::<Value>().await.unwrap_or_default();
            if let Some(mails) = mails(&record) {
                return Ok(mails);
            }
        }
        bail!("the emulator keeps no record of mails that the harness knows")
    }
}

/// `None` if it is no record.
fn mails(record: &Value) -> Option<Vec<Mail>> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| value.as_array().into_iter().flatten().map(text).collect();
    match record.get("messages")? {
        // LocalStack's.
        Value::Array(messages) => {
            let mail = |it: &Value| Mail {
                from: text(&it["Source"]),
                to: list(&it["Destination"]["ToAddresses"]),
                subject: text(&it["Subject"]),
                text: text(&it["Body"]["text_part"]),
            };
            Some(messages.iter().map(mail).collect())
        }
        // MiniStack's, by account.
        Value::Object(accounts) => {
            let mail = |it: &Value| Mail {
                from: text(&it["Source"]),
                to: list(&it["To"]),
                subject: text(&it["Subject"]),
                text: text(&it["BodyText"]),
            };
            Some(accounts.values().filter_map(Value::as_array).flatten().map(mail).collect())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_records_are_read() {
        let localstack = json!({ "messages": [{
            "Id": "1", "Source": "a@x.example", "Destination": { "ToAddresses": ["b@x.example"] }, "Subject": "s",
            "Body": { "text_part": "t", "html_part": null },
        }] });
        let ministack = json!({ "messages": { "000000000000": [{
            "MessageId": "1", "Source": "a@x.example", "To": ["b@x.example"], "Subject": "s", "BodyText": "t",
        }] } });
        let mail = Mail {
            from: "a@x.example".to_owned(),
            to: vec!["b@x.example".to_owned()],
            subject: "s".to_owned(),
            text: "t".to_owned(),
        };
        assert_eq!(mails(&localstack), Some(vec![mail.clone()]));
        assert_eq!(mails(&ministack), Some(vec![mail]));
        assert_eq!(mails(&json!({ "message": "no such path" })), None);
    }
}
