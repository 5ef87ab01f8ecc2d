//! GitHub's API for the deliveries of webhooks, and GitHub as the sender of their requests. It behaves as documented:
//! deliveries are listed newest first with a cursor in the header `Link`
//! (<https://docs.github.com/en/rest/repos/webhooks#list-deliveries-for-a-repository-webhook>), a redelivery is accepted
//! with 202 and then really sent with the same id, and both rate limits respond 403
//! (<https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit>).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use axum::http::header::{AUTHORIZATION, HOST, LINK};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use hookline::clock::unix_seconds;
use reqwest::Client;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::rate_limit::RateLimit;
use super::sender::Webhook;
use crate::stack::GITHUB_PATH;

/// The largest page, and the page without `per_page`.
const PER_PAGE: (usize, usize) = (100, 30);

/// GitHub's status for a receiver that it cannot connect to.
const NO_CONNECTION: u16 = 502;

/// A response of the API.
pub(super) type ApiResponse = (StatusCode, HeaderMap, String);

/// GitHub, with the webhooks of all scenarios.
#[derive(Default)]
pub(crate) struct Github {
    /// By the part of the API's path, such as `repos/octo-org/hello/hooks/1`.
    hooks: Mutex<BTreeMap<String, Hook>>,
    http: OnceLock<Client>,
}

/// A webhook of a repository.
#[derive(Debug, Default)]
struct Hook {
    /// Where GitHub sends requests.
    url: String,
    token: String,
    /// Oldest first. The ID of an attempt is its index plus one.
    attempts: Vec<Attempt>,
    /// By the id of the event.
    requests: BTreeMap<String, Webhook>,
    /// Ids of events that GitHub does not redeliver any more.
    expired: BTreeSet<String>,
    limit: RateLimit,
    /// Accepted calls of the API: `list` or `redeliver`.
    calls: Vec<&'static str>,
}

/// An attempt to deliver an event.
#[derive(Debug, Clone)]
struct Attempt {
    guid: String,
    status: u16,
    redelivery: bool,
    delivered_at: i64,
}

impl Github {
    /// Adds a webhook that sends to `url`, or changes the URL of the existing one. The API accepts `token` for it.
    pub(crate) fn set_webhook(&self, hook: &str, url: &str, token: &str) {
        let mut hooks = self.hooks();
        let hook = hooks.entry(hook.to_owned()).or_default();
        url.clone_into(&mut hook.url);
        token.clone_into(&mut hook.token);
    }

    /// Sends an event for the first time, and records the attempt with a time. Returns the status.
    pub(crate) async fn deliver(&self, hook: &str, request: &Webhook, delivered_at: i64) -> u16 {
        self.change(hook, |hook| hook.requests.insert(request.event_id.clone(), request.clone()));
        self.attempt(hook, request, false, delivered_at).await
    }

    /// Records successful deliveries of other events, without sending them.
    pub(crate) fn add_successes(&self, hook: &str, count: usize, delivered_at: i64) {
        let attempt = |number| Attempt {
            guid: format!("{hook}-{number}-{delivered_at}"),
            status: 202,
            redelivery: false,
            delivered_at,
        };
        self.change(hook, |hook| hook.attempts.extend((0..count).map(attempt)));
    }

    /// Limits the calls of the API.
    pub(crate) fn limit(&self, hook: &str, limit: RateLimit) {
        self.change(hook, |hook| hook.limit = limit);
    }

    /// Lets GitHub reject the redelivery of an event.
    pub(crate) fn expire(&self, hook: &str, guid: &str) {
        self.change(hook, |hook| hook.expired.insert(guid.to_owned()));
    }

    /// Returns the status of each attempt of an event, oldest first.
    pub(crate) fn statuses(&self, hook: &str, guid: &str) -> Vec<u16> {
        let attempts = self.change(hook, |hook| hook.attempts.clone()).unwrap_or_default();
        attempts.into_iter().filter(|attempt| attempt.guid == guid).map(|attempt| attempt.status).collect()
    }

    /// Returns how many calls of a kind (`list` or `redeliver`) the API has accepted.
    pub(crate) fn calls(&self, hook: &str, kind: &str) -> usize {
        let calls = self.change(hook, |hook| hook.calls.clone()).unwrap_or_default();
        calls.into_iter().filter(|call| *call == kind).count()
    }

