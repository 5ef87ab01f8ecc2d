use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hookline_http::{Address, HttpError, Limits, Pool, System};
use http::Uri;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::clock::Clock;
use crate::error::AwsError;
use crate::operation::{Operation, Service};
use crate::patience::Patience;
use crate::retry::{Quota, Retry};
use crate::settings::AwsSettings;
use crate::sign;

const LIMITS: Limits = Limits { open: Duration::from_secs(1), idle: Duration::from_secs(20) };

/// The largest answer: a payload that ingest has kept is at most what Lambda takes, 6 MB.
const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;

/// What all clients share.
#[derive(Clone)]
pub struct Aws(Arc<Shared>);

struct Shared {
    settings: AwsSettings,
    pool: Pool<System>,
    clock: Clock,
    quota: Quota,
}

/// A client with its own patience.
#[derive(Clone)]
pub struct Client {
    aws: Aws,
    patience: Patience,
}

impl Aws {
    /// Opens nothing yet.
    #[must_use]
    pub fn new(settings: AwsSettings) -> Self {
        let (pool, clock, quota) = (Pool::new(System, LIMITS), Clock::default(), Quota::default());
        Self(Arc::new(Shared { settings, pool, clock, quota }))
    }

    /// A client that waits as long as that.
    #[must_use]
    pub fn client(&self, patience: Patience) -> Client {
        Client { aws: self.clone(), patience }
    }
}

impl Client {
    /// A call and what it answers, as JSON.
    ///
    /// # Errors
    ///
    /// [`AwsError`], after all attempts.
    pub async fn call<T: DeserializeOwned>(&self, operation: Operation) -> Result<T, AwsError> {
        let answer = self.send(operation).await?;
        serde_json::from_slice(&answer).map_err(|_| AwsError::Answer { detail: "not the JSON that it should be" })
    }

    /// A call and its whole answer.
    ///
    /// # Errors
    ///
    /// [`AwsError`], after all attempts.
    pub async fn send(&self, operation: Operation) -> Result<Bytes, AwsError> {
        let end = Instant::now() + self.patience.call;
        let quota = &self.aws.0.quota;
        let mut number = 1;
        loop {
            let until = end.min(Instant::now() + self.patience.attempt);
            let attempt = timeout_at(until, self.attempt(&operation)).await;
            let (error, retry) = match attempt.unwrap_or(Err((AwsError::Timeout, Some(Retry::Transient)))) {
                Ok(answer) => {
                    quota.give_back(number > 1);
                    return Ok(answer);
                }
                Err(failed) => failed,
            };
            let Some(retry) = retry.filter(|_| number < self.patience.attempts) else { return Err(error) };
            let wait = retry.backoff(number + 1, fastrand::f64);
            // What would be begun only after the call's time is not begun at all.
            if Instant::now() + wait >= end || !quota.take() {
                return Err(error);
            }
            number += 1;
            sleep(wait).await;
        }
    }

    /// Looks names of services up at once. Only for a start: nothing else goes on meanwhile.
    pub fn look_up(&self, services: &[Service]) {
        let Shared { settings, pool, .. } = &*self.aws.0;
        let places = services.iter().filter_map(|service| place(&Operation::nothing(*service), settings).ok());
        places.for_each(|(_, address)| pool.look_up(address));
    }

    /// Opens a connection to a service, so that the first call need not wait for it. Nothing is asked of the service.
    pub async fn connect(&self, service: Service) {
        let Shared { settings, pool, .. } = &*self.aws.0;
        if let Ok((_, address)) = place(&Operation::nothing(service), settings) {
            let _ = timeout(self.patience.attempt, pool.prepare(&address)).await;
        }
    }

    /// One attempt, and whether another may help.
    async fn attempt(&self, operation: &Operation) -> Result<Bytes, (AwsError, Option<Retry>)> {
        let Shared { settings, pool, clock, .. } = &*self.aws.0;
        let judged = |error: AwsError| {
            let retry = Retry::of(&error);
            (error, retry)
        };
        let (url, address) = place(operation, settings).map_err(judged)?;
        let request = sign::request(operation, &url, settings, clock.now()).map_err(judged)?;
        let lost = |error: HttpError| judged(AwsError::Connection { detail: error.to_string() });
        let answer = pool.send(&address, request).await.map_err(lost)?;
        let (head, body) = answer.whole(MAX_ANSWER_BYTES).await.map_err(lost)?;
        if head.status.is_success() {
            return Ok(body);
        }
        let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
        let error =
            AwsError::of(head.status.as_u16(), header("x-amzn-query-error").or(header("x-amzn-errortype")), body);
        let corrected = error.code().is_some_and(|code| clock.learn(code, header("date")));
        Err(if corrected { (error, Some(Retry::Transient)) } else { judged(error) })
    }
}

/// Where an operation is asked for.
fn place(operation: &Operation, settings: &AwsSettings) -> Result<(Uri, Address), AwsError> {
    let url = operation.url(settings);
    let url: Uri = url.parse().map_err(|error| AwsError::Request { detail: format!("{url}: {error}") })?;
    let no_host = || AwsError::Request { detail: format!("{url} has no host") };
    let address = Address::of(&url).ok_or_else(no_host)?;
    Ok((url, address))
}
