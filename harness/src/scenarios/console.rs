//! `hookline console` in a real browser.

mod pages;
mod running;

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use serde_json::json;
use tokio::net::TcpListener;
use uuid::Uuid;

use self::running::Console;
use super::support::{Scenario, ScenarioResult, Testbed, expect};
use crate::browser::{Browser, unavailable_reason};
use crate::emulator::Capability;
use crate::stack::{Destination, Route, Source};
use crate::system::wait;
use crate::traffic::script::Script;

pub(super) fn all() -> Vec<Scenario> {
    vec![
        Scenario::new(
            "console-replays-event",
            "in a browser, the console finds an event by its type, shows its payload full of markup as text, sends it again, and \
             shows the second request with its attempt",
            replays,
        )
        .with(logged)
        .concurrent(),
        // Not concurrent: it lists the dead-letter queue, which hides the messages of other scenarios for a moment.
        Scenario::new(
            "console-operates",
            "in a browser, the console redrives three selected dead-letter messages, deletes them when they have failed again, and \
             pauses and resumes their destination",
            operates,
        )
        .source(Source::github("missing").sends_to("missing"))
        .destination(Destination::http("missing", Script::NotFound))
        .needs(&[Capability::Dynamodb])
        .skip_if(|_| unavailable_reason()),
        Scenario::new(
            "console-rejects-unknown-browsers",
            "a browser without the token and a form of another site reach no page of the console and change nothing",
            rejects,
        )
        .needs(&[Capability::Dynamodb])
        .skip_if(|_| unavailable_reason())
        .concurrent(),
        Scenario::new(
            "console-pages",
            "each page of the console, light and dark, wide and narrow: axe-core finds no fault, nothing overflows, the browser \
             reports no error, and the page has less than 200 KB",
            pages::pages,
        )
        .with(logged)
        // It fills the event log with 10,000 events.
        .long(),
    ]
}

fn logged(scenario: Scenario) -> Scenario {
    scenario
        .source(Source::github("logged"))
        .destination(Destination::http("logged", Script::Succeeds))
        .route(Route::new("replayed", "logged", &["logged"]).types(&["logged.release"]))
        .needs(&[Capability::Dynamodb])
        .skip_if(|_| unavailable_reason())
}

async fn replays(testbed: &Testbed) -> ScenarioResult {
    let key = testbed.signing_key("logged")?;
    let text =
        format!("</pre><script>document.title = 'changed'</script><img src=x onerror=alert(1)> {}", Uuid::new_v4());
    let webhook = testbed.signed_with("logged", "release", json!({ "text": text }).to_string(), &key)?;
    expect::accepted(testbed, &webhook).await?;
    // The scenario replays it from its page, and from the list.
    testbed.allow_repeat(&webhook.event_id);
    testbed.allow_repeat(&webhook.event_id);
    testbed.sink.wait_for_delivery(&webhook.event_id).await?;
    let (console, browser) = (Console::start(testbed).await?, Browser::start().await?);
    let result = replay(&console, &browser, &webhook.event_id, &text).await;
    browser.close().await?;
    result
}

async fn replay(console: &Console, browser: &Browser, id: &str, text: &str) -> ScenarioResult {
    browser.open(&console.url).await?;
    let link = format!("#events a[href*='{id}']");
    wait::until("the event on the page Events", Duration::from_secs(30), async || {
        browser.open(&format!("{}/events", console.base)).await?;
        browser.write("#type", "logged.rel*").await?;
        browser.click("#search").await?;
        browser.element("#conditions").await?;
        Ok((browser.count(&link).await? == 1).then_some(()))
    })
    .await?;
    browser.click(&link).await?;
    let shown = browser.element("#payload-pretty").await?.text().await?;
    ensure!(shown.contains(&text.replace('"', "\\\"")), "the payload is shown as {shown}");
    ensure!(browser.value("document.title").await?.as_str().is_some_and(|title| title.starts_with("Event ")), "title");
    browser.check_page().await?;
    browser.click("#replay-routes").await?;
    browser.click("#confirm-button").await?;
    let notice = browser.element("#notice").await?.text().await?;
    ensure!(notice.contains("sent again as replay"), "the notice is {notice}");
    wait::until("the second request with its attempt", Duration::from_secs(30), async || {
        browser.open(&format!("{}/event?id={id}", console.base)).await?;
        let requests = browser.count("#requests li").await?;
        Ok((requests == 2 && browser.count("#attempts tbody tr").await? == 1).then_some(()))
    })
    .await?;
    ensure!(browser.text("#status").await? == "delivered", "the replay is {}", browser.text("#status").await?);
    ensure!(browser.text("#requests li").await?.contains("replay"), "the newest request is no replay");
    replay_selected(console, browser, id).await?;
    Ok("1 event found by its type, shown as text, replayed and delivered".to_owned())
}

