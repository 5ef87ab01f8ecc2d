//! Replays, with the calls that they make.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hookline_event::Payload;
use hookline_event_log::{Entry, EventEntry, ObjectWriter, event_key};
use serde_json::json;
use tokio::sync::Semaphore;
use url::form_urlencoded;

use super::responses::{page, quiet};
use super::*;
use crate::aws::fake::{Call, FakeAws, FakeIndex, Response, configuration, ok, unexpected};
use crate::dead_letter_queue::tests::event as queued;
use crate::event_log::tests::at;

/// A console of a deployment whose event log has the events `e-1`, `e-2` and so on.
struct Deployment {
    aws: FakeAws,
    index: FakeIndex,
    console: Running,
    cookie: String,
}

impl Deployment {
    /// Starts a deployment where `respond` responds to some calls.
    async fn start<F>(events: u32, respond: impl Fn(Call) -> F + Clone + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Option<Response>> + Send,
    {
        let (index, mut objects) = (FakeIndex::default(), HashMap::new());
        for second in 1..=events {
            let (mut event, mut writer) = (at(second), ObjectWriter::default());
            let key = format!("log/{second}.gz");
            let location = writer.add(&key, &queued("github", &event.id), &Payload::from(b"{}".to_vec()));
            event.object = Some(location.unwrap());
            event.dedup_key = Some("a".repeat(64));
            objects.insert(format!("GET /hookline-test-payloads/{key}"), writer.finish());
            index.add(&Entry::Event(Box::new(event)));
        }
        let (objects, entries) = (Arc::new(objects), index.clone());
        let (aws, target) = FakeAws::start(move |call| {
            let (index, objects, special) = (entries.clone(), Arc::clone(&objects), respond(call.clone()));
            async move {
                match (special.await, call.operation.as_str()) {
                    (Some(response), _) => response,
                    (None, "Query") => index.query(&call.body),
                    (None, "SendMessage") => ok(&json!({ "MessageId": "m-1" })),
                    (None, operation) => {
                        objects.get(operation).map_or_else(|| quiet(&call), |object| (200, object.clone()))
                    }
                }
            }
        })
        .await;
        let console = Running::of(target, "dev");
        let cookie = console.cookie().await;
        Self { aws, index, console, cookie }
    }

    async fn get(&self, path: &str) -> String {
        page(&self.console, &self.cookie, path).await.body
    }

    async fn post(&self, path: &str, form: &str) -> Received {
        let form = format!("{form}&csrf={}", self.console.csrf);
        self.console.send(post(path, &self.cookie).body(form.into()).unwrap()).await
    }

    /// Returns the form of the page that confirms the replay of these events to `audit`.
    async fn selected(&self, seconds: &[u32]) -> String {
        let value = |second| format!("id=e-{second}&source=github&request=request-{second}");
        let values = seconds.iter().map(|second| ("event", value(*second)));
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(values).finish();
        let confirmation =
            self.post("/events/confirm-selected", &format!("{form}&to=destination&destination=audit")).await;
        hidden_fields(&confirmation.body)
    }

    /// Waits for the end of the job that a response leads to, and returns its page.
    async fn ended(&self, started: &Received) -> String {
        assert_eq!(started.status, StatusCode::SEE_OTHER, "{}", started.body);
        let job = async {
            loop {
                let job = self.get(location(started)).await;
                if !job.contains("data-state=\"running\"") {
                    return job;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), job).await.unwrap()
    }
}

/// Responds as usual.
async fn usual(_: Call) -> Option<Response> {
    None
}

fn location(response: &Received) -> &str {
    response.headers["location"].to_str().unwrap()
}

/// Returns what a browser sends of the hidden fields of a page, which has one form with them.
fn hidden_fields(page: &str) -> String {
    let fields = page.split("<input type=\"hidden\" name=\"").skip(1).map(|field| {
        let (name, rest) = field.split_once("\" value=\"").unwrap();
        let value = rest.split_once('"').unwrap().0;
        let value = [("&#x2f;", "/"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")]
            .into_iter()
            .fold(value.to_owned(), |value, (escaped, text)| value.replace(escaped, text));
        (name, value)
    });
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// Three selected events: the log has only two of them.
#[tokio::test]
async fn selected_events_are_sent_again_by_a_job() {
    let deployment = Deployment::start(2, usual).await;
    let form = deployment.selected(&[1, 7, 2]).await;
    let job = deployment.ended(&deployment.post("/events/replay-selected", &form).await).await;
    assert!(job.contains("sent 2 of 3 events again as replay") && job.contains("no longer has 1 of them"), "{job}");
    let sent = deployment.aws.calls("SendMessage");
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0]["MessageAttributes"]["destination"]["StringValue"], "audit");
}

#[tokio::test]
async fn form_that_is_sent_twice_starts_one_replay_of_selected_events() {
    let deployment = Deployment::start(2, usual).await;
    let form = deployment.selected(&[1, 2, 1]).await;
    assert_eq!(form.matches("event=").count(), 2, "{form}");
    let send = || deployment.post("/events/replay-selected", &form);
    let (first, second) = tokio::join!(send(), send());
    let job = deployment.ended(&first).await;
    assert!(job.contains("sent 2 of 2 events again as replay"), "{job}");
    let repeated = [location(&first), location(&second)].into_iter().find(|path| path.contains("notice=")).unwrap();
    let repeated = deployment.get(repeated).await;
    assert!(repeated.contains("already started") && repeated.contains("sent 2 of 2 events"), "{repeated}");
    deployment.ended(&send().await).await;
    assert_eq!(deployment.aws.calls("SendMessage").len(), 2);
    // The page has a new id each time, so a second replay is possible if it is confirmed again.
    let again = deployment.selected(&[1]).await;
    deployment.ended(&deployment.post("/events/replay-selected", &again).await).await;
    assert_eq!(deployment.aws.calls("SendMessage").len(), 3);
}

#[tokio::test]
async fn form_that_is_sent_twice_sends_one_event_once() {
    let deployment = Deployment::start(1, usual).await;
    let shown = deployment.get("/event?id=e-1&source=github").await;
    let confirmation = deployment.post("/events/confirm", &format!("{}&to=routes", hidden_fields(&shown))).await;
    assert!(confirmation.body.contains("<dt>Received</dt><dd>2026-01-02 00:00:01 UTC</dd>"), "{}", confirmation.body);
    assert!(confirmation.body.contains("<dt>Key</dt><dd>aaaaaaaaaaaaaaaa</dd>"), "{}", confirmation.body);
    let form = hidden_fields(&confirmation.body);
    let send = || deployment.post("/events/replay", &form);
    let (first, second) = tokio::join!(send(), send());
    assert!([&first, &second].into_iter().all(|sent| location(sent).contains("request=request-1&notice=")));
    let mut pages = [deployment.get(location(&first)).await, deployment.get(location(&second)).await];
    pages.sort_by_key(|page| page.contains("already started"));
    assert!(pages[0].contains("sent again as replay"), "{}", pages[0]);
    assert!(pages[1].contains("already started, and nothing was sent now"), "{}", pages[1]);
    let later = send().await;
    assert!(deployment.get(location(&later)).await.contains("already started"));
    assert_eq!(deployment.aws.calls("SendMessage").len(), 1);
    for form in ["id=e-1&source=github&request=request-1&to=routes&once=other", &form.replace("once=", "twice=")] {
        let rejected = deployment.post("/events/replay", form).await;
        assert!(rejected.body.contains("id=\"error\""), "{}", rejected.body);
    }
    assert_eq!(deployment.aws.calls("SendMessage").len(), 1);
}

#[tokio::test]
async fn one_replay_of_selected_events_runs_at_a_time() {
    let permits = Arc::new(Semaphore::new(0));
    let wait = Arc::clone(&permits);
    let deployment = Deployment::start(2, move |call| {
        let permits = Arc::clone(&wait);
        async move {
            if call.operation == "SendMessage" {
                drop(permits.acquire().await);
            }
            None
        }
    })
    .await;
    let (first, second) = (deployment.selected(&[1]).await, deployment.selected(&[2]).await);
    let started = deployment.post("/events/replay-selected", &first).await;
    let rejected = deployment.post("/events/replay-selected", &second).await;
    assert!(
        rejected.body.contains("another replay is running") && rejected.body.contains("no event was sent"),
        "{}",
        rejected.body
    );
    permits.add_permits(1);
    deployment.ended(&started).await;
    // The form was not used, so it can be sent again.
    let job = deployment.ended(&deployment.post("/events/replay-selected", &second).await).await;
    assert!(job.contains("sent 1 of 1 events"), "{job}");
    assert_eq!(deployment.aws.calls("SendMessage").len(), 2);
}

#[tokio::test]
async fn link_to_a_request_has_the_source_of_this_request() {
    let deployment = Deployment::start(1, async |call| configuration(&call, &["github", "stripe"])).await;
    // Another source has a later event with the same id.
    let (source, request_id) = ("stripe".to_owned(), "request-stripe".to_owned());
    let event = EventEntry { source, request_id, event: event_key("stripe", "e-1"), id: "e-1".to_owned(), ..at(2) };
    deployment.index.add(&Entry::Event(Box::new(event)));
    let newest = deployment.get("/event?id=e-1").await;
    assert!(newest.contains("<dt>request</dt><dd>request-stripe</dd>"), "{newest}");
    for (source, request) in [("github", "request-1"), ("stripe", "request-stripe")] {
        let link = format!("/event?id=e-1&amp;source={source}&amp;request={request}");
        assert!(newest.contains(&format!("href=\"{link}\"")), "{newest}");
        let shown = deployment.get(&link.replace("&amp;", "&")).await;
        assert!(shown.contains(&format!("<dt>request</dt><dd>{request}</dd>")), "{shown}");
    }
    assert!(newest.contains("of another event with this id, from github"), "{newest}");
}

#[tokio::test]
async fn request_that_the_log_no_longer_has_is_not_replaced_silently() {
    let deployment = Deployment::start(1, usual).await;
    let gone = deployment.get("/event?id=e-1&source=github&request=gone").await;
    assert!(gone.contains("The log no longer has this request; the newest one is shown"), "{gone}");
    assert!(!gone.contains("replay-routes") && gone.contains("request=request-1\""), "{gone}");
    let shown = deployment.get("/event?id=e-1&source=github&request=request-1").await;
    assert!(!shown.contains("no longer has this request") && shown.contains("replay-routes"), "{shown}");
}

#[tokio::test]
async fn replay_that_fails_names_the_events_that_were_not_sent() {
    let sent = Arc::new(AtomicUsize::new(0));
    let deployment = Deployment::start(5, move |call| {
        let response = match call.operation.as_str() {
            "GET /hookline-test-payloads/log/1.gz" => Some((404, b"<Error><Code>NoSuchKey</Code></Error>".to_vec())),
            "SendMessage" if sent.fetch_add(1, Ordering::Relaxed) > 0 => Some(unexpected(&call)),
            _ => None,
        };
        async move { response }
    })
    .await;
    let form = deployment.selected(&[1, 2, 3, 4, 5, 9]).await;
    let job = deployment.ended(&deployment.post("/events/replay-selected", &form).await).await;
    for text in [
        "sent 1 of 6 events again as replay",
        "no longer has 1 of them: `e-9` from github",
        "no payload of event `e-1`",
        "did not confirm event `e-3`",
        "not sent: `e-4` from github, `e-5` from github",
    ] {
        assert!(job.contains(text), "{text}: {job}");
    }
}

#[tokio::test]
async fn replay_whose_events_cannot_be_read_sends_none() {
    let deployment = Deployment::start(1, async |call| (call.operation == "Query").then(|| unexpected(&call))).await;
    let form = deployment.selected(&[1]).await;
    let job = deployment.ended(&deployment.post("/events/replay-selected", &form).await).await;
    assert!(job.contains("failed</span> no event was sent: "), "{job}");
    assert!(deployment.aws.calls("SendMessage").is_empty());
}
