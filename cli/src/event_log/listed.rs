use std::cmp::Reverse;

use super::filter::{EventFilter, PayloadFilter};
use super::logged_event::LoggedEvent;

/// The most entries of one call, and the entries of a source's first call if there are conditions: most events may not
/// meet them.
pub(super) const MAX_PAGE_ENTRIES: usize = 1000;
const SEARCH_ENTRIES: usize = 200;

/// What is listed.
#[derive(Debug, Clone)]
pub struct ListOptions {
    /// The source, which may have been removed from the configuration; `None`: all sources whose events are logged now.
    pub source: Option<String>,
    /// The earliest time, formatted as in the log.
    pub since: String,
    /// The latest time, formatted as in the log.
    pub until: String,
    /// Which events are listed.
    pub filter: EventFilter,
    /// A condition about the payload, which has to be read for it.
    pub payload: Option<PayloadFilter>,
    /// The maximum number of events.
    pub limit: usize,
    /// About how many entries of each source are read at most; `None`: all of the time, if so many do not match.
    pub max_entries: Option<usize>,
}

/// The newest events that match.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listed {
    /// The events, newest first.
    pub events: Vec<LoggedEvent>,
    /// Whether there are more, or may be more after the end of the search.
    pub has_more: bool,
    /// The time where the search has ended, because the maximum number of entries was read. The events of this time are
    /// not all listed.
    pub searched_to: Option<String>,
}

impl ListOptions {
    /// Returns the number of entries of a source's first call. Without conditions, one event more than the limit shows that
    /// there are more, and the last event of a call may not be complete.
    pub(super) fn first_page(&self) -> usize {
        let EventFilter { status, event_type, destination } = &self.filter;
        let has_condition = status.is_some() || event_type.is_some() || destination.is_some() || self.payload.is_some();
        let least = if has_condition { SEARCH_ENTRIES } else { 1 };
        self.limit.saturating_add(2).clamp(least, MAX_PAGE_ENTRIES)
    }
}

impl Listed {
    /// Merges the lists of several sources. Before the time where one of the searches has ended, events are missing, so the
    /// others have none there either.
    pub(super) fn merge(lists: Vec<Self>) -> Self {
        let searched_to = lists.iter().filter_map(|listed| listed.searched_to.clone()).max();
        let has_more = lists.iter().any(|listed| listed.has_more);
        let mut events: Vec<_> = lists.into_iter().flat_map(|listed| listed.events).collect();
        events.retain(|logged| searched_to.as_ref().is_none_or(|end| logged.event.received >= *end));
        Self { events, has_more, searched_to }
    }

    /// Returns the newest events.
    pub(super) fn newest(mut self, limit: usize) -> Self {
        let key = |logged: &LoggedEvent| (logged.event.received.clone(), logged.event.position.clone());
        self.events.sort_by_cached_key(|logged| Reverse(key(logged)));
        if self.events.len() > limit {
            // The next page begins at the last event.
            (self.has_more, self.searched_to) = (true, None);
            self.events.truncate(limit);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use hookline_event_log::Outcome;

    use super::super::logged_event::tests::event;
    use super::*;

    #[test]
    fn the_newest_events_of_all_sources_are_listed() {
        let logged = |id: &str, second| LoggedEvent {
            event: event(id, second, Outcome::Delivered),
            attempts: Vec::new(),
            is_complete: true,
        };
        let events = vec![logged("1", 1), logged("3", 3), logged("2", 2)];
        let ids = |limit| {
            let listed = Listed { events: events.clone(), ..Listed::default() }.newest(limit);
            (listed.events.into_iter().map(|event| event.event.id).collect::<Vec<_>>(), listed.has_more)
        };
        assert_eq!(ids(2), (vec!["3".to_owned(), "2".to_owned()], true));
        assert!(!ids(3).1);
    }
}