/// Selects one of the two requests in the list, and sends it again.
async fn replay_selected(console: &Console, browser: &Browser, id: &str) -> Result<()> {
    browser.open(&format!("{}/events?type=logged.rel*", console.base)).await?;
    browser.click(&format!("#selection input[name=event][value*='{id}']")).await?;
    browser.click("#replay-selected").await?;
    ensure!(browser.element("#confirm-count").await?.text().await? == "1 selected", "another number is selected");
    browser.click("#confirm-button").await?;
    let sent = browser.element("#job[data-state=finished]").await?.text().await?;
    ensure!(sent.contains("sent 1 of 1 events again"), "the job shows {sent}");
    wait::until("the third request", Duration::from_secs(30), async || {
        browser.open(&format!("{}/event?id={id}", console.base)).await?;
        Ok((browser.count("#requests li").await? == 3).then_some(()))
    })
    .await
}

async fn operates(testbed: &Testbed) -> ScenarioResult {
    let mut ids = Vec::new();
    for _ in 0..3 {
        let webhook = testbed.signed("missing", expect::unique_body(50))?;
        ids.push(expect::accepted(testbed, &webhook).await?);
        testbed.settle(&webhook.event_id);
        testbed.allow_repeat(&webhook.event_id);
    }
    let failed = testbed.stack.wait_for_dlq_depth(3);
    let ((), console, browser) = tokio::try_join!(failed, Console::start(testbed), Browser::start())?;
    let result = operate(testbed, &console, &browser, &ids).await;
    browser.close().await?;
    result
}

async fn operate(testbed: &Testbed, console: &Console, browser: &Browser, ids: &[String]) -> ScenarioResult {
    browser.open(&console.url).await?;
    browser.click("#nav-dead-letters").await?;
    browser.element("#group-1").await?;
    let selected = browser.click_all("#group-1 input[name=message]").await?;
    ensure!(selected == 3, "the page has {selected} messages");
    browser.click("#group-1 button[value=selected-redrive]").await?;
    ensure!(browser.element("#confirm-count").await?.text().await? == "3 selected", "another number is selected");
    browser.click("#confirm-button").await?;
    let moved = browser.element("#job[data-state=finished]").await?.text().await?;
    ensure!(moved.contains("moved 3 messages"), "the job shows {moved}");
    wait::until("three second attempts", Duration::from_secs(30), async || {
        Ok(ids.iter().all(|id| testbed.sink.attempts(id).len() == 2).then_some(()))
    })
    .await?;
    testbed.stack.wait_for_dlq_depth(3).await?;

    browser.click("#back").await?;
    browser.click("#group-1 button[value=group-delete]").await?;
    browser.click("#confirm-button").await?;
    let deleted = browser.element("#job[data-state=finished]").await?.text().await?;
    ensure!(deleted.contains("deleted 3 messages"), "the job shows {deleted}");
    testbed.stack.wait_for_dlq_depth(0).await?;

    browser.click("#nav-destinations").await?;
    browser.click("#pause-missing").await?;
    browser.write("#note", "console-operates").await?;
    browser.click("#confirm-button").await?;
    let paused = browser.element("#destination-missing[data-state=paused]").await?.text().await?;
    ensure!(paused.contains("console-operates"), "the destination shows {paused}");
    browser.click("#resume-missing").await?;
    browser.click("#confirm-button").await?;
    browser.element("#pause-missing").await?;
    Ok("3 messages redriven and then deleted; 1 destination paused and resumed".to_owned())
}

async fn rejects(testbed: &Testbed) -> ScenarioResult {
    let (console, browser) = (Console::start(testbed).await?, Browser::start().await?);
    let result = reject(&console, &browser).await;
    browser.close().await?;
    result
}

async fn reject(console: &Console, browser: &Browser) -> ScenarioResult {
    for path in ["/", "/events", "/assets/console.js", "/?token=not-the-token"] {
        browser.open(&format!("{}{path}", console.base)).await?;
        let reason = browser.element("#reason").await?.text().await?;
        ensure!(reason.contains("no session"), "{path} shows {reason}");
    }
    browser.open(&console.url).await?;
    browser.element("#nav-events").await?;
    // A page of another site sends a form with the browser that has the session.
    let action = format!("{}/destinations/pause", console.base);
    let form = format!(
        "<!doctype html><form method=post action='{action}'><input name=destination value=missing>\
         <button id=send>Win</button></form>"
    );
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let site = format!("http://localhost:{}/", listener.local_addr()?.port());
    let app = Router::new().route("/", get(async move || Html(form)));
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    browser.open(&site).await?;
    browser.click("#send").await?;
    let reason = browser.element("#reason").await?.text().await?;
    server.abort();
    ensure!(reason.contains("rejected"), "the form of another site gets {reason}");
    browser.open(&format!("{}/destinations", console.base)).await?;
    browser.element("#retry-total").await?;
    ensure!(browser.count("[data-state=paused]").await? == 0, "the form has paused a destination");
    // The token works once.
    let second = Browser::start().await?;
    let rejected = async {
        second.open(&console.url).await?;
        second.element("#reason").await?.text().await.context("no reason")
    };
    let rejected = rejected.await;
    second.close().await?;
    ensure!(rejected?.contains("no session"), "the token works twice");
    Ok("4 pages without the token, 1 form of another site, 1 used token".to_owned())
}
