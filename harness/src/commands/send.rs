use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Args;
use hookline::output::print_line;
use uuid::Uuid;

use crate::scenarios::{self, PUSH};
use crate::stack::State;
use crate::system::repository::Repository;
use crate::traffic::sender::{Content, Webhook};

#[derive(Debug, Args)]
pub(super) struct Send {
    /// Source that receives the webhook; `cargo harness up` prints all sources
    #[arg(long, default_value = "github")]
    source: String,
    /// Value of the header X-GitHub-Event, for sources with the sender github
    #[arg(long, default_value = "push")]
    event: String,
    /// File with the body; default: a GitHub push event
    #[arg(long, value_name = "FILE")]
    body: Option<PathBuf>,
    /// Secret to sign with; default: the secret of the source
    #[arg(long)]
    secret: Option<String>,
}

impl Send {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let repository = Repository::find()?;
        let state = State::require(&repository).await?;
        let body = match &self.body {
            Some(file) => std::fs::read(file).with_context(|| format!("cannot read `{}`", file.display()))?,
            // A random member makes each body unique, because identical events are delivered once.
            None => {
                [format!("{{\"sent\":\"{}\",", Uuid::new_v4()).as_bytes(), PUSH.get(1..).unwrap_or_default()].concat()
            }
        };
        let config = scenarios::stack_config()?;
        let source = config.source(&self.source)?;
        let stored = state.secrets.sources.get(&self.source).map(|pair| pair.sender.clone());
        let secret =
            self.secret.or(stored).with_context(|| format!("source `{}` has no secret: use --secret", self.source))?;
        let webhook = Webhook::signed(source, &self.event, Content::json(body), &secret)?;
        let _lock = repository.lock()?;
        let sink = state.start_sink(&repository, &config).await?;

        let started = Instant::now();
        let response = state.stack().send(&webhook).await?;
        print_line(format_args!(
            "status {} after {:.0} ms: {}",
            response.status,
            started.elapsed().as_secs_f64() * 1e3,
            response.body
        ));
        let Some(event_id) = response.event_id() else {
            // A handshake is no event.
            return Ok(if response.status < 300 { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        };
        let delivery = sink.wait_for_delivery(&event_id).await.with_context(|| {
            let attempts = sink.attempts(&event_id).len();
            format!("{attempts} attempts failed: after the last attempt, the event is in the dead-letter queue")
        })?;
        let elapsed = started.elapsed().as_secs_f64() * 1e3;
        print_line(format_args!("delivered to {} after {elapsed:.0} ms: {} bytes", delivery.path, delivery.body.len()));
        for (name, value) in &delivery.headers {
            print_line(format_args!("  {name}: {}", value.to_str().unwrap_or("(binary)")));
        }
        Ok(ExitCode::SUCCESS)
    }
}
