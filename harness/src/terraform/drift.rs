//! Unexpected changes of a second plan. A few known differences are ignored, because an emulator reports them wrongly.

use serde_json::Value;

/// Known differences that an emulator causes: prefix of the address, attributes and reason.
const KNOWN_DIFFERENCES: [(&str, &[&str], &str); 5] = [
    (
        "module.hookline.module.observability.aws_cloudwatch_metric_alarm.",
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
        "MiniStack omits these attributes in its XML response, and LocalStack omits the tags",
    ),
    (
        "module.hookline.module.http_api[0].aws_apigatewayv2_authorizer.events[",
        &["authorizer_payload_format_version"],
        "MiniStack returns the version of a Lambda authorizer for a JWT authorizer",
    ),
    (
        "module.hookline.module.ingest.aws_s3_object.this",
        &["tags_all"],
        "MiniStack drops the tags of a multipart upload",
    ),
    (
        "module.hookline.module.process.aws_s3_object.this",
        &["tags_all"],
        "MiniStack drops the tags of a multipart upload",
    ),
    (
        "module.hookline.module.recover[0].aws_s3_object.this",
        &["tags_all"],
        "MiniStack drops the tags of a multipart upload",
    ),
];

/// Returns the changes of a plan that are not known differences, as `address: attribute`. `plan` is the output of
/// `terraform show -json`.
pub(super) fn unexpected_changes(plan: &Value) -> Vec<String> {
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
    let known =
        |name: &str| KNOWN_DIFFERENCES.iter().any(|known| address.starts_with(known.0) && known.1.contains(&name));
    // Emulators drop values or return default values. A change from one value to another is always unexpected.
    let dropped = |name: &str| is_default(before.get(name)) || is_default(after.get(name));
    let unexpected = changed.filter(|name| !(known(name) && dropped(name)));
    unexpected.map(|name| format!("{address}: {name}")).collect()
}

/// Returns whether a value is missing, or is what the provider reports for a missing value.
fn is_default(value: Option<&Value>) -> bool {
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
    fn ignores_only_known_differences() {
        let stage = "module.hookline.module.api.aws_api_gateway_stage.this";
        let alarm = "module.hookline.module.observability.aws_cloudwatch_metric_alarm.this[\"rejections\"]";
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
        assert_eq!(unexpected_changes(&plan), expected);
    }
}
