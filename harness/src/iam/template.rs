//! Templates of ARNs and condition values, such as `{arn:sqs}:{body.QueueUrl|last}`.
//!
//! A placeholder is a name ([`Names`]) or a path into a recorded request: `{body.Code.S3Key}`. In a path, `*` selects
//! every element of a list or object, `@keys` selects the keys of an object, and `1-` joins the elements of a list from
//! index 1 with `/`. `|last` keeps what is after the last `/` or `:` of a value.

use serde_json::Value;

/// Values that are the same for all requests of a run.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    pub(crate) account: String,
    pub(crate) region: String,
    /// Name of the environment, such as `dev`.
    pub(crate) environment: String,
    /// Beginning of the names of the environment's resources, without the hyphen.
    pub(crate) prefix: String,
    /// Beginning of the names of the bootstrap's resources, without the hyphen.
    pub(crate) bootstrap: String,
}

impl Names {
    fn get(&self, name: &str) -> Option<String> {
        Some(match name {
            "account" => self.account.clone(),
            "region" => self.region.clone(),
            "environment" => self.environment.clone(),
            "prefix" => self.prefix.clone(),
            "bootstrap" => self.bootstrap.clone(),
            _ => format!("arn:aws:{}:{}:{}", name.strip_prefix("arn:")?, self.region, self.account),
        })
    }
}

/// Returns the texts of a template. A path with several values makes several texts; a path without a value makes none.
///
/// If a value is an ARN, it replaces what is before it: some operations accept a name or an ARN.
pub(crate) fn expand(template: &str, request: &Value, names: &Names) -> Vec<String> {
    let mut texts = vec![String::new()];
    let mut rest = template;
    while let Some((before, placeholder, after)) = next_placeholder(rest) {
        let values = names.get(placeholder).map_or_else(|| select(placeholder, request), |value| vec![value]);
        let extended = texts.iter().flat_map(|text| values.iter().map(move |value| format!("{text}{before}{value}")));
        texts = extended.collect();
        rest = after;
    }
    texts.into_iter().map(|text| without_text_before_arn(text + rest)).collect()
}

/// Returns the texts at a path of a request.
pub(crate) fn select(path: &str, request: &Value) -> Vec<String> {
    let (path, only_last) = path.strip_suffix("|last").map_or((path, false), |path| (path, true));
    let texts = values(path, request).into_iter().filter_map(|value| text(&value));
    texts.map(|text| if only_last { last_part(&text).to_owned() } else { text }).collect()
}

/// Returns the values at a path of a request, without null and empty ones.
pub(crate) fn values(path: &str, request: &Value) -> Vec<Value> {
    let start = vec![request.clone()];
    let found = path.split('.').fold(start, |values, name| values.iter().flat_map(|value| step(value, name)).collect());
    found.into_iter().filter(|value| !is_empty(value)).collect()
}

fn step(value: &Value, name: &str) -> Vec<Value> {
    match (name, value) {
        ("*", Value::Array(elements)) => elements.clone(),
        ("*", Value::Object(members)) => members.values().cloned().collect(),
        ("@keys", Value::Object(members)) => members.keys().cloned().map(Value::String).collect(),
        (_, Value::Array(elements)) => match name.strip_suffix('-').map(str::parse::<usize>) {
            Some(Ok(start)) => vec![Value::String(joined(elements.get(start..).unwrap_or_default()))],
            _ => name.parse().ok().and_then(|index: usize| elements.get(index)).cloned().into_iter().collect(),
        },
        _ => value.get(name).cloned().into_iter().collect(),
    }
}

fn joined(elements: &[Value]) -> String {
    elements.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("/")
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(_) | Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(elements) => elements.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn last_part(text: &str) -> &str {
    text.rsplit(['/', ':']).next().unwrap_or(text)
}

fn without_text_before_arn(text: String) -> String {
    match text.rfind("arn:aws") {
        // The path of API Gateway's tags ends in an encoded ARN, which is part of the path.
        Some(start) if start > 0 && !text.contains(":/tags/") => text.split_at(start).1.to_owned(),
        _ => text,
    }
}

fn next_placeholder(template: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = template.split_once('{')?;
    let (placeholder, after) = rest.split_once('}')?;
    Some((before, placeholder, after))
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    pub(crate) fn names() -> Names {
        Names {
            account: "000000000000".to_owned(),
            region: "eu-west-1".to_owned(),
            environment: "dev".to_owned(),
            prefix: "hookline-dev".to_owned(),
            bootstrap: "hookline-bootstrap".to_owned(),
        }
    }

    #[track_caller]
    fn case(template: &str, expected: &[&str]) {
        let request = json!({
            "path": ["bucket", "functions", "a.zip"],
            "body": {
                "Name": "x", "Url": "http://localhost/000/queue", "Arn": "arn:aws:sns:r:1:topic:id",
                "Tables": { "one": {}, "two": {} }, "List": [{ "Id": "a" }, { "Id": "b" }], "Count": 3, "None": null,
            },
        });
        assert_eq!(expand(template, &request, &names()), expected, "{template}");
    }

    #[test]
    fn placeholders_select_values() {
        case("*", &["*"]);
        case("{arn:sqs}:{body.Name}", &["arn:aws:sqs:eu-west-1:000000000000:x"]);
        case("{body.Url|last}-{body.Count}", &["queue-3"]);
        case("{arn:sns}:{body.Arn}", &["arn:aws:sns:r:1:topic:id"]);
        case("{body.Arn|last}", &["id"]);
        case("arn:aws:s3:::{path.0}/{path.1-}", &["arn:aws:s3:::bucket/functions/a.zip"]);
        case("table/{body.Tables.@keys}", &["table/one", "table/two"]);
        case("{prefix}/{body.List.*.Id}", &["hookline-dev/a", "hookline-dev/b"]);
        case("{body.Missing}", &[]);
        case("{body.None}", &[]);
        case("{body.List.0.Id}", &["a"]);
        case("{bootstrap}-{environment}-{region}-{account}", &["hookline-bootstrap-dev-eu-west-1-000000000000"]);
    }

    #[test]
    fn tags_of_api_gateway_keep_their_path() {
        let request = json!({ "path": ["tags", "arn:aws:apigateway:eu-west-1::/restapis/x"] });
        let path = expand("arn:aws:apigateway:{region}::/{path.0-}", &request, &names());
        assert_eq!(path, ["arn:aws:apigateway:eu-west-1::/tags/arn:aws:apigateway:eu-west-1::/restapis/x"]);
    }
}