    /// Responds to a call. `uri` has the path of the sink.
    pub(super) fn respond(self: &Arc<Self>, method: &Method, uri: &Uri, headers: &HeaderMap) -> ApiResponse {
        let path = uri.path().strip_prefix(GITHUB_PATH).unwrap_or_default();
        let Some((name, rest)) = path.split_once("/deliveries") else { return message(404, "Not Found") };
        let mut hooks = self.hooks();
        let Some(hook) = hooks.get_mut(name) else { return message(404, "Not Found") };
        let authorization = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        if authorization != Some(&format!("Bearer {}", hook.token)) {
            return message(401, "Bad credentials");
        }
        if let Err((status, headers, text)) = hook.limit.take(method, unix_seconds()) {
            return (status, headers, json!({ "message": text }).to_string());
        }
        let attempt = rest.strip_prefix('/').and_then(|rest| rest.strip_suffix("/attempts"));
        let (status, mut response_headers, body) = match (method, attempt) {
            (&Method::GET, None) if rest.is_empty() => hook.list(uri, headers),
            (&Method::POST, Some(id)) => match hook.redelivery(id) {
                Ok(request) => {
                    tokio::spawn(Arc::clone(self).redeliver(name.to_owned(), request));
                    (StatusCode::ACCEPTED, HeaderMap::new(), json!({}).to_string())
                }
                Err((status, text)) => message(status, text),
            },
            _ => message(404, "Not Found"),
        };
        response_headers.extend(hook.limit.headers());
        (status, response_headers, body)
    }

    async fn redeliver(self: Arc<Self>, hook: String, request: Webhook) {
        self.attempt(&hook, &request, true, unix_seconds()).await;
    }

    async fn attempt(&self, hook: &str, request: &Webhook, redelivery: bool, delivered_at: i64) -> u16 {
        let url = self.change(hook, |hook| hook.url.clone()).unwrap_or_default();
        let http = self.http.get_or_init(|| Client::builder().no_proxy().build().unwrap_or_default());
        let post = http.post(url).body(request.body.clone());
        let post = request.headers.iter().fold(post, |post, (name, value)| post.header(name, value));
        let status = post.send().await.map_or(NO_CONNECTION, |response| response.status().as_u16());
        let guid = request.event_id.clone();
        self.change(hook, |hook| hook.attempts.push(Attempt { guid, status, redelivery, delivered_at }));
        status
    }

    /// Changes a webhook, if it exists.
    fn change<T>(&self, hook: &str, change: impl FnOnce(&mut Hook) -> T) -> Option<T> {
        self.hooks().get_mut(hook).map(change)
    }

    fn hooks(&self) -> MutexGuard<'_, BTreeMap<String, Hook>> {
        self.hooks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hook {
    /// Returns a page of attempts, newest first.
    fn list(&mut self, uri: &Uri, headers: &HeaderMap) -> ApiResponse {
        let query: BTreeMap<_, _> = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).collect();
        let per_page = query.get("per_page").and_then(|count| count.parse().ok());
        let per_page = per_page.unwrap_or(PER_PAGE.1).clamp(1, PER_PAGE.0);
        // The cursor is the first attempt of the page.
        let first = match query.get("cursor").map(|cursor| cursor.strip_prefix("v1_").and_then(|id| id.parse().ok())) {
            None => self.attempts.len(),
            Some(Some(first)) => first,
            Some(None) => return message(400, "Invalid cursor"),
        };
        self.calls.push("list");
        let before = first.min(self.attempts.len());
        let page = (1..=before).rev().take(per_page).filter_map(|id| Some(self.attempts.get(id - 1)?.json(id)));
        let mut links = HeaderMap::new();
        if let Some(next) = before.checked_sub(per_page).filter(|next| *next > 0) {
            let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
            let link = format!("<http://{host}{}?per_page={per_page}&cursor=v1_{next}>; rel=\"next\"", uri.path());
            links.extend(link.parse().ok().map(|link| (LINK, link)));
        }
        (StatusCode::OK, links, Value::from_iter(page).to_string())
    }

    /// Returns the request of an attempt, which GitHub sends again.
    fn redelivery(&mut self, id: &str) -> Result<Webhook, (u16, &'static str)> {
        let index = id.parse::<usize>().ok().and_then(|id| id.checked_sub(1));
        let guid = index.and_then(|index| self.attempts.get(index)).map(|attempt| attempt.guid.clone());
        let request = guid.and_then(|guid| self.requests.get(&guid)).cloned();
        let request = request.ok_or((404, "Not Found"))?;
        if self.expired.contains(&request.event_id) {
            return Err((422, "Validation Failed"));
        }
        self.calls.push("redeliver");
        Ok(request)
    }
}

