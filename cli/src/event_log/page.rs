//! The list of events. Each source is a query of its own, so the lists of the sources are merged by time.

use std::collections::BTreeSet;

use anyhow::Result;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use hookline_event_log::{Entry, Status};

use super::filter::{EventFilter, PayloadFilter};
use super::identity::{SharedIds, replayable};
use super::listed::{ListOptions, Listed, MAX_PAGE_ENTRIES};
use super::logged_event::LoggedEvent;
use super::rejected;
use super::table::{CONCURRENCY, EventLog};

impl EventLog {
    /// Lists the newest events that match, with rejected requests.
    ///
    /// # Errors
    ///
    /// If the index, a payload or the log of the ingest function cannot be read.
    pub async fn list(&self, options: &ListOptions) -> Result<Listed> {
        // A rejected request has no type, no destination and no payload.
        let EventFilter { event_type, destination, status } = &options.filter;
        let has_condition = event_type.is_some() || destination.is_some() || options.payload.is_some();
        let has_rejected = !has_condition && status.is_none_or(|status| status == Status::Rejected);
        let rejected = async {
            match has_rejected {
                true => rejected::find(&self.target, options).await,
                false => Ok(Vec::new()),
            }
        };
        let (listed, rejected) = tokio::try_join!(self.list_events(options), rejected)?;
        let rejected = Listed { events: rejected, ..Listed::default() };
        let listed = Listed::merge(vec![listed, rejected]);
        Ok(listed.newest(options.limit))
    }

    /// Lists the newest events that match, without rejected requests.
    ///
    /// # Errors
    ///
    /// If the index or a payload cannot be read.
    pub async fn list_events(&self, options: &ListOptions) -> Result<Listed> {
        // DynamoDB rejects a range that ends before it begins.
        if options.filter.status == Some(Status::Rejected) || options.since > options.until {
            return Ok(Listed::default());
        }
        // A named source may have been logged earlier. The index has no list of such sources.
        let sources = options.source.as_ref().map_or(self.sources(), std::slice::from_ref);
        let pattern = options.filter.event_type.as_deref().unwrap_or("*");
        let sources = sources.iter().filter(|name| has_type(name, pattern));
        let listed = stream::iter(sources.cloned().collect::<Vec<_>>());
        let listed = listed.map(async |source| self.list_source(&source, options).await);
        let listed: Vec<_> = listed.buffer_unordered(CONCURRENCY).try_collect().await?;
        Ok(Listed::merge(listed).newest(options.limit))
    }

    /// Lists the events whose newest request matches, each once, with the request that can be sent again. A replay is a new
    /// request, so an event that was delivered by a replay no longer counts as dead-lettered. Events of different callers with
    /// one id are different events.
    ///
    /// # Errors
    ///
    /// If the index or a payload cannot be read.
    pub async fn list_distinct(&self, options: &ListOptions) -> Result<Listed> {
        let Listed { events, has_more, searched_to } = self.list_events(options).await?;
        let mut keys = BTreeSet::new();
        let key = |logged: &LoggedEvent| (logged.event.event.clone(), logged.key().map(str::to_owned));
        let distinct: Vec<_> = events.into_iter().filter(|logged| keys.insert(key(logged))).collect();
        let matching = stream::iter(distinct).map(async |logged| {
            let mut requests = self.events(&logged.event.id, Some(&logged.event.source)).await?;
            let shared = SharedIds::of(&requests);
            requests.retain(|request| shared.is_same_event(request, &logged));
            anyhow::Ok(matching(requests, options))
        });
        let matching = matching.buffered(CONCURRENCY).try_filter_map(async |event| Ok(event));
        let mut events: Vec<_> = matching.try_collect().await?;
        // A request with an unknown key can be the newest one of several events.
        let mut requests = BTreeSet::new();
        events.retain(|logged| requests.insert((logged.event.event.clone(), logged.event.position.clone())));
        Ok(Listed { events, has_more, searched_to })
    }

