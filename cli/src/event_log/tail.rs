//! New events as they come into the log.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use anyhow::Result;
use hookline_event_log::received_time;

use super::listed::ListOptions;
use super::logged_event::LoggedEvent;
use super::table::EventLog;

/// How far back each read goes. The log and its index by time get an event some seconds after it was received, and not in
/// the order of these times.
const WINDOW: Duration = Duration::from_secs(120);

/// Follows the log. Each event is returned once, and again for each later attempt within two minutes of its receive.
#[derive(Debug)]
pub struct Tail<'l> {
    log: &'l EventLog,
    options: ListOptions,
    returned: Returned,
    has_read: bool,
}

impl<'l> Tail<'l> {
    /// Follows the events that meet the conditions and were received after `options.since`. `options.limit` is the number of
    /// events that are listed at once; the next ones follow.
    #[must_use]
    pub fn new(log: &'l EventLog, options: ListOptions) -> Self {
        Self { log, options, returned: Returned::default(), has_read: false }
    }

    /// Returns the events that are new, or that have new attempts, oldest first.
    ///
    /// # Errors
    ///
    /// If the log cannot be read. The next call reads what this one has missed, if it is made within two minutes.
    pub async fn next(&mut self) -> Result<Vec<LoggedEvent>> {
        let now = SystemTime::now();
        self.options.until = received_time(now.into());
        let events = self.list_all().await?;
        let new = self.returned.take_new(events, &self.options.since);
        self.has_read = true;
        let since = now.checked_sub(WINDOW).map(|since| received_time(since.into())).unwrap_or_default();
        self.options.since = since.max(std::mem::take(&mut self.options.since));
        Ok(new)
    }

    /// Lists the events, newest first. There can be more than the limit, which is that of a page. The last time of a page is
    /// also the first one of the next page.
    async fn list_all(&self) -> Result<Vec<LoggedEvent>> {
        let (mut options, mut events) = (self.options.clone(), Vec::new());
        loop {
            let listed = self.log.list(&options).await?;
            let last = listed.events.last().map(|logged| logged.event.received.clone());
            events.extend(listed.events);
            match last.filter(|_| listed.has_more) {
                None => return Ok(events),
                // A page of events that were received in the same millisecond.
                Some(last) if last == options.until => options.limit = options.limit.saturating_mul(2),
                Some(last) => options.until = last,
            }
        }
    }

    /// Whether a read has succeeded.
    #[must_use]
    pub const fn has_read(&self) -> bool {
        self.has_read
    }
}

/// The events that were returned, with the highest number of their attempts.
#[derive(Debug, Default)]
struct Returned(HashMap<(String, String), usize>);

impl Returned {
    /// Returns the events that are new, or that have new attempts, oldest first. Forgets the events before `since`, which
    /// are not read again.
    fn take_new(&mut self, mut events: Vec<LoggedEvent>, since: &str) -> Vec<LoggedEvent> {
        self.0.retain(|(_, position), _| position.as_str() >= since);
        events.reverse();
        events.retain(|logged| {
            let attempts = logged.event.attempts.len() + logged.attempts.len();
            let key = (logged.event.event.clone(), logged.event.position.clone());
            // A later read can have fewer attempts: the index by time is eventually consistent.
            let before = self.0.get(&key).copied();
            self.0.insert(key, before.unwrap_or_default().max(attempts));
            before.is_none_or(|before| before < attempts)
        });
        events
    }
}

#[cfg(test)]
mod tests {
    use hookline_event_log::Outcome;

    use super::super::logged_event::tests::{event, later};
    use super::*;

    fn logged(id: &str, second: u32) -> LoggedEvent {
        LoggedEvent { event: event(id, second, Outcome::Retried), attempts: Vec::new(), is_complete: true }
    }

    fn take(returned: &mut Returned, events: &[LoggedEvent], since: &str) -> Vec<String> {
        returned.take_new(events.to_vec(), since).into_iter().map(|logged| logged.event.id).collect()
    }

    #[test]
    fn each_event_is_returned_once_for_each_new_attempt() {
        let (mut returned, since) = (Returned::default(), "2026-01-02T03:04:00.000Z");
        assert_eq!(take(&mut returned, &[logged("2", 2), logged("1", 1)], since), ["1", "2"]);
        // The index by time gets an earlier event later.
        let mut events = vec![logged("2", 2), logged("1", 1), logged("0", 0)];
        assert_eq!(take(&mut returned, &events, since), ["0"]);
        let attempt = later(&events[1].event, Outcome::Delivered, 2, 9);
        events[1].attempts.push(attempt);
        assert_eq!(take(&mut returned, &events, since), ["1"]);
        assert!(take(&mut returned, &events, since).is_empty());
        // A read without the attempt, and one with it again.
        let attempts = std::mem::take(&mut events[1].attempts);
        assert!(take(&mut returned, &events, since).is_empty());
        events[1].attempts = attempts;
        assert!(take(&mut returned, &events, since).is_empty());
    }

    #[test]
    fn events_that_are_not_read_again_are_forgotten() {
        let mut returned = Returned::default();
        take(&mut returned, &[logged("2", 2), logged("1", 1)], "2026-01-02T03:04:00.000Z");
        take(&mut returned, &[logged("2", 2)], "2026-01-02T03:04:02.000Z");
        assert_eq!(returned.0.len(), 1);
    }
}
