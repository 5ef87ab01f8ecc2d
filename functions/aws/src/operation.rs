use bytes::Bytes;
use http::Method;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::settings::AwsSettings;

/// A service of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service {
    /// What a signature is for.
    pub(crate) signing_name: &'static str,
    /// What its host begins with.
    pub(crate) host: &'static str,
    /// What stands before an operation's name in `X-Amz-Target`.
    pub(crate) target: &'static str,
    /// Of the JSON protocol.
    pub(crate) version: &'static str,
}

/// <https://docs.aws.amazon.com/general/latest/gr/sqs-service.html>
pub const SQS: Service = Service { signing_name: "sqs", host: "sqs", target: "AmazonSQS", version: "1.0" };
/// <https://docs.aws.amazon.com/general/latest/gr/asm.html>
pub const SECRETS_MANAGER: Service =
    Service { signing_name: "secretsmanager", host: "secretsmanager", target: "secretsmanager", version: "1.1" };
/// <https://docs.aws.amazon.com/general/latest/gr/ddb.html>
pub const DYNAMODB: Service =
    Service { signing_name: "dynamodb", host: "dynamodb", target: "DynamoDB_20120810", version: "1.0" };
/// <https://docs.aws.amazon.com/general/latest/gr/ev.html>
pub const EVENTBRIDGE: Service =
    Service { signing_name: "events", host: "events", target: "AWSEvents", version: "1.1" };
/// <https://docs.aws.amazon.com/general/latest/gr/s3.html>
pub const S3: Service = Service { signing_name: "s3", host: "s3", target: "", version: "" };
/// The first version of its API, which speaks in forms: <https://docs.aws.amazon.com/general/latest/gr/ses.html>
pub const SES: Service = Service { signing_name: "ses", host: "email", target: "", version: "" };

/// What SQS answers to `SendMessage`: that there is an id means that the queue has the message.
#[derive(Debug, Deserialize)]
pub struct Sent {
    #[serde(rename = "MessageId")]
    _message_id: IgnoredAny,
}

/// One call, ready to be signed.
#[derive(Debug, Clone)]
pub struct Operation {
    pub(crate) service: Service,
    pub(crate) method: Method,
    /// An S3 bucket, which is part of the host.
    pub(crate) bucket: Option<String>,
    /// With its slash, already encoded.
    pub(crate) path: String,
    pub(crate) content_type: String,
    /// `X-Amz-Target`.
    pub(crate) target: Option<String>,
    pub(crate) body: Bytes,
}

impl Operation {
    /// Of a service that speaks JSON.
    #[must_use]
    pub fn json(service: Service, name: &str, body: String) -> Self {
        Self {
            service,
            method: Method::POST,
            bucket: None,
            path: "/".to_owned(),
            content_type: format!("application/x-amz-json-{}", service.version),
            target: Some(format!("{}.{name}", service.target)),
            body: body.into(),
        }
    }

    /// Of a service that speaks in forms: the action's name, the API's version and its parameters.
    #[must_use]
    pub fn form(service: Service, parameters: &[(&str, &str)]) -> Self {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        let content_type = "application/x-www-form-urlencoded".to_owned();
        Self { content_type, target: None, body: form.into(), ..Self::json(service, "", String::new()) }
    }

    /// Writes an object, or (`None`) reads one. `key` is of plain characters and slashes.
    #[must_use]
    pub fn object(bucket: &str, key: &str, body: Option<Bytes>) -> Self {
        Self {
            service: S3,
            method: if body.is_some() { Method::PUT } else { Method::GET },
            bucket: Some(bucket.to_owned()),
            path: format!("/{key}"),
            content_type: "application/octet-stream".to_owned(),
            target: None,
            body: body.unwrap_or_default(),
        }
    }

    /// Stands for a service to which only a connection is opened.
    pub(crate) fn nothing(service: Service) -> Self {
        Self { method: Method::GET, target: None, ..Self::json(service, "", String::new()) }
    }

    /// The whole URL. With an endpoint of another kind, a bucket stands in the path.
    pub(crate) fn url(&self, settings: &AwsSettings) -> String {
        let (host, region) = (self.service.host, &settings.region);
        let bucket = self.bucket.as_deref();
        if let Some(endpoint) = &settings.endpoint_url {
            let bucket = bucket.map(|bucket| format!("/{bucket}")).unwrap_or_default();
            return format!("{}{bucket}{}", endpoint.trim_end_matches('/'), self.path);
        }
        // <https://docs.aws.amazon.com/general/latest/gr/rande.html>, and the partition of China.
        let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let bucket = bucket.map(|bucket| format!("{bucket}.")).unwrap_or_default();
        format!("https://{bucket}{host}.{region}.{suffix}{}", self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Credentials;

    #[track_caller]
    fn case(operation: &Operation, region: &str, endpoint: Option<&str>, expected: &str) {
        let credentials = Credentials { key_id: "key".into(), secret: "secret".to_owned().into(), token: None };
        let endpoint_url = endpoint.map(str::to_owned);
        let settings = AwsSettings { region: region.to_owned(), credentials, endpoint_url };
        assert_eq!(operation.url(&settings), expected);
    }

    #[test]
    fn each_service_has_its_host() {
        let send = Operation::json(SQS, "SendMessage", "{}".into());
        case(&send, "eu-west-1", None, "https://sqs.eu-west-1.amazonaws.com/");
        case(&send, "cn-north-1", None, "https://sqs.cn-north-1.amazonaws.com.cn/");
        case(&send, "eu-west-1", Some("http://127.0.0.1:4566/"), "http://127.0.0.1:4566/");
        case(&Operation::form(SES, &[]), "us-east-1", None, "https://email.us-east-1.amazonaws.com/");
        let get = Operation::object("b", "payloads/1", None);
        case(&get, "eu-west-1", None, "https://b.s3.eu-west-1.amazonaws.com/payloads/1");
        case(&get, "eu-west-1", Some("http://127.0.0.1:4566"), "http://127.0.0.1:4566/b/payloads/1");
    }

    #[test]
    fn a_form_is_encoded() {
        let send = Operation::form(SES, &[("Action", "SendEmail"), ("Message.Subject.Data", "a & b=\u{e9}")]);
        assert_eq!(&send.body[..], b"Action=SendEmail&Message.Subject.Data=a+%26+b%3D%C3%A9");
    }
}