impl Attempt {
    fn json(&self, id: usize) -> Value {
        let time = OffsetDateTime::from_unix_timestamp(self.delivered_at).ok();
        let text = match self.status {
            200..300 => "OK",
            NO_CONNECTION => "failed to connect to host",
            _ => "Invalid HTTP Response",
        };
        json!({
            "id": id,
            "guid": self.guid,
            "delivered_at": time.and_then(|time| time.format(&Rfc3339).ok()),
            "redelivery": self.redelivery,
            "duration": 0.27,
            "status": text,
            "status_code": self.status,
            "event": "push",
            "action": null,
            "installation_id": null,
            "repository_id": 1,
            "throttled_at": null,
        })
    }
}

fn message(status: u16, text: &str) -> ApiResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, HeaderMap::new(), json!({ "message": text }).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traffic::sender::Content;

    fn call(github: &Arc<Github>, method: &Method, path: &str, token: &str) -> ApiResponse {
        let headers = HeaderMap::from_iter([(AUTHORIZATION, format!("Bearer {token}").parse().unwrap())]);
        github.respond(method, &format!("{GITHUB_PATH}{path}").parse().unwrap(), &headers)
    }

    fn github() -> Arc<Github> {
        let github = Arc::new(Github::default());
        github.set_webhook("repos/o/r/hooks/1", "http://127.0.0.1:9/", "t");
        github
    }

    /// Returns the IDs of a page, and the path of the next one.
    fn page(github: &Arc<Github>, path: &str) -> (Vec<u64>, Option<String>) {
        let (status, headers, body) = call(github, &Method::GET, path, "t");
        assert_eq!(status, 200, "{body}");
        let deliveries: Vec<Value> = serde_json::from_str(&body).unwrap();
        let link = headers.get(LINK).map(|link| link.to_str().unwrap());
        let next = link
            .map(|link| link.split_once(GITHUB_PATH).unwrap().1.strip_suffix(">; rel=\"next\"").unwrap().to_owned());
        (deliveries.iter().map(|delivery| delivery["id"].as_u64().unwrap()).collect(), next)
    }

    #[test]
    fn deliveries_are_listed_newest_first_in_pages() {
        let github = github();
        github.add_successes("repos/o/r/hooks/1", 5, 0);
        let first = page(&github, "repos/o/r/hooks/1/deliveries?per_page=2");
        let second = page(&github, &first.1.unwrap());
        assert_eq!([first.0, second.0], [[5, 4], [3, 2]]);
        assert_eq!(page(&github, &second.1.unwrap()), (vec![1], None));
        github.add_successes("repos/o/r/hooks/1", 200, 0);
        assert_eq!(page(&github, "repos/o/r/hooks/1/deliveries").0.len(), 30);
        assert_eq!(page(&github, "repos/o/r/hooks/1/deliveries?per_page=1000").0.len(), 100);
    }

    #[tokio::test]
    async fn failed_delivery_is_redelivered_until_it_expires() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (github, hook) = (github(), "repos/o/r/hooks/1");
        let event = Webhook::unsigned("r", Content::json("{}"));
        assert_eq!(github.deliver(hook, &event, 0).await, NO_CONNECTION);
        let redeliver = || call(&github, &Method::POST, "repos/o/r/hooks/1/deliveries/1/attempts", "t").0;
        assert_eq!(redeliver(), 202);
        github.expire(hook, &event.event_id);
        assert_eq!(redeliver(), 422);
        assert_eq!((github.calls(hook, "redeliver"), github.calls(hook, "list")), (1, 0));
    }

    #[test]
    fn other_calls_are_rejected() {
        let github = github();
        let status = |method, path, token| call(&github, &method, path, token).0.as_u16();
        assert_eq!(status(Method::GET, "repos/o/r/hooks/1/deliveries", "other"), 401);
        assert_eq!(status(Method::GET, "repos/o/r/hooks/2/deliveries", "t"), 404);
        assert_eq!(status(Method::POST, "repos/o/r/hooks/1/deliveries/7/attempts", "t"), 404);
        assert_eq!(status(Method::GET, "repos/o/r/hooks/1/deliveries?cursor=x", "t"), 400);
        github.limit("repos/o/r/hooks/1", RateLimit::primary(0, i64::MAX));
        assert_eq!(status(Method::GET, "repos/o/r/hooks/1/deliveries", "t"), 403);
    }
}
