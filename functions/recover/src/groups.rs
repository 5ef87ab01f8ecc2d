use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::delivery::Delivery;

/// The attempts of one event that were listed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempts {
    /// Whether one of them succeeded.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_successful: bool,
    /// The time of each attempt by its ID. An attempt can be listed twice, while newer ones move it to the next page.
    times: BTreeMap<u64, u64>,
}

/// An event of which all attempts were listed: its first one was, and GitHub lists newer attempts before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) guid: String,
    pub(crate) event: String,
    /// The time of the first attempt.
    pub(crate) first_at: u64,
    pub(crate) attempts: Attempts,
}

/// Groups a list of deliveries, newest first, by event.
///
/// An event whose first attempt is not listed is older than the listed range. An earlier run has settled it, and a failed
/// redelivery of it is the operator's own.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    complete: BTreeMap<String, Group>,
    /// Redeliveries whose first attempt is not listed yet.
    redelivered: BTreeMap<String, Attempts>,
}

impl Attempts {
    fn add(&mut self, delivery: &Delivery) {
        self.is_successful |= delivery.is_successful;
        self.times.insert(delivery.id, delivery.delivered_at);
    }

    /// Whether one of the attempts succeeded.
    pub(crate) fn is_successful(&self) -> bool {
        self.is_successful
    }

    /// Returns the number of attempts.
    pub(crate) fn count(&self) -> usize {
        self.times.len()
    }

    /// Returns ID and time of the newest attempt.
    pub(crate) fn newest(&self) -> Option<(u64, u64)> {
        self.times.iter().map(|(id, time)| (*id, *time)).max_by_key(|(id, time)| (*time, *id))
    }
}

impl Groups {
    /// Continues with the redeliveries that an earlier run has listed.
    pub(crate) fn new(redelivered: BTreeMap<String, Attempts>) -> Self {
        Self { complete: BTreeMap::new(), redelivered }
    }

    /// Adds a delivery. Deliveries are added in the order of the list.
    pub(crate) fn add(&mut self, delivery: &Delivery) {
        if let Some(group) = self.complete.get_mut(&delivery.guid) {
            group.attempts.add(delivery);
            return;
        }
        if delivery.is_redelivery {
            self.redelivered.entry(delivery.guid.clone()).or_default().add(delivery);
            return;
        }
        let mut attempts = self.redelivered.remove(&delivery.guid).unwrap_or_default();
        attempts.add(delivery);
        let (guid, event) = (delivery.guid.clone(), delivery.event.clone());
        let group = Group { guid: guid.clone(), event, first_at: delivery.delivered_at, attempts };
        self.complete.insert(guid, group);
    }

    /// Returns the complete groups, and the redeliveries whose first attempt was not listed.
    pub(crate) fn into_parts(self) -> (impl Iterator<Item = Group>, BTreeMap<String, Attempts>) {
        (self.complete.into_values(), self.redelivered)
    }
}
