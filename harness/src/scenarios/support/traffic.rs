//! Requests while something else happens to the stack.

use std::cell::Cell;
use std::time::Duration;

use anyhow::{Result, ensure};
use futures_util::future::{join, try_join_all};
use tokio::time::MissedTickBehavior;

use super::{Testbed, expect};
use crate::traffic::sender::Webhook;

/// How many requests are sent at the same time.
const CONCURRENCY: usize = 4;

/// Sends requests at a constant rate until `work` has finished. Each one has to be accepted and delivered. Returns the
/// result of `work` and the number of requests.
pub(crate) async fn with_traffic<T>(testbed: &Testbed, work: impl Future<Output = Result<T>>) -> Result<(T, usize)> {
    with_traffic_every(Duration::from_millis(150), testbed, work).await
}

/// Like [`with_traffic`], with a quarter of the requests: for an apply, which moves no traffic. More requests would take
/// the CPU time that Terraform needs.
pub(crate) async fn with_little_traffic<T>(
    testbed: &Testbed,
    work: impl Future<Output = Result<T>>,
) -> Result<(T, usize)> {
    with_traffic_every(Duration::from_millis(600), testbed, work).await
}

async fn with_traffic_every<T>(
    interval: Duration,
    testbed: &Testbed,
    work: impl Future<Output = Result<T>>,
) -> Result<(T, usize)> {
    let send = async || try_join_all((0..CONCURRENCY).map(|_| accepted(testbed))).await;
    let (result, sent) = while_sending(interval, send, work).await?;
    let sent = sent.concat();
    for webhook in &sent {
        let delivery = testbed.sink.wait_for_delivery(&webhook.event_id).await?;
        ensure!(delivery.body[..] == webhook.body[..], "a body has changed");
    }
    Ok((result, sent.len()))
}

/// Calls `send` in this interval until `work` has finished. Returns the result of `work`, and what each call returned.
pub(crate) async fn while_sending<S, T>(
    interval: Duration,
    send: impl AsyncFn() -> Result<S>,
    work: impl Future<Output = Result<T>>,
) -> Result<(T, Vec<S>)> {
    let finished = Cell::new(false);
    let work = async {
        let result = work.await;
        finished.set(true);
        result
    };
    let traffic = async {
        let (mut sent, mut interval) = (Vec::new(), tokio::time::interval(interval));
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !finished.get() {
            interval.tick().await;
            sent.push(send().await?);
        }
        anyhow::Ok(sent)
    };
    let (result, sent) = join(work, traffic).await;
    Ok((result?, sent?))
}

async fn accepted(testbed: &Testbed) -> Result<Webhook> {
    let webhook = testbed.signed("github", expect::unique_body(0))?;
    let response = testbed.send(&webhook).await?;
    ensure!(response.status == 202, "during the deployment: {} {}", response.status, response.body);
    Ok(webhook)
}
