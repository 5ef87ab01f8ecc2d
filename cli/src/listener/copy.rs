use anyhow::{Context, Result, bail};
use hookline_aws::{Bucket, PortError};
use hookline_event::{Event, Payload, ReadError, SenderHeaders};
use hookline_signature::{CopyNeeds, Message, Secret, is_form};

use crate::clock::unix_seconds;
use crate::http_request::{Response, post};
use crate::source_scheme::SourceScheme;

/// A copy of a sender's request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// The event's id.
    pub id: String,
    /// The event's type.
    pub event_type: String,
    /// The headers in which the sender signs the request and names the event, with those of the content.
    pub headers: Vec<(String, String)>,
    /// The exact bytes.
    pub body: Vec<u8>,
}

/// Why a copy cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The message is no event.
    #[error("a copy is no event of this version of Hookline")]
    NoEvent {
        /// The reader's error.
        #[from]
        source: ReadError,
    },
    /// The message's headers of the sender have another form.
    #[error("a copy has no readable headers of the sender")]
    Headers {
        /// The parser's error.
        #[from]
        source: serde_json::Error,
    },
    /// The payload is in a bucket that is not the deployment's.
    #[error("`{uri}` is in another bucket")]
    OtherBucket {
        /// Location of the payload.
        uri: String,
    },
    /// The payload does not exist.
    #[error("there is no payload at `{uri}`: it has expired")]
    Expired {
        /// Location of the payload.
        uri: String,
    },
    /// S3 rejected the request or did not respond.
    #[error("cannot read `{uri}`: {cause}; the copy stays on the queue and is read again")]
    Unavailable {
        /// Location of the payload.
        uri: String,
        /// The failed call, with all its causes.
        cause: PortError,
    },
}

impl CopyError {
    /// Whether a repeated call can read the copy.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }
}

impl Copy {
    /// Reads a queue message, and the payload from the bucket if it was offloaded.
    pub(super) async fn read(message: &str, bucket: &Bucket) -> Result<Self, CopyError> {
        let event = Event::from_json(message)?;
        let mut headers: Vec<(String, String)> = Vec::new();
        headers.extend(event.content_type.map(|value| ("content-type".to_owned(), value)));
        headers.extend(event.content_encoding.map(|value| ("content-encoding".to_owned(), value)));
        let sent = SenderHeaders::of_message(message)?;
        headers.extend(sent.iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
        let body = match event.data {
            Payload::Inline(bytes) => bytes.to_vec(),
            Payload::Offloaded { uri } => load(uri, bucket).await?,
        };
        Ok(Self { id: event.id, event_type: event.event_type, headers, body })
    }
}

async fn load(uri: String, bucket: &Bucket) -> Result<Vec<u8>, CopyError> {
    let Some(key) = Payload::object_key(&uri, &bucket.name) else { return Err(CopyError::OtherBucket { uri }) };
    match bucket.get(key, None).await {
        Ok(Some(object)) => Ok(object.bytes),
        Ok(None) => Err(CopyError::Expired { uri }),
        Err(cause) => Err(CopyError::Unavailable { uri, cause }),
    }
}

/// Sends copies to a program that verifies the sender's signature.
#[derive(Debug)]
pub struct Forwarder {
    url: String,
    scheme: SourceScheme,
    /// Makes the headers with credentials, which no message has.
    credentials: Option<Secret>,
}

impl Forwarder {
    /// Creates a forwarder. `read_secret` returns the source's secret, which only senders with a token need.
    ///
    /// # Errors
    ///
    /// If the sender signs the query of the URL, so that a copy cannot be verified; or if a secret is needed and cannot be
    /// read.
    pub async fn new(
        url: &str,
        scheme: SourceScheme,
        read_secret: impl Future<Output = Result<Secret>>,
    ) -> Result<Self> {
        let credentials = match scheme.scheme.copy_needs() {
            CopyNeeds::Nothing => None,
            CopyNeeds::Credentials => {
                let secret = read_secret.await.context(
                    "the sender's requests have a secret or a token, which copies do not have: the command takes it from the \
                     source's secret",
                )?;
                Some(secret)
            }
            CopyNeeds::Query => bail!(
                "the sender signs a parameter of its URL, which an event does not have: a program on this computer could not \
                 verify the copies. `hookline senders try` sends it signed example events"
            ),
        };
        Ok(Self { url: url.to_owned(), scheme, credentials })
    }

    /// Sends a copy.
    ///
    /// # Errors
    ///
    /// If the program does not respond, or the secret cannot make the credentials.
    pub async fn send(&self, copy: &Copy) -> Result<Response> {
        post(&self.url, &self.headers(copy)?, copy.body.clone()).await
    }

    fn headers(&self, copy: &Copy) -> Result<Vec<(String, String)>> {
        let mut headers = copy.headers.clone();
        if let Some(secret) = &self.credentials {
            let (now, url) = (unix_seconds(), self.url.as_str());
            let content_type = headers.iter().find(|(name, _)| name == "content-type").map(|(_, value)| value.as_str());
            let is_form = content_type.is_some_and(is_form);
            let message = Message { body: &copy.body, now, id: &copy.id, url, is_form, headers: &copy.headers };
            let signed = self.scheme.sign(message, secret)?.headers.into_iter();
            headers.extend(signed.filter(|(name, _)| self.scheme.scheme.has_credentials_in(name)));
        }
        Ok(headers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy() -> Copy {
        let headers = vec![("x-gitlab-event".to_owned(), "Push Hook".to_owned())];
        Copy { id: "1".to_owned(), event_type: "gitlab.push".to_owned(), headers, body: b"{}".to_vec() }
    }

    async fn forwarder(sender: &str) -> Result<Forwarder> {
        let secret = async { Ok(Secret::new("not-a-real-token")?) };
        Forwarder::new("http://127.0.0.1:1/", SourceScheme::of_sender(sender)?, secret).await
    }

    #[tokio::test]
    async fn a_token_is_added_from_the_secret() {
        let headers = forwarder("gitlab").await.unwrap().headers(&copy()).unwrap();
        let header =
            |name: &str| headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        assert_eq!(header("X-Gitlab-Token").map(String::as_str), Some("not-a-real-token"));
        assert_eq!(header("X-Gitlab-Event").map(String::as_str), Some("Push Hook"));
    }

    #[tokio::test]
    async fn a_signature_is_never_made_here() {
        let forwarder = forwarder("github").await.unwrap();
        assert!(forwarder.credentials.is_none());
        assert_eq!(forwarder.headers(&copy()).unwrap(), copy().headers);
    }

    #[tokio::test]
    async fn each_sender_of_the_catalogue_can_be_listened_to_or_is_rejected_with_the_reason() {
        let mut rejected = 0;
        for sender in hookline_senders::slugs() {
            match forwarder(sender).await {
                Ok(_) => {}
                Err(error) if error.to_string().contains("parameter of its URL") => rejected += 1,
                Err(error) => panic!("{sender}: {error:#}"),
            }
        }
        assert!((1..20).contains(&rejected), "{rejected} senders are rejected");
    }
}
