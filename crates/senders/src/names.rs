//! Finds senders by the names that people use.

use serde::Deserialize;

use crate::source_error::SourceError;
use crate::tables::SENDERS;

/// Words that people add to a sender's name.
const SUFFIXES: [&str; 2] = ["-webhooks", "-webhook"];

/// The names in a sender's file.
#[derive(Deserialize)]
struct Names {
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
}

pub(crate) fn find(name: &str) -> Option<&'static str> {
    let without_note = name.split('(').next().unwrap_or_default();
    let lower = normalized(without_note);
    let without_suffix = SUFFIXES.iter().find_map(|suffix| lower.strip_suffix(suffix));
    let parts = without_note.split('/').chain(without_suffix);
    let wanted: Vec<_> = [name, without_note].into_iter().chain(parts).map(normalized).collect();
    let wanted = || wanted.iter().filter(|name| !name.is_empty());
    let exact = wanted().find_map(|wanted| find_by(&|name| name == wanted));
    exact.or_else(|| wanted().find_map(|wanted| find_by(&|name| compact(name) == compact(wanted))))
}

pub(crate) fn named(name: &str) -> Result<&'static str, SourceError> {
    find(name).ok_or_else(|| SourceError::unknown(&normalized(name.split('(').next().unwrap_or(name))))
}

/// Returns the sender with a slug, or else with a name or an alias, for which `is_same` holds.
fn find_by(is_same: &dyn Fn(&str) -> bool) -> Option<&'static str> {
    let is_named = |json: &str| {
        let names = serde_json::from_str::<Names>(json).ok();
        let is_any =
            |Names { name, aliases }| is_same(&normalized(&name)) || aliases.iter().any(|alias| is_same(alias));
        names.is_some_and(is_any)
    };
    let by_slug = SENDERS.iter().find(|(slug, _)| is_same(slug));
    by_slug.or_else(|| SENDERS.iter().find(|(_, json)| is_named(json))).map(|(slug, _)| *slug)
}

/// Returns a name in lower case with hyphens.
fn normalized(name: &str) -> String {
    let words = name.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

fn compact(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).collect()
}
