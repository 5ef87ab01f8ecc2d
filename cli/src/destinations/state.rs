use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Result, ensure};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, ReturnValue};
use aws_types::SdkConfig;

/// The hash key of the idempotency table.
const KEY: &str = "key";
/// The maximum number of items in a `BatchGetItem`.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html>
const MAX_KEYS: usize = 100;
/// Calls for items that DynamoDB did not return at once.
const MAX_READS: usize = 10;

/// The longest note of a pause. It is shown in tables and plans.
const MAX_NOTE_CHARACTERS: usize = 200;

pub(crate) type Item = HashMap<String, AttributeValue>;

/// A destination that an operator has paused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// Start of the pause, in seconds since 1970.
    pub since: i64,
    /// The operator's note.
    pub note: Option<String>,
}

/// Returns an operator's note without spaces around it, or `None` if it is blank.
///
/// # Errors
///
/// If the note is too long.
pub(crate) fn checked_note(note: Option<&str>) -> Result<Option<&str>> {
    let note = note.map(str::trim).filter(|note| !note.is_empty());
    let is_short = note.is_none_or(|note| note.chars().count() <= MAX_NOTE_CHARACTERS);
    ensure!(is_short, "the note has more than {MAX_NOTE_CHARACTERS} characters");
    Ok(note)
}

/// An open circuit breaker. All times are in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breaker {
    /// When the breaker opened.
    pub opened_at: i64,
    /// End of the cool-down: one delivery is attempted then.
    pub until: i64,
    /// Reason code of the last failure.
    pub reason: String,
}

/// The stored state of one destination.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DestinationState {
    /// The pause; `None` while the destination is not paused.
    pub pause: Option<Pause>,
    /// The open breaker; `None` while the breaker is closed.
    pub breaker: Option<Breaker>,
}

/// The items of the idempotency table with the state of destinations: `pause#<destination>` and `breaker#<destination>`.
pub struct StateTable {
    client: Client,
    table: String,
}

impl StateTable {
    /// Returns the state in this table.
    #[must_use]
    pub fn new(sdk: &SdkConfig, table: String) -> Self {
        Self { client: Client::new(sdk), table }
    }

    /// Returns the state of each destination.
    ///
    /// # Errors
    ///
    /// If the table cannot be read.
    pub async fn read(&self, destinations: &[String]) -> Result<BTreeMap<String, DestinationState>> {
        let keys: Vec<_> = destinations.iter().flat_map(|name| [pause_key(name), breaker_key(name)]).collect();
        let items = self.items(&keys).await?;
        let state = |name: &String| DestinationState {
            pause: items.get(&pause_key(name)).and_then(pause),
            breaker: items.get(&breaker_key(name)).and_then(breaker),
        };
        Ok(destinations.iter().map(|name| (name.clone(), state(name))).collect())
    }

    /// Pauses a destination at `now` (seconds since 1970). A paused destination keeps the start of its pause and gets the
    /// new note. Returns the earlier pause.
    ///
    /// # Errors
    ///
    /// If the table does not confirm the change.
    pub async fn pause(&self, destination: &str, note: Option<&str>, now: i64) -> Result<Option<Pause>> {
        let set = "SET paused = :paused, paused_at = if_not_exists(paused_at, :now)";
        let expression = if note.is_some() { format!("{set}, note = :note") } else { format!("{set} REMOVE note") };
        let mut values = Item::from([
            (":paused".to_owned(), AttributeValue::Bool(true)),
            (":now".to_owned(), AttributeValue::N(now.to_string())),
        ]);
        values.extend(note.map(|note| (":note".to_owned(), AttributeValue::S(note.to_owned()))));
        self.update(destination, expression, values).await
    }

    /// Ends the pause of a destination. Returns the pause that ended.
    ///
    /// # Errors
    ///
    /// If the table does not confirm the change.
    pub async fn resume(&self, destination: &str) -> Result<Option<Pause>> {
        let values = Item::from([(":paused".to_owned(), AttributeValue::Bool(false))]);
        self.update(destination, "SET paused = :paused REMOVE paused_at, note".to_owned(), values).await
    }

    async fn update(&self, destination: &str, expression: String, values: Item) -> Result<Option<Pause>> {
        let update = self.client.update_item().table_name(&self.table);
        let update = update.key(KEY, AttributeValue::S(pause_key(destination))).update_expression(expression);
        let update = update.set_expression_attribute_values(Some(values)).return_values(ReturnValue::AllOld);
        let table = &self.table;
        let updated = update.send().await.with_context(|| format!("table `{table}` did not confirm the change"))?;
        Ok(updated.attributes.as_ref().and_then(pause))
    }

