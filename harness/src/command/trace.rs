use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, ensure};
use clap::Args;
use serde_json::json;

use crate::duration::duration;
use crate::life::{self, Moment};
use crate::progress::{Step, say};
use crate::target::Target;

#[derive(Debug, Args)]
pub(super) struct Trace {
    /// Id of the event, as the sender was told it
    event_id: String,
    /// Terraform workspace whose logs are meant, by the outputs of terraform/; without it, the stack that is up locally
    #[arg(long)]
    workspace: Option<String>,
    /// How far back to look: 90s, 15m, 6h or 2d
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "1d")]
    since: Duration,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Trace {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let Self { event_id, workspace, since, json } = self;
        // What goes into the search; ids of events are made of nothing else.
        let plain = |it: char| it.is_ascii_alphanumeric() || "-_.:".contains(it);
        ensure!(!event_id.is_empty() && event_id.chars().all(plain), "`{event_id}` is no id of an event");
        let target = Target::find(workspace.as_deref()).await?;
        let step = Step::start(format!("look for {event_id} in the logs"));
        let moments = life::of(&target, &event_id, since).await?;
        step.done(&format!("{} lines", moments.len()));
        ensure!(
            !moments.is_empty(),
            "no log knows event {event_id}: logs arrive after some seconds; look further back with --since, or among what was \
             refused (it has a request id only) and in the dead-letter queue (`cargo harness dlq show {event_id}`)"
        );
        if json {
            let rows: Vec<_> = moments.iter().map(row).collect();
            say(format_args!("{}", serde_json::to_string_pretty(&rows)?));
        } else {
            say(format_args!("{}", life::timeline(&moments)));
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn row(moment: &Moment) -> serde_json::Value {
    let Moment { at, part, line } = moment;
    json!({ "at_ms": at, "part": part, "line": line })
}
