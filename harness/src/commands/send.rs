use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::scenarios::PUSH;
use crate::stack::{State, sources};
use crate::system::repository::Repository;
use crate::traffic::sender::Webhook;
use crate::traffic::sink::Sink;
use hookline::output::print_line;

#[derive(Debug, Args)]
pub(super) struct Send {
    /// Source that it comes from: see `cargo harness up`
    #[arg(long, default_value = "github")]
    source: String,
    /// GitHub's name of the event
    #[arg(long, default_value = "push")]
    event: String,
    /// File with the body; without one, a GitHub push
    #[arg(long, value_name = "FILE")]
    body: Option<PathBuf>,
    /// Sign with this secret instead of the source's
    #[arg(long)]
    secret: Option<String>,
}

impl Send {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let files = Repository::find()?;
        let state = State::require(&files).await?;
        let body = match &self.body {
            Some(file) => std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?,
            // The same twice would have one effect: each is an event of its own.
            None => [format!("{{\"sent\":\"{}\",", uuid::Uuid::new_v4()).as_bytes(), PUSH.get(1..).unwrap_or_default()]
                .concat(),
        };
        let sources = sources();
        let names: Vec<_> = sources.keys().copied().collect();
        ensure!(names.contains(&self.source.as_str()), "no source {}; there are {}", self.source, names.join(", "));
        let known = state.secrets.sources.get(&self.source).map(|pair| pair.sender.clone());
        let secret = self
            .secret
            .or(known)
            .with_context(|| format!("source {} has no secret: give one with --secret", self.source))?;
        let webhook = Webhook::signed(&self.source, &self.event, body, &secret)?;
        let _lock = files.lock()?;
        let sink = Sink::start(state.emulator.host, state.sink_port).await?;

        let started = Instant::now();
        let answer = state.stack().send(&webhook).await?;
        print_line(format_args!(
            "{} in {:.0} ms: {}",
            answer.status,
            started.elapsed().as_secs_f64() * 1e3,
            answer.body
        ));
        if answer.status != 202 {
            return Ok(if answer.status == 200 { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        let event_id = answer.event_id().context("the answer has no id")?;
        let delivery = sink.wait_for(&event_id).await.with_context(|| {
            let attempts = sink.attempts(&event_id).len();
            format!("{attempts} attempts, none of them a success: after the last it goes to the dead-letter queue")
        })?;
        let took = started.elapsed().as_secs_f64() * 1e3;
        print_line(format_args!("delivered to {} after {took:.0} ms: {} bytes", delivery.path, delivery.body.len()));
        for (name, value) in &delivery.headers {
            print_line(format_args!("  {name}: {}", value.to_str().unwrap_or("(not text)")));
        }
        Ok(ExitCode::SUCCESS)
    }
}
