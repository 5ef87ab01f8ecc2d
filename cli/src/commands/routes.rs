use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use hookline_aws::Variables;
use hookline_event::Event;
use hookline_telemetry::{Settings, capture};
use process::DeliveryConfig;
use process::explain::{Explanation, Outcome, explain};
use serde_json::Value;

use super::request_options;
use super::timestamp::rfc3339;
use super::{routes_text, scheme_options};
use crate::clock::unix_seconds;
use crate::explained_event::{self, PayloadContext};
use crate::output::print_line;
use crate::target::TargetOptions;

#[derive(Debug, Args)]
pub(super) struct Routes {
    #[command(flatten)]
    target: TargetOptions,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print which routes match an event and why, and what each destination receives
    #[command(after_help = "\
The command makes no call to a destination and reads no secret. It uses the code of the process function: its routing,
its templates and its requests. The exit code is 1 if no route matches.

Examples:
  hookline dlq show 91776f0d --json --service hookline-prod >event.json
  hookline routes explain --event event.json --service hookline-prod
  hookline routes explain --event push.json --source github --type github.push --header 'X-GitHub-Event: push' \\
    --config routes.json")]
    Explain(Explain),
}

#[derive(Debug, Args)]
struct Explain {
    /// File with an event: a queue message, the output of `dlq show --json`, or a CloudEvent in JSON. With --source, a
    /// file with a payload; - reads standard input
    #[arg(long, value_name = "FILE")]
    event: PathBuf,
    /// JSON file with HOOKLINE_ROUTES and HOOKLINE_DESTINATIONS, instead of the configuration of a deployment
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Source of a payload
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Type of the payload's event, as in routes [default: `<source>.unknown`]
    #[arg(long = "type", value_name = "TYPE", requires = "source")]
    event_type: Option<String>,
    /// Header of a payload's request, `Name: value`; may be repeated
    #[arg(long = "header", value_name = "HEADER", requires = "source")]
    headers: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Routes {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let Command::Explain(explain) = self.command;
        explain.run(&self.target).await
    }
}

