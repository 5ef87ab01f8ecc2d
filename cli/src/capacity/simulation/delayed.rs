use std::collections::BTreeMap;

/// Messages with a delay in whole seconds, as SQS delays them.
pub(super) struct Delayed<T> {
    by_second: BTreeMap<u64, Vec<T>>,
    count: usize,
}

impl<T> Delayed<T> {
    pub(super) fn new() -> Self {
        Self { by_second: BTreeMap::new(), count: 0 }
    }

    /// Adds a message that becomes visible at a time in seconds.
    pub(super) fn push(&mut self, second: u64, message: T) {
        self.by_second.entry(second).or_default().push(message);
        self.count += 1;
    }

    /// Returns the time at which the next message becomes visible.
    pub(super) fn next(&self) -> Option<u64> {
        self.by_second.keys().next().copied()
    }

    /// Removes the messages that become visible next.
    pub(super) fn pop(&mut self) -> Vec<T> {
        let messages = self.by_second.pop_first().map(|(_, messages)| messages).unwrap_or_default();
        self.count -= messages.len();
        messages
    }

    /// Returns the number of messages.
    pub(super) fn len(&self) -> usize {
        self.count
    }
}
