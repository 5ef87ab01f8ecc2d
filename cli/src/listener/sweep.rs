use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use aws_sdk_sqs::Client;
use hookline_event_log::Listener;

use super::registry::Registry;
use crate::clock::unix_seconds;
use crate::target::Target;

/// The tag with the time at which a command created its queue, in seconds since 1970.
pub(super) const CREATED: &str = "hookline-listener-created";
/// The age from which a queue without a listener was left behind. A younger one may not be registered yet.
const REGISTRATION_SECONDS: i64 = 120;

/// Returns the beginning of the names of all queues of listeners.
pub(super) fn queue_prefix(target: &Target) -> String {
    format!("{}-listen-", target.resources.prefix())
}

/// Removes what crashed commands have left behind: queues and listeners. Returns the names of the queues.
///
/// # Errors
///
/// If AWS does not confirm.
pub async fn sweep(target: &Target) -> Result<Vec<String>> {
    let registry = Registry::find(target).await?;
    let client = Client::new(&target.sdk);
    let (mut names, mut ended_names) = (Vec::new(), BTreeSet::new());
    let mut pages =
        client.list_queues().queue_name_prefix(queue_prefix(target)).max_results(100).into_paginator().send();
    let mut urls = Vec::new();
    while let Some(page) = pages.next().await {
        urls.extend(page.context("cannot list the queues of listeners")?.queue_urls.unwrap_or_default());
    }
    // Read after the queues: a queue that is listed here is registered, or was created a moment ago.
    let mut listeners = registry.read().await?;
    let now = unix_seconds();
    for name in ended(&listeners, now) {
        if registry.remove_ended(&name, now).await? {
            listeners.remove(&name);
            ended_names.insert(name);
        }
    }
    for url in urls {
        let name = url.rsplit('/').next().unwrap_or_default().to_owned();
        let tags = client.list_queue_tags().queue_url(&url).send().await;
        // Another command may have deleted the queue meanwhile.
        let Ok(tags) = tags else { continue };
        let created = tags.tags.unwrap_or_default().get(CREATED).and_then(|created| created.parse().ok());
        if !listeners.contains_key(&name) && is_left_behind(ended_names.contains(&name), created, now) {
            let deleted = client.delete_queue().queue_url(&url).send().await;
            deleted.with_context(|| format!("cannot delete the queue `{name}`"))?;
            names.push(name);
        }
    }
    Ok(names)
}

/// Returns the names of the registered listeners.
///
/// # Errors
///
/// If the table cannot be read.
pub async fn registered(target: &Target) -> Result<Vec<String>> {
    Ok(Registry::find(target).await?.read().await?.into_keys().collect())
}

/// Whether a command has left a queue behind that is not registered. A queue without the tag is not a listener's.
fn is_left_behind(has_ended: bool, created: Option<i64>, now: i64) -> bool {
    created.is_some_and(|created| has_ended || now.saturating_sub(created) > REGISTRATION_SECONDS)
}

fn ended(listeners: &BTreeMap<String, Listener>, now: i64) -> Vec<String> {
    let ended = listeners.iter().filter(|(_, listener)| has_ended(listener, now));
    ended.map(|(name, _)| name.clone()).collect()
}

fn has_ended(listener: &Listener, now: i64) -> bool {
    u64::try_from(now).is_ok_and(|now| listener.until < now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_queues_without_a_running_listener_are_left_behind() {
        let now = 1_767_323_045;
        let listener = |until: i64| Listener {
            queue_url: "q".to_owned(),
            source: "github".to_owned(),
            until: until.try_into().unwrap(),
        };
        let listeners =
            BTreeMap::from([("running".to_owned(), listener(now + 1)), ("ended".to_owned(), listener(now - 1))]);
        assert!(is_left_behind(true, Some(now - 10), now) && is_left_behind(false, Some(now - 121), now));
        assert!(!is_left_behind(false, Some(now - 100), now), "its command is about to register it");
        assert!(!is_left_behind(true, None, now), "the queue of another program");
        assert_eq!(ended(&listeners, now), ["ended"]);
    }
}
