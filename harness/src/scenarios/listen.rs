//! `hookline listen`: copies of events for a program on the operator's computer, which verifies the sender's own signature.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex as StdMutex};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use aws_sdk_sqs::Client;
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use hookline::listener::{Copy, Forwarder, ListenerQueue, registered, sweep};
use hookline::secrets::source_signing_key;
use hookline_signature::{Headers, Request, Secret};
use tokio::net::TcpListener;

use super::support::{Scenario, ScenarioResult, Testbed, expect};
use crate::emulator::Capability;
use crate::stack::{Destination, Source};
use crate::system::wait;
use crate::traffic::script::Script;
use crate::traffic::sender::Webhook;

/// A body that is offloaded.
const OFFLOADED_BYTES: usize = 1_500_000;
/// The lease of the listener that is killed.
const LEASE: Duration = Duration::from_secs(5);

pub(super) fn all() -> Vec<Scenario> {
    vec![
        Scenario::new(
            "listener-verifies-signature",
            "copies of a source's events arrive at a local program, which verifies the sender's own signature over the exact \
             bytes, also of an offloaded body; nothing is left of a killed listener after its lease",
            listen,
        )
        .source(Source::github("listened").sends_to("listened"))
        .destination(Destination::http("listened", Script::Succeeds))
        .needs(&[Capability::Dynamodb])
        .waiting(),
    ]
}

async fn listen(testbed: &Testbed) -> ScenarioResult {
    let target = testbed.stack.target();
    let program = Program::start(testbed).await?;
    let scheme = target.source_scheme("listened").await?;
    let secret = source_signing_key(&target, "listened", &scheme);
    let forwarder = Forwarder::new(&program.url, scheme.clone(), secret).await?;

    let queue = ListenerQueue::open(&target, "listened", ListenerQueue::LEASE).await?;
    let result = forward(testbed, &queue, &forwarder, &program).await;
    queue.close().await?;
    let sent = result?;

    let killed = ListenerQueue::open(&target, "listened", LEASE).await?;
    let name = killed.name().to_owned();
    drop(killed);
    let swept = wait::until("the sweep of the killed listener", Duration::from_secs(30), async || {
        Ok(Some(sweep(&target).await?).filter(|names| !names.is_empty()))
    })
    .await?;
    ensure!(swept == [name.as_str()], "the sweep removed {swept:?}");
    let queues =
        Client::new(&target.sdk).list_queues().queue_name_prefix(format!("{}-listen", target.resources.prefix()));
    let queues = queues.send().await.context("cannot list the queues")?.queue_urls.unwrap_or_default();
    ensure!(queues.is_empty(), "queues are left: {queues:?}");
    let left = registered(&target).await?;
    ensure!(left.is_empty(), "the table has {left:?}");
    Ok(format!("{sent} events verified, 1 killed listener removed"))
}

/// Sends events until one arrives as a copy, and then an offloaded one. Returns the number of sent events.
async fn forward(testbed: &Testbed, queue: &ListenerQueue, forwarder: &Forwarder, program: &Program) -> Result<usize> {
    let mut sent = 0;
    // Each environment of the function reads the listeners every few seconds.
    for bytes in [200, OFFLOADED_BYTES] {
        let webhook = wait::until("a copy of an event", Duration::from_secs(60), async || {
            let webhook = testbed.signed("listened", expect::unique_body(bytes))?;
            expect::delivered(testbed, &webhook).await?;
            queue.renew().await?;
            let copies = queue.receive().await?.into_iter().collect::<Result<Vec<Copy>, _>>()?;
            for copy in &copies {
                let response = forwarder.send(copy).await?;
                ensure!(response.status == 204, "the program responds {}: {}", response.status, response.body);
            }
            Ok(copies.iter().any(|copy| copy.id == webhook.event_id).then_some(webhook))
        })
        .await?;
        program.check(&webhook)?;
        sent += 1;
    }
    Ok(sent)
}

/// A program on the operator's computer.
struct Program {
    url: String,
    /// The bodies whose signatures were valid, by the id in the sender's header.
    verified: Arc<StdMutex<BTreeMap<String, Bytes>>>,
}

impl Program {
    async fn start(testbed: &Testbed) -> Result<Self> {
        let scheme = testbed.stack.target().source_scheme("listened").await?.scheme;
        let secret = Secret::new(testbed.signing_key("listened")?)?;
        let verified: Arc<StdMutex<BTreeMap<String, Bytes>>> = Arc::default();
        let state = Arc::clone(&verified);
        let hook = post(async move |headers: HeaderMap, body: Bytes| {
            let pairs = headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
            let headers = Headers::from_iter(pairs);
            let request =
                Request { method: "POST", headers: &headers, body: &body, url: "", query: &[], raw_query: "" };
            let now = time::OffsetDateTime::now_utc().unix_timestamp();
            match scheme.verify(request, std::slice::from_ref(&secret), now) {
                Ok(_) => {
                    let id = headers.first("x-github-delivery").unwrap_or_default().to_owned();
                    state.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(id, body);
                    (StatusCode::NO_CONTENT, String::new())
                }
                Err(error) => (StatusCode::UNAUTHORIZED, error.to_string()),
            }
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("cannot listen")?;
        let url = format!("http://{}/hook", listener.local_addr()?);
        let app = Router::new().route("/hook", hook.layer(axum::extract::DefaultBodyLimit::disable()));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(Self { url, verified })
    }

    fn check(&self, webhook: &Webhook) -> Result<()> {
        let verified = self.verified.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let body = verified.get(&webhook.event_id).context("the program has not verified the event")?;
        ensure!(body[..] == webhook.body[..], "the program got other bytes");
        Ok(())
    }
}
