//! Each page of the console in each appearance, with pictures in `target/harness/console`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{DeleteRequest, PutRequest, WriteRequest};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use hookline_event_log::{Entry, EventEntry, event_key, event_position, received_time};
use time::OffsetDateTime;

use super::running::Console;
use crate::browser::{Appearance, Axe, Browser};
use crate::scenarios::support::{ScenarioResult, Testbed, expect};

/// The appearances in which each page is checked and kept as a picture.
const APPEARANCES: [(&str, Appearance); 4] = [
    ("light-1280", Appearance { width: 1280, is_dark: false }),
    ("dark-1280", Appearance { width: 1280, is_dark: true }),
    ("light-390", Appearance { width: 390, is_dark: false }),
    ("dark-390", Appearance { width: 390, is_dark: true }),
];

/// Events that the log has while the pages are checked.
const FILLED_EVENTS: usize = 10_000;

pub(super) async fn pages(testbed: &Testbed) -> ScenarioResult {
    let key = testbed.signing_key("logged")?;
    let webhook = testbed.signed_with("logged", "release", expect::unique_body(400), &key)?;
    expect::accepted(testbed, &webhook).await?;
    testbed.sink.wait_for_delivery(&webhook.event_id).await?;
    write_entries(testbed, Write::Put).await?;
    let folder = testbed.repository.harness_directory.join("console");
    std::fs::create_dir_all(&folder)?;
    let axe = Axe::install(&testbed.repository.root, &testbed.repository.harness_directory.join("axe")).await?;
    let (console, browser) = (Console::start(testbed).await?, Browser::start().await?);
    let paths = [
        ("overview", "/".to_owned()),
        ("events", "/events?source=github".to_owned()),
        ("event", format!("/event?id={}", webhook.event_id)),
        ("dead-letters", "/dead-letters".to_owned()),
        ("sources", "/sources".to_owned()),
        ("destinations", "/destinations".to_owned()),
        ("confirm", "/destinations/pause?name=logged".to_owned()),
        ("error", "/none".to_owned()),
    ];
    let result = check_pages(&browser, &console, &paths, &axe, &folder).await;
    browser.close().await?;
    write_entries(testbed, Write::Delete).await?;
    result
}

/// Whether the entries that fill the event log are added or deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Write {
    Put,
    Delete,
}

/// Adds events of an earlier hour to the index of the event log, or deletes them.
async fn write_entries(testbed: &Testbed, write: Write) -> Result<()> {
    let target = testbed.stack.target();
    let log = target.delivery_configuration().await?.event_log.context("the stack has no event log")?;
    let client = Client::new(&target.sdk);
    let started = OffsetDateTime::from(testbed.started);
    let entry = |number: usize| {
        let received = received_time(started - Duration::from_secs(3600) - Duration::from_secs(number as u64));
        let id = format!("filled-{number}");
        Entry::Event(Box::new(EventEntry {
            event: event_key("github", &id),
            position: event_position(&received, &id),
            source: "github".to_owned(),
            request_id: id.clone(),
            id,
            r#type: "github.push".to_owned(),
            received,
            size: Some(1000),
            expires_at: u64::try_from(started.unix_timestamp() + 86_400).unwrap_or_default(),
            ..EventEntry::default()
        }))
    };
    let entries: Vec<_> = (0..FILLED_EVENTS).map(entry).collect();
    let pages = stream::iter(entries.chunks(25)).map(async |page| {
        let request = |entry: &Entry| {
            let mut item = entry.to_item()?;
            let request = WriteRequest::builder();
            if write == Write::Put {
                let put = PutRequest::builder().set_item(Some(item)).build()?;
                return anyhow::Ok(request.put_request(put).build());
            }
            item.retain(|name, _| ["event", "position"].contains(&name.as_str()));
            Ok(request.delete_request(DeleteRequest::builder().set_key(Some(item)).build()?).build())
        };
        let requests = page.iter().map(request).collect::<Result<Vec<_>>>()?;
        let written = client.batch_write_item().request_items(&log.table, requests).send().await?;
        ensure!(written.unprocessed_items.unwrap_or_default().is_empty(), "the table is throttled");
        Ok(())
    });
    pages.buffer_unordered(8).try_collect().await
}

async fn check_pages(
    browser: &Browser,
    console: &Console,
    paths: &[(&str, String)],
    axe: &Axe,
    folder: &Path,
) -> ScenarioResult {
    browser.open(&console.url).await?;
    let mut largest = (0, "");
    let mut slowest = BTreeMap::<&str, u64>::new();
    for (appearance_name, appearance) in APPEARANCES {
        browser.show_as(appearance).await?;
        for (name, path) in paths {
            browser.open(&format!("{}{path}", console.base)).await?;
            browser.element("h1").await?;
            browser.check_page().await?;
            browser.check_accessibility(axe).await?;
            let size = browser.value("performance.getEntriesByType('navigation')[0].decodedBodySize").await?;
            let size = size.as_u64().context("the page has no size")?;
            ensure!(size < 200_000, "the page {name} has {size} bytes");
            largest = largest.max((size, *name));
            let render = browser.value("performance.getEntriesByName('first-contentful-paint')[0].startTime").await?;
            let render = render.as_f64().context("the page was not rendered")?;
            let rendered = slowest.entry(name).or_default();
            *rendered = (*rendered).max(render.ceil() as u64);
            let file: PathBuf = folder.join(format!("{name}-{appearance_name}.png"));
            std::fs::write(&file, browser.screenshot().await?)?;
        }
    }
    let pages = paths.len() * APPEARANCES.len();
    let (size, largest) = largest;
    let slowest: Vec<_> = slowest.iter().map(|(name, milliseconds)| format!("{name} {milliseconds} ms")).collect();
    Ok(format!(
        "{pages} pages, {FILLED_EVENTS} events; the largest, {largest}, has {size} bytes; first rendered after at most: {}",
        slowest.join(", ")
    ))
}
