//! Merges a sender's file with the one that it extends. The build script and the tools use the same code.

use serde_json::{Map, Value, json};

/// Returns the signing methods of a sender, its handshakes, its response and whether it repeats bodies, as [`crate::SenderScheme`] has them. `base` is the
/// file that it extends, or null. The alternatives are patches of the scheme.
#[must_use]
pub fn merged(sender: &Value, base: &Value) -> Value {
    let inherited = |member: &str| sender.get(member).filter(|own| !own.is_null()).or_else(|| base.get(member));
    let mut scheme = base.get("scheme").cloned().unwrap_or_else(|| json!({}));
    if let Some(own) = sender.get("scheme").filter(|own| own.is_object()) {
        json_patch::merge(&mut scheme, own);
    }
    let patched = inherited("alternatives").and_then(Value::as_array).into_iter().flatten().map(|patch| {
        let mut alternative = scheme.clone();
        json_patch::merge(&mut alternative, patch);
        alternative
    });
    let methods: Vec<_> = std::iter::once(scheme.clone()).chain(patched).collect();
    let mut merged = Map::from_iter([("methods".to_owned(), methods.into())]);
    for member in ["repeats_bodies", "handshakes", "response"] {
        let value = inherited(member).filter(|value| !value.is_null());
        merged.extend(value.map(|value| (member.to_owned(), value.clone())));
    }
    merged.into()
}