    /// Returns the existing items of the table by their keys.
    ///
    /// # Errors
    ///
    /// If the table cannot be read.
    pub(crate) async fn items(&self, keys: &[String]) -> Result<BTreeMap<String, Item>> {
        let mut items = BTreeMap::new();
        for keys in keys.chunks(MAX_KEYS) {
            items.extend(self.page(keys).await?);
        }
        Ok(items)
    }

    async fn page(&self, keys: &[String]) -> Result<Vec<(String, Item)>> {
        let key = |key: &String| Item::from([(KEY.to_owned(), AttributeValue::S(key.clone()))]);
        let request = KeysAndAttributes::builder().set_keys(Some(keys.iter().map(key).collect()));
        let mut pending = HashMap::from([(self.table.clone(), request.consistent_read(true).build()?)]);
        let mut items = Vec::new();
        for _ in 0..MAX_READS {
            let response = self.client.batch_get_item().set_request_items(Some(pending)).send().await;
            let response = response.with_context(|| format!("cannot read table `{}`", self.table))?;
            items.extend(response.responses.into_iter().flatten().flat_map(|(_, items)| items));
            pending = response.unprocessed_keys.unwrap_or_default();
            if pending.is_empty() {
                break;
            }
        }
        ensure!(pending.is_empty(), "table `{}` throttles reads: retry in a minute", self.table);
        Ok(items.into_iter().filter_map(|item| Some((text(&item, KEY)?, item))).collect())
    }
}

fn pause_key(destination: &str) -> String {
    format!("pause#{destination}")
}

fn breaker_key(destination: &str) -> String {
    format!("breaker#{destination}")
}

/// Returns the pause, or `None` if the destination is not paused.
fn pause(item: &Item) -> Option<Pause> {
    let is_paused = item.get("paused").and_then(|value| value.as_bool().ok()).copied().unwrap_or_default();
    is_paused.then(|| Pause { since: number(item, "paused_at").unwrap_or_default(), note: text(item, "note") })
}

/// Returns the breaker, or `None` if it is closed.
fn breaker(item: &Item) -> Option<Breaker> {
    let is_open = text(item, "state").is_some_and(|state| state == "open");
    is_open.then(|| Breaker {
        opened_at: number(item, "opened_at").unwrap_or_default(),
        until: number(item, "until").unwrap_or_default(),
        reason: text(item, "reason").unwrap_or_default(),
    })
}

fn text(item: &Item, name: &str) -> Option<String> {
    item.get(name)?.as_s().ok().cloned()
}

pub(crate) fn number(item: &Item, name: &str) -> Option<i64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(text: &str) -> AttributeValue {
        AttributeValue::S(text.to_owned())
    }

    fn n(number: i64) -> AttributeValue {
        AttributeValue::N(number.to_string())
    }

    fn item<const N: usize>(attributes: [(&str, AttributeValue); N]) -> Item {
        attributes.map(|(name, value)| (name.to_owned(), value)).into()
    }

    #[test]
    fn pause_has_its_start_and_note() {
        let paused = AttributeValue::Bool(true);
        let with_note = item([("paused", paused.clone()), ("paused_at", n(1_767_323_045)), ("note", s("maintenance"))]);
        let expected = Pause { since: 1_767_323_045, note: Some("maintenance".to_owned()) };
        assert_eq!(pause(&with_note), Some(expected));
        let without_note = pause(&item([("paused", paused), ("paused_at", n(1))]));
        assert_eq!(without_note, Some(Pause { since: 1, note: None }));
    }

    #[test]
    fn item_as_terraform_creates_it_is_not_paused() {
        assert_eq!(pause(&item([("key", s("pause#a")), ("paused", AttributeValue::Bool(false))])), None);
        assert_eq!(pause(&Item::new()), None);
    }

    #[test]
    fn breaker_is_open_or_closed() {
        let stored = |state: &str| {
            item([
                ("key", s("breaker#ledger")),
                ("state", s(state)),
                ("until", n(30)),
                ("cool_down", n(30)),
                ("opened_at", n(0)),
                ("reason", s("timeout")),
            ])
        };
        let expected = Breaker { opened_at: 0, until: 30, reason: "timeout".to_owned() };
        assert_eq!(breaker(&stored("open")), Some(expected));
        assert_eq!(breaker(&stored("closed")), None);
        assert_eq!(breaker(&Item::new()), None);
    }
}