    /// Lists one event more than the limit, so that the caller sees whether there are more.
    async fn list_source(&self, source: &str, options: &ListOptions) -> Result<Listed> {
        // Positions begin with the time and continue with `#`.
        let range = (options.since.as_str(), &*format!("{}~", options.until));
        let (mut events, mut rest, mut start) = (Vec::new(), Vec::new(), None);
        let (mut size, mut read) = (options.first_page(), 0);
        loop {
            let (entries, next) = self.page(source, range, (start, i32::try_from(size)?)).await?;
            read += entries.len();
            rest.extend(entries);
            let complete = if next.is_some() { take_complete(&mut rest) } else { std::mem::take(&mut rest) };
            let matching = LoggedEvent::group(complete).into_iter().filter(|event| options.filter.matches(event));
            events.extend(self.with_payload(matching.collect(), options.payload.as_ref()).await?);
            if next.is_none() || events.len() > options.limit {
                return Ok(Listed { events, ..Listed::default() });
            }
            if options.max_entries.is_some_and(|max| read >= max) {
                let searched_to = rest.last().map(|entry| received(entry).to_owned());
                return Ok(Listed { events, has_more: true, searched_to });
            }
            (start, size) = (next, MAX_PAGE_ENTRIES.min(size * 2));
        }
    }

    /// Returns the events whose payloads meet the condition. A payload that is missing does not.
    async fn with_payload(&self, events: Vec<LoggedEvent>, filter: Option<&PayloadFilter>) -> Result<Vec<LoggedEvent>> {
        let Some(filter) = filter else { return Ok(events) };
        let matching = stream::iter(events).map(async |event| {
            let payload = self.payload(&event.event).await;
            let matches = match payload {
                Ok(payload) => filter.matches(&payload.bytes),
                Err(error) if error.is_missing() => false,
                Err(error) => return Err(anyhow::Error::from(error)),
            };
            Ok(matches.then_some(event))
        });
        matching.buffered(CONCURRENCY).try_filter_map(async |event| Ok(event)).try_collect().await
    }
}

/// Returns the request of one event that can be sent again, if the newest one matches. The type of a request is unknown if the
/// log has only attempts.
fn matching(requests: Vec<LoggedEvent>, options: &ListOptions) -> Option<LoggedEvent> {
    let mut newest = requests.first()?.clone();
    let replayable = replayable(requests)?;
    if !newest.is_complete {
        newest.event.r#type.clone_from(&replayable.event.r#type);
    }
    options.filter.matches(&newest).then_some(replayable)
}

/// Whether a source can have events of a type. Types begin with the name of their source.
fn has_type(source: &str, pattern: &str) -> bool {
    let (literal, name) = (pattern.split(['*', '?']).next().unwrap_or_default(), format!("{source}."));
    literal.starts_with(&name) || name.starts_with(literal)
}

/// Takes the entries of all events except the last one, whose attempts may continue on the next page. In descending order,
/// an event is before its attempts.
fn take_complete(entries: &mut Vec<Entry>) -> Vec<Entry> {
    let last = entries.last().map(|entry| request(entry).to_owned());
    let end = entries.iter().position(|entry| Some(request(entry)) == last.as_deref()).unwrap_or_default();
    let rest = entries.split_off(end);
    std::mem::replace(entries, rest)
}

/// Returns the part of a position that all entries of a request have: `<time>#<request id>`.
fn request(entry: &Entry) -> &str {
    let position = entry.position();
    let end = position.match_indices('#').nth(1).map_or(position.len(), |(index, _)| index);
    position.get(..end).unwrap_or(position)
}

/// Returns the time of a position.
fn received(entry: &Entry) -> &str {
    entry.position().split('#').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use hookline_event_log::Outcome;

    use super::super::logged_event::tests::{event, later};
    use super::*;

    #[test]
    fn an_event_whose_attempts_may_continue_waits_for_the_next_page() {
        let (first, second) = (event("1", 1, Outcome::Retried), event("2", 2, Outcome::Delivered));
        let attempt = Entry::Attempt(Box::new(later(&first, Outcome::Delivered, 2, 20)));
        let mut entries = vec![Entry::Event(Box::new(second)), Entry::Event(Box::new(first)), attempt];
        let complete = take_complete(&mut entries);
        assert_eq!(complete.iter().map(request).collect::<Vec<_>>(), ["2026-01-02T03:04:02.000Z#request-2"]);
        assert_eq!((entries.len(), request(&entries[1])), (2, "2026-01-02T03:04:01.000Z#request-1"));
        // All entries of a page belong to one event.
        assert!(take_complete(&mut entries).is_empty());
        assert!(take_complete(&mut Vec::new()).is_empty());
    }

    #[test]
    fn only_sources_that_can_have_the_type_are_read() {
        for pattern in ["*", "", "git*", "github.push", "github.*", "github.pull_request*", "g?thub.push"] {
            assert!(has_type("github", pattern), "{pattern}");
        }
        for pattern in ["stripe.*", "github-app.push", "gitlab*", "hub*"] {
            assert!(!has_type("github", pattern), "{pattern}");
        }
    }
}
