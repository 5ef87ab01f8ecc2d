use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use comfy_table::{Table, presets};

use super::timestamp::rfc3339;
use crate::duration::duration;
use crate::filtered_events::{self, FilteredEvent};
use crate::output::{Step, print_line};
use crate::target::TargetOptions;

#[derive(Debug, Args)]
pub(super) struct Filtered {
    /// Show events of this source
    #[arg(long)]
    source: Option<String>,
    /// How far back to search the log: 90s, 15m, 6h or 2d
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "1d")]
    since: Duration,
    /// Maximum number of events
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    target: TargetOptions,
}

impl Filtered {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let Self { source, since, limit, json, target } = self;
        let target = target.find().await?;
        let step = Step::start("search the log of the process function");
        let events = filtered_events::find(&target, source.as_deref(), since, limit).await?;
        step.done(&format!("{} events", events.len()));
        if json {
            let rows: Vec<_> = events.iter().map(FilteredEvent::row).collect();
            print_line(format_args!("{}", serde_json::to_string_pretty(&rows)?));
        } else {
            print_line(format_args!("{}", table(&events)));
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn table(events: &[FilteredEvent]) -> String {
    if events.is_empty() {
        return "no filtered events in this time; the function logs them at log_level `info` and `debug`".to_owned();
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["time", "id", "source", "type", "detail"]);
    for FilteredEvent { time_ms, id, source, event_type, detail } in events {
        table.add_row([rfc3339(time_ms.div_euclid(1000)).as_str(), id, source, event_type, detail]);
    }
    table.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_has_one_row_per_event() {
        let event = |time_ms, id: &str| FilteredEvent {
            time_ms,
            id: id.to_owned(),
            source: "github".to_owned(),
            event_type: "github.push".to_owned(),
            detail: "no route matches: `orders` (filter)".to_owned(),
        };
        insta::assert_snapshot!(table(&[event(1_767_323_045_678, "e-1"), event(1_767_326_645_000, "e-2")]));
        assert!(table(&[]).contains("log_level"));
    }
}