impl Explain {
    async fn run(self, target: &TargetOptions) -> Result<ExitCode> {
        let event = self.event()?;
        let variables = match &self.config {
            Some(file) => read_config(file)?,
            None => target.find().await?.process_variables().await?,
        };
        let config = delivery_config(&variables)?;
        let (explanation, notes) = explained(&config, &event);
        notes.iter().for_each(|note| eprintln!("note: {note}"));
        match self.json {
            true => {
                let json = routes_text::json(&event, &explanation);
                print_line(format_args!("{}", serde_json::to_string_pretty(&json)?));
            }
            false => print_line(format_args!("{}", routes_text::text(&event, &explanation))),
        }
        let is_routed = matches!(explanation.outcome, Outcome::Routed { .. });
        Ok(if is_routed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn event(&self) -> Result<Event> {
        let bytes = scheme_options::read(&self.event)?;
        let Some(source) = &self.source else {
            return explained_event::from_json(&String::from_utf8(bytes).context("the event is not UTF-8 text")?);
        };
        let context = PayloadContext {
            source: source.clone(),
            event_type: self.event_type.clone(),
            headers: request_options::headers(&self.headers)?,
            time: rfc3339(unix_seconds()),
        };
        Ok(explained_event::from_payload(bytes, context))
    }
}

/// Explains an event. Returns also why something cannot be rendered, which the function would log.
fn explained(config: &DeliveryConfig, event: &Event) -> (Explanation, Vec<String>) {
    let log = capture(Settings::default());
    let explanation = explain(config, event);
    let details = log.lines().into_iter().filter_map(|line| line["detail"].as_str().map(str::to_owned));
    (explanation, details.collect())
}

/// Returns what `hookline routes explain --json` prints for an event, with these variables of the process function.
///
/// # Errors
///
/// If the function cannot use the variables.
pub fn explanation_json(variables: &BTreeMap<String, String>, event: &Event) -> Result<Value> {
    Ok(routes_text::json(event, &explain(&delivery_config(variables)?, event)))
}

/// Reads variables of the process function from a JSON object. Each value is a JSON value, or a string
/// with JSON as in an environment variable.
fn read_config(file: &Path) -> Result<BTreeMap<String, String>> {
    let bytes = scheme_options::read(file)?;
    let variables: BTreeMap<String, Value> = serde_json::from_slice(&bytes)
        .with_context(|| format!("`{}` is not a JSON object with variables", file.display()))?;
    let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut variables: BTreeMap<_, _> = variables.into_iter().map(|(name, value)| (name, text(value))).collect();
    variables.entry("HOOKLINE_PRIVATE_NETWORKS".to_owned()).or_insert_with(|| "[]".to_owned());
    Ok(variables)
}

fn delivery_config(variables: &BTreeMap<String, String>) -> Result<DeliveryConfig> {
    let lookup = |name: &str| variables.get(name).cloned();
    match DeliveryConfig::read(Variables::new(&lookup)) {
        Ok(config) => Ok(config),
        Err(invalid) => bail!(
            "the process function cannot use the configuration: {invalid}; correct it, or use the version of \
             `hookline` that is deployed"
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use serde_json::json;

    use super::*;
    use crate::dead_letter_queue::tests::event;

    fn config() -> BTreeMap<String, String> {
        let config = json!({
            "HOOKLINE_ROUTES": {
                "all": { "source": "github", "destinations": ["ledger"] },
                "main": {
                    "source": "github", "types": ["github.push"], "destinations": ["ledger", "team"],
                    "filter": [
                        { "pointer": "/ref", "equals": "refs/heads/main" }, { "pointer": "/size", "in": ["1", "2"] },
                    ],
                },
                "pulls": { "source": "github", "types": ["github.pull_request*"], "destinations": ["team"] },
                "release": {
                    "source": "github", "destinations": ["team"],
                    "filter": [{ "pointer": "/ref", "prefix": "refs/tags/" }],
                },
                "stripe": "ledger",
            },
            "HOOKLINE_DESTINATIONS": json!({
                "ledger": {
                    "kind": "http", "url": "https://ledger.example/", "method": "PUT", "signed": true,
                    "headers": { "X-Type": "{{ event.type }}" }, "body": "{\"ref\": {{ payload.ref }} }",
                },
                "team": { "kind": "slack", "template": "{{ payload.nothing }}" },
            }).to_string(),
        });
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(config.to_string().as_bytes()).unwrap();
        read_config(file.path()).unwrap()
    }

    fn push(data: &str) -> Event {
        event("github", "e-1").replace_data(data.to_owned().into()).0
    }

    #[test]
    fn text_has_the_routes_with_their_reasons_and_the_requests() {
        let config = delivery_config(&config()).unwrap();
        let events =
            [push("{\"ref\":\"refs/heads/main\",\"size\":1}"), push("not json"), Event { hops: 99, ..push("{}") }];
        let texts = events.iter().map(|event| routes_text::text(event, &explain(&config, event)));
        insta::assert_snapshot!(texts.collect::<Vec<_>>().join("\n----\n"));
    }

    /// Standard output has only the explanation.
    #[test]
    fn reason_of_a_failed_template_is_a_note() {
        let config = delivery_config(&config()).unwrap();
        assert_eq!(explained(&config, &push("{\"ref\":\"refs/heads/main\",\"size\":1}")).1, [""; 0]);
        assert_ne!(explained(&config, &push("not json")).1, [""; 0]);
    }

    #[test]
    fn json_has_the_routes_and_the_requests() {
        let config = delivery_config(&config()).unwrap();
        let event = push("{\"ref\":\"refs/heads/main\",\"size\":1}");
        insta::assert_json_snapshot!(routes_text::json(&event, &explain(&config, &event)));
    }

    #[test]
    fn event_without_a_route_is_explained() {
        let pulls = json!({ "source": "github", "types": ["github.pull*"], "destinations": ["ledger"] });
        let routes = json!({ "stripe": "ledger", "pulls": pulls });
        let destinations = json!({ "ledger": { "kind": "eventbridge", "bus": "b" } });
        let variables = [("ROUTES", routes), ("DESTINATIONS", destinations), ("PRIVATE_NETWORKS", json!([]))];
        let variables = variables.map(|(name, value)| (format!("HOOKLINE_{name}"), value.to_string())).into();
        let config = delivery_config(&variables).unwrap();
        let other = event("shop", "e-2").replace_data("{}".into()).0;
        let texts = [push("{}"), other].map(|event| routes_text::text(&event, &explain(&config, &event)));
        insta::assert_snapshot!(texts.join("\n----\n"));
    }

    #[test]
    fn invalid_configuration_is_reported() {
        let variables = BTreeMap::from([("HOOKLINE_ROUTES".to_owned(), "{}".to_owned())]);
        let error = delivery_config(&variables).unwrap_err().to_string();
        assert!(error.contains("HOOKLINE_DESTINATIONS: is missing"), "{error}");
    }
}
