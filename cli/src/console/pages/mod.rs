//! The pages: one file each.

pub(super) mod dead_letter_message;
pub(super) mod dead_letters;
pub(super) mod destinations;
pub(super) mod event;
pub(super) mod events;
pub(super) mod job;
pub(super) mod overview;
pub(super) mod replay;
pub(super) mod replay_selected;
mod selected;
pub(super) mod sources;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::{Extension, State};
use axum::http::Uri;
use axum::response::Response;
use axum::routing::{get, post};
use tokio::time::timeout;

use self::destinations::Action;
use super::application::{Console, Reply};
use super::fields::Fields;
use super::render::Start;

/// How long a page waits for AWS.
const PAGE_TIMEOUT: Duration = Duration::from_secs(30);

/// Returns all pages and actions.
pub(super) fn router() -> Router<Arc<Console>> {
    Router::new()
        .route("/", get(overview))
        .route("/dead-letters", get(dead_letters))
        .route("/dead-letters/message", get(dead_letter_message))
        .route("/dead-letters/confirm", post(dead_letters_confirm))
        .route("/dead-letters/apply", post(dead_letters_apply))
        .route("/destinations", get(destinations))
        .route("/destinations/pause", get(pause_confirm).post(destination_pause))
        .route("/destinations/resume", get(resume_confirm).post(destination_resume))
        .route("/event", get(event))
        .route("/events", get(events))
        .route("/events/confirm", post(replay_confirm))
        .route("/events/confirm-selected", post(selected_confirm))
        .route("/events/replay", post(replay_send))
        .route("/events/replay-selected", post(selected_send))
        .route("/job", get(job))
        .route("/sources", get(sources))
        .route("/sources/test", get(source_confirm).post(source_test))
        .fallback(not_found)
}

/// Limits the time of a page. Its future is boxed, because calls of AWS have large futures, which would be copied on the stack
/// with each future around them.
async fn limited(page: impl Future<Output = Result<Reply>>) -> Result<Reply> {
    let limited = timeout(PAGE_TIMEOUT, Box::pin(page)).await;
    limited.unwrap_or_else(|elapsed| Err(elapsed).context("AWS does not respond in time"))
}

type App = State<Arc<Console>>;
type Form = Extension<Fields>;

async fn overview(State(console): App, uri: Uri) -> Response {
    let start = Start { nav: "/", title: "Overview", is_live: false };
    let shown = Arc::clone(&console);
    console.stream(start, &uri, async move { limited(overview::show(&shown)).await })
}

async fn dead_letters(State(console): App, uri: Uri) -> Response {
    let is_live = console.jobs.running(dead_letters::PATH).is_some();
    let start = Start { nav: dead_letters::PATH, title: "Dead-letter messages", is_live };
    let shown = Arc::clone(&console);
    console.stream(start, &uri, async move { limited(dead_letters::show(&shown)).await })
}

async fn dead_letter_message(State(console): App, uri: Uri) -> Response {
    console.respond(dead_letters::PATH, &uri, limited(dead_letter_message::show(&console, &Fields::of(&uri))).await)
}

async fn dead_letters_confirm(State(console): App, uri: Uri, Extension(fields): Form) -> Response {
    console.respond_to_form(dead_letters::PATH, dead_letters::PATH, &uri, dead_letters::confirm(&fields))
}

async fn dead_letters_apply(State(console): App, uri: Uri, Extension(fields): Form) -> Response {
    let reply = dead_letters::apply(&console, &fields).await;
    console.respond_to_form(dead_letters::PATH, dead_letters::PATH, &uri, reply)
}

async fn destinations(State(console): App, uri: Uri) -> Response {
    let start = Start { nav: destinations::PATH, title: "Destinations", is_live: false };
    let shown = Arc::clone(&console);
    console.stream(start, &uri, async move { limited(destinations::show(&shown)).await })
}

async fn pause_confirm(State(console): App, uri: Uri) -> Response {
    let reply = limited(destinations::confirm(&console, &Fields::of(&uri), Action::Pause)).await;
    console.respond(destinations::PATH, &uri, reply)
}

async fn resume_confirm(State(console): App, uri: Uri) -> Response {
    let reply = limited(destinations::confirm(&console, &Fields::of(&uri), Action::Resume)).await;
    console.respond(destinations::PATH, &uri, reply)
}

async fn destination_pause(State(console): App, uri: Uri, Extension(fields): Form) -> Response {
    let reply = destinations::pause(&console, &fields).await;
    console.respond_to_form(destinations::PATH, destinations::PATH, &uri, reply)
}

async fn destination_resume(State(console): App, uri: Uri, Extension(fields): Form) -> Response {
    let reply = destinations::resume(&console, &fields).await;
    console.respond_to_form(destinations::PATH, destinations::PATH, &uri, reply)
}

async fn events(State(console): App, uri: Uri) -> Response {
    let fields = Fields::of(&uri);
    let start = Start { nav: events::PATH, title: "Events", is_live: false };
    let shown = Arc::clone(&console);
    console.stream(start, &uri, async move { limited(events::show(&shown, &fields)).await })
}

async fn replay_confirm(State(console): App, uri: Uri, Extension(fields): Form) -> Response {
    console.respond_to_form(events::PATH, &replay::back(&fields), &uri, replay::confirm(&console, &fields))
}

async fn replay_send(State(console): App, uri: Uri, Extension(fields): Form) -> Response {
    let reply = limited(replay::send(&console, &fields)).await;
    console.respond_to_form(events::PATH, &replay::back(&fields), &uri, reply)
}

async fn selected_confirm(State(console): App, uri: Uri, Extension(fields): Form) -> Response {
    console.respond_to_form(events::PATH, events::PATH, &uri, replay_selected::confirm(&console, &fields))
}

async fn selected_send(State(console): App, uri: Uri, Extension(fields): Form) -> Response {
    let reply = limited(replay_selected::send(&console, &fields)).await;
    console.respond_to_form(events::PATH, events::PATH, &uri, reply)
}

async fn event(State(console): App, uri: Uri) -> Response {
    let fields = Fields::of(&uri);
    let title = event::title(&event::id(&fields));
    let start = Start { nav: events::PATH, title: &title, is_live: false };
    let shown = Arc::clone(&console);
    console.stream(start, &uri, async move { limited(event::show(&shown, &fields)).await })
}

async fn job(State(console): App, uri: Uri) -> Response {
    console.respond(dead_letters::PATH, &uri, job::show(&console, &Fields::of(&uri)))
}

async fn sources(State(console): App, uri: Uri) -> Response {
    let start = Start { nav: sources::PATH, title: "Sources", is_live: false };
    let shown = Arc::clone(&console);
    console.stream(start, &uri, async move { limited(sources::show(&shown)).await })
}

async fn source_confirm(State(console): App, uri: Uri) -> Response {
    console.respond(sources::PATH, &uri, limited(sources::confirm(&console, &Fields::of(&uri))).await)
}

async fn source_test(State(console): App, uri: Uri, Extension(fields): Form) -> Response {
    let reply = sources::test(&console, &fields).await;
    console.respond_to_form(sources::PATH, sources::PATH, &uri, reply)
}

async fn not_found(State(console): App, uri: Uri) -> Response {
    console.not_found(uri.path())
}
