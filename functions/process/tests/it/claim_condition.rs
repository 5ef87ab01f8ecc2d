//! Which stored items a claim takes over. The condition of the request is evaluated as DynamoDB does:
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html>.

use process::{Claim, ClaimStore as _};
use serde_json::{Value, json};

use crate::dynamodb_claim_store::{claim, store};

const NOW: u64 = 2_000_000;

/// Splits an expression, but not inside of parentheses.
fn split<'e>(expression: &'e str, operator: &str) -> Vec<&'e str> {
    let mut parts = vec![expression.trim()];
    loop {
        let rest = *parts.last().unwrap();
        let is_outside =
            |position: &usize| rest[..*position].matches('(').count() == rest[..*position].matches(')').count();
        let positions = rest.match_indices(operator).map(|(position, _)| position);
        let Some(position) = positions.into_iter().find(is_outside) else { return parts };
        parts.pop();
        parts.extend([rest[..position].trim(), rest[position + operator.len()..].trim()]);
    }
}

/// Whether an item meets the condition of a request.
fn is_met(condition: &str, request: &Value, item: &Value) -> bool {
    split(condition, " OR ")
        .into_iter()
        .any(|part| split(part, " AND ").into_iter().all(|term| is_true(term, request, item)))
}

fn is_true(term: &str, request: &Value, item: &Value) -> bool {
    if let Some(inner) = term.strip_prefix('(').and_then(|term| term.strip_suffix(')')) {
        return is_met(inner, request, item);
    }
    let attribute = |name: &str| {
        let names = &request["ExpressionAttributeNames"];
        &item[names[name].as_str().unwrap_or(name)]
    };
    if let Some(name) = term.strip_prefix("attribute_not_exists(").and_then(|term| term.strip_suffix(')')) {
        return attribute(name).is_null();
    }
    let [name, operator, value] = *term.split_whitespace().collect::<Vec<_>>() else { panic!("{term}") };
    let (stored, value) = (attribute(name), &request["ExpressionAttributeValues"][value]);
    let number = |value: &Value| value["N"].as_str().unwrap().parse::<u64>().unwrap();
    match operator {
        "=" => stored == value,
        "<>" => stored != value,
        "<" => !stored.is_null() && number(stored) < number(value),
        _ => panic!("{operator}"),
    }
}

/// DynamoDB deletes an item up to some days after its TTL. Until then the item must have no effect.
#[tokio::test]
async fn item_without_effect_is_taken_over() {
    let number = |number: u64| json!({ "N": number.to_string() });
    let item = |state: &str, expires_at: Option<u64>, lease_until: Option<u64>, message: &str| {
        let mut item = json!({ "key": { "S": "k#orders" }, "state": { "S": state }, "message_id": { "S": message } });
        item["request"] = json!({ "S": "other" });
        expires_at.iter().for_each(|time| item["expires_at"] = number(*time));
        lease_until.iter().for_each(|time| item["lease_until"] = number(*time));
        item
    };
    let later = Some(NOW + 100_000);
    for is_sent_by_ingest in [true, false] {
        let (store, aws) = store(200, json!({})).await;
        let claim = Claim { now: NOW, is_sent_by_ingest, ..claim() };
        assert!(store.claim(&[claim]).await[0].is_ok());
        let request = aws.calls.lock().unwrap().last().unwrap().1.clone();
        let condition = request["ConditionExpression"].as_str().unwrap();
        for (item, expected) in [
            (json!({}), true),
            (item("done", Some(NOW - 100_000), None, "m"), true),
            (item("done", Some(NOW - 1), None, "m"), true),
            (item("done", Some(NOW), None, "m"), false),
            (item("done", later, None, "m"), false),
            // Another tool has written the item: without an expiry it is never too old.
            (item("done", None, None, "m"), false),
            (item("leased", later, Some(NOW + 60), "x"), false),
            (item("leased", later, Some(NOW - 1), "x"), true),
            (item("leased", Some(NOW - 1), Some(NOW + 60), "x"), true),
            (item("claimed", later, Some(NOW - 1), "x"), false),
            (item("claimed", Some(NOW - 1), Some(NOW - 60), "x"), true),
            (item("failed", later, None, "m"), false),
            (item("failed", later, None, "x"), true),
            (item("failed", Some(NOW - 1), None, "m"), true),
        ] {
            assert_eq!(is_met(condition, &request, &item), expected, "{item}: {condition}");
        }
    }
}
