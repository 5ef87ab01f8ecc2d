//! Calls of AWS's API, as Terraform's provider logs them.

use serde_json::{Map, Value, json};

/// Message of the provider's log line for a request.
const SENT: &str = "HTTP Request Sent";

/// What the provider appends to the body of a call of Lambda, although the body is complete.
const TRUNCATED: &str = "[truncated...]";

/// Beginning of the names of the log line's fields with the headers of the request.
const HEADER: &str = "http.request.header.";

/// One call of an operation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    /// Name of the service, such as `Secrets Manager`.
    pub(crate) service: String,
    /// Name of the operation, such as `CreateSecret`.
    pub(crate) method: String,
    /// `operation`, `method`, `path` (decoded segments), `query`, `header`, and `body`: an object, from JSON or a form.
    pub(crate) request: Value,
}

impl Call {
    /// Creates a call from the parts of an HTTP request.
    pub(crate) fn new(service: &str, method: &str, http_method: &str, url: &str, body: &str) -> Self {
        let (path, query) = path_and_query(url);
        let body = parse_body(body);
        let mut request =
            json!({ "operation": method, "method": http_method, "path": path, "query": query, "body": body });
        if service == "DynamoDB" {
            let statements = partiql(&request["body"]);
            request["partiql"] = statements;
        }
        Self { service: service.to_owned(), method: method.to_owned(), request }
    }

    /// Returns the call of a line of Terraform's JSON log; `None` if the line is about something else.
    pub(crate) fn from_log_line(line: &str) -> Option<Self> {
        // Most lines are about something else, and some are long.
        if !line.contains(SENT) {
            return None;
        }
        let fields: Map<String, Value> = serde_json::from_str(line).ok()?;
        let field = |name: &str| fields.get(name).and_then(Value::as_str);
        if field("@message")? != SENT {
            return None;
        }
        let body = field("http.request.body").unwrap_or_default().trim();
        let body = body.strip_suffix(TRUNCATED).unwrap_or(body).trim_end();
        let mut call =
            Self::new(field("rpc.service")?, field("rpc.method")?, field("http.method")?, field("http.url")?, body);
        let headers = fields.iter().filter_map(|(name, value)| Some((name.strip_prefix(HEADER)?, value)));
        call.request["header"] = Value::Object(headers.map(|(name, value)| (name.to_owned(), value.clone())).collect());
        Some(call)
    }

    /// Returns service and operation, such as `SQS/CreateQueue`.
    pub(crate) fn operation(&self) -> String {
        format!("{}/{}", self.service, self.method)
    }
}

fn path_and_query(url: &str) -> (Value, Value) {
    let without_host =
        url.split_once("://").map_or(url, |(_, rest)| rest.split_at(rest.find('/').unwrap_or(rest.len())).1);
    let (path, query) = without_host.split_once('?').unwrap_or((without_host, ""));
    let segments = path.split('/').filter(|segment| !segment.is_empty()).map(|segment| Value::String(decoded(segment)));
    let parameters = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), Value::String(decoded(value)))
    });
    (segments.collect(), Value::Object(parameters.collect()))
}

/// Parses JSON or a form. The dots in a form's names become objects: `Tags.member.1.Key`.
fn parse_body(body: &str) -> Value {
    if let Ok(value) = serde_json::from_str::<Value>(body)
        && value.is_object()
    {
        return value;
    }
    let mut form = Value::Object(Map::new());
    for (name, value) in body.split('&').filter_map(|pair| pair.split_once('=')) {
        insert(&mut form, &decoded(name), decoded(value));
    }
    form
}

fn insert(form: &mut Value, name: &str, value: String) {
    let pointer = name.split('.').try_fold(form, |parent, part| {
        let members = parent.as_object_mut()?;
        Some(members.entry(part).or_insert_with(|| Value::Object(Map::new())))
    });
    if let Some(target) = pointer {
        *target = Value::String(value);
    }
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Returns verb and table of each PartiQL statement, because IAM has one action for each verb.
fn partiql(body: &Value) -> Value {
    let batch = body["Statements"].as_array().into_iter().flatten();
    let statements = batch.chain([body]).filter_map(|statement| statement["Statement"].as_str());
    let parsed = statements.filter_map(|statement| {
        let table = statement.split('"').nth(1)?;
        let verb = statement.split_whitespace().next()?.to_ascii_lowercase();
        let verb = match verb.as_str() {
            "insert" => "Insert",
            "update" => "Update",
            "delete" => "Delete",
            "select" => "Select",
            _ => return None,
        };
        Some(json!({ "verb": verb, "table": table }))
    });
    parsed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"@level":"debug","@message":"HTTP Request Sent","@module":"aws","http.method":"POST",
        "http.request.body":"Action=Put\u0026AlarmActions.member.1=arn%3Aa\u0026Tags.member.1.Key=a+b\n[truncated...]",
        "http.request.header.x_amz_tagging":"Project=hookline",
        "http.url":"http://127.0.0.1:1/2015/arn%3Aaws%3Ab/c?Qualifier=live&x",
        "rpc.method":"PutMetricAlarm","rpc.service":"CloudWatch"}"#;

    #[test]
    fn log_line_becomes_a_request() {
        insta::assert_debug_snapshot!(Call::from_log_line(LINE));
        assert_eq!(Call::from_log_line(&LINE.replace("HTTP Request Sent\"", "HTTP Request Sent later\"")), None);
        assert_eq!(Call::from_log_line("{\"@message\":\"other\"}"), None);
    }

    #[test]
    fn statements_of_partiql_have_verb_and_table() {
        let body =
            r#"{"Statements":[{"Statement":"INSERT INTO \"t\" VALUE {}"},{"Statement":"UPDATE \"t\" SET a=1"}]}"#;
        let call = Call::new("DynamoDB", "BatchExecuteStatement", "POST", "/", body);
        assert_eq!(
            call.request["partiql"],
            json!([{ "verb": "Insert", "table": "t" }, { "verb": "Update", "table": "t" }])
        );
    }
}
