//! What a second plan must not show, and the few things that an emulator is known to report wrongly.

use serde_json::Value;

/// What an address begins with, the attributes, and the reason of each difference that is the emulator's and not ours.
const KNOWN: [(&str, &[&str], &str); 4] = [
    (
        "module.hookline.module.observability.aws_cloudwatch_metric_alarm.this[",
        &[
            "actions_enabled",
            "alarm_actions",
            "alarm_description",
            "dimensions",
            "extended_statistic",
            "ok_actions",
            "period",
            "statistic",
            "tags_all",
            "treat_missing_data",
        ],
        "MiniStack leaves these out of its answer in XML, and LocalStack the tags",
    ),
    (
        "module.hookline.module.http_api[0].aws_apigatewayv2_authorizer.events[",
        &["authorizer_payload_format_version"],
        "MiniStack gives an authorizer for tokens the version of one that is a function",
    ),
    (
        "module.hookline.module.ingest.aws_s3_object.this",
        &["tags_all"],
        "MiniStack drops the tags of an object that is uploaded in parts",
    ),
    (
        "module.hookline.module.process.aws_s3_object.this",
        &["tags_all"],
        "MiniStack drops the tags of an object that is uploaded in parts",
    ),
];

/// Every change of a plan (as `terraform show -json` gives it) that is not known, as `address: attribute`.
pub(super) fn changes(plan: &Value) -> Vec<String> {
    let resources = plan["resource_changes"].as_array().into_iter().flatten();
    let outputs = plan["output_changes"].as_object().into_iter().flatten();
    let outputs = outputs.filter(|(_, change)| !is_no_op(change)).map(|(name, _)| format!("output {name}"));
    resources.flat_map(resource_changes).chain(outputs).collect()
}

fn resource_changes(resource: &Value) -> Vec<String> {
    let (address, change) = (resource["address"].as_str().unwrap_or_default(), &resource["change"]);
    if is_no_op(change) {
        return Vec::new();
    }
    let only_update = change["actions"].as_array().is_some_and(|actions| actions == &["update"]);
    let (true, Some(before), Some(after)) = (only_update, change["before"].as_object(), change["after"].as_object())
    else {
        return vec![format!("{address}: {}", change["actions"])];
    };
    let names: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let changed = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    let known = |name: &str| KNOWN.iter().any(|known| address.starts_with(known.0) && known.1.contains(&name));
    // The emulator forgets a value or makes an empty one; one that has become another is never forgiven.
    let hollow = |name: &str| is_hollow(before.get(name)) || is_hollow(after.get(name));
    let unknown = changed.filter(|name| !(known(name) && hollow(name)));
    unknown.map(|name| format!("{address}: {name}")).collect()
}

/// What a value is that nobody has told: nothing, or what the provider takes for it.
fn is_hollow(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null | Value::Bool(false)) => true,
        Some(Value::Number(number)) => number.as_f64() == Some(0.0),
        Some(Value::String(text)) => text.is_empty() || text == "missing",
        Some(Value::Array(items)) => items.is_empty(),
        Some(Value::Object(members)) => members.is_empty(),
        Some(Value::Bool(true)) => false,
    }
}

fn is_no_op(change: &Value) -> bool {
    let actions = change["actions"].as_array().into_iter().flatten();
    actions.filter_map(Value::as_str).all(|action| matches!(action, "no-op" | "read"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn update(address: &str, before: Value, after: Value) -> Value {
        json!({ "address": address, "change": { "actions": ["update"], "before": before, "after": after } })
    }

    #[test]
    fn only_what_is_known_is_forgiven() {
        let stage = "module.hookline.module.api.aws_api_gateway_stage.this";
        let alarm = "module.hookline.module.observability.aws_cloudwatch_metric_alarm.this[\"refusals\"]";
        let plan = json!({
            "resource_changes": [
                { "address": "a", "change": { "actions": ["no-op"], "before": {}, "after": {} } },
                { "address": "b", "change": { "actions": ["delete"], "before": {}, "after": null } },
                update(alarm, json!({ "period": 0, "treat_missing_data": "missing" }), json!({ "period": 300, "treat_missing_data": "notBreaching" })),
                update(alarm, json!({ "period": 60 }), json!({ "period": 300 })),
                update(stage, json!({ "stage_name": "live" }), json!({ "stage_name": "dead" })),
                update("module.hookline.module.ingest.aws_s3_object.this", json!({ "tags_all": {} }), json!({ "tags_all": { "a": "b" } })),
                update("module.hookline.module.process.aws_s3_object.this", json!({ "tags_all": { "a": "c" } }), json!({ "tags_all": { "a": "b" } })),
                { "address": "d", "change": { "actions": ["delete", "create"], "before": {}, "after": {} } },
                update("c", json!({ "access_log_settings": 1 }), json!({ "access_log_settings": 2 })),
            ],
            "output_changes": { "same": { "actions": ["no-op"] }, "new": { "actions": ["create"] } },
        });
        let expected = [
            "b: [\"delete\"]",
            &format!("{alarm}: period"),
            &format!("{stage}: stage_name"),
            "module.hookline.module.process.aws_s3_object.this: tags_all",
            "d: [\"delete\",\"create\"]",
            "c: access_log_settings",
            "output new",
        ];
        assert_eq!(changes(&plan), expected);
    }
}
