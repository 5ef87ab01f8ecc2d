//! Listeners: operators who receive copies of events on their own computers.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use crate::entry::InvalidItem;

/// An operator who receives copies of events on a queue of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listener {
    /// URL of the queue.
    pub queue_url: String,
    /// The source whose events are copied, without `/webhooks/`.
    pub source: String,
    /// When the listener ends unless it says again that it is running, in seconds since 1970.
    pub until: u64,
}

impl Listener {
    /// Whether the listener wants the events of a source, and has not ended at `now`, in seconds since 1970.
    #[must_use]
    pub fn is_running(&self, source: &str, now: u64) -> bool {
        self.until > now && self.source == source
    }

    /// Returns the listener as a member of the item.
    ///
    /// # Errors
    ///
    /// [`InvalidItem`] only if `serde_dynamo` cannot write it, which does not happen.
    pub fn to_attribute(&self) -> Result<AttributeValue, InvalidItem> {
        Ok(serde_dynamo::to_attribute_value(self)?)
    }
}

/// All listeners of a deployment: one item of the idempotency table, which the command-line tool writes and process reads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listeners {
    /// By the name of the queue.
    #[serde(default)]
    pub queues: BTreeMap<String, Listener>,
}

impl Listeners {
    /// The key of the item. Keys of claims begin with 64 hex digits.
    pub const KEY: &str = "listeners";
    /// The most listeners of one source that receive copies.
    pub const MAX_PER_SOURCE: usize = 5;

    /// Returns the listeners of a source that have not ended at `now`, in seconds since 1970, with the names of their queues.
    pub fn running<'l>(&'l self, source: &'l str, now: u64) -> impl Iterator<Item = (&'l str, &'l Listener)> {
        let listeners = self.queues.iter().map(|(name, listener)| (name.as_str(), listener));
        listeners.filter(move |(_, listener)| listener.is_running(source, now))
    }

    /// Reads the item. Listeners that this version cannot read are an error.
    ///
    /// # Errors
    ///
    /// [`InvalidItem`].
    pub fn from_item(item: HashMap<String, AttributeValue>) -> Result<Self, InvalidItem> {
        Ok(serde_dynamo::from_item(item)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listeners_of_the_source_that_have_not_ended_are_running() {
        let listener = |source: &str, until| Listener { queue_url: String::new(), source: source.to_owned(), until };
        let queues = [("a", "github", 101), ("b", "github", 100), ("c", "stripe", 101), ("d", "github", 200)];
        let queues = queues.map(|(name, source, until)| (name.to_owned(), listener(source, until)));
        let listeners = Listeners { queues: queues.into() };
        assert_eq!(listeners.running("github", 100).map(|(name, _)| name).collect::<Vec<_>>(), ["a", "d"]);
    }

    #[test]
    fn listeners_are_read_as_they_are_written() {
        let listener =
            Listener { queue_url: "https://sqs/1".to_owned(), source: "github".to_owned(), until: 1_767_323_045 };
        let queues = HashMap::from([("name".to_owned(), listener.to_attribute().unwrap())]);
        let mut item = HashMap::from([("queues".to_owned(), AttributeValue::M(queues))]);
        item.insert("key".to_owned(), AttributeValue::S(Listeners::KEY.to_owned()));
        let read = Listeners::from_item(item).unwrap();
        assert_eq!(read.queues, BTreeMap::from([("name".to_owned(), listener)]));
        assert_eq!(Listeners::from_item(HashMap::new()).unwrap(), Listeners::default());
        let invalid = HashMap::from([("queues".to_owned(), AttributeValue::Bool(true))]);
        assert!(Listeners::from_item(invalid).is_err());
    }
}
