//! Load test of a running stack with an open loop. Each request is sent at its scheduled time, whether or not the earlier
//! requests have a response, and its latency starts at that time. So an overloaded stack shows long latencies instead of
//! slowing down the sender.

mod outcome;
mod report;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Args;
use hookline::dead_letter_queue::DeadLetterQueue;
use hookline::duration::duration;
use hookline::output::{ProgressBar, print_line};
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, sleep_until};

use self::outcome::{Outcome, Sample, SecondStats};
use self::report::Report;
use crate::scenarios;
use crate::stack::{QueueDepths, Source, Stack, StackConfig, State};
use crate::system::repository::Repository;
use crate::traffic::sender::{Content, Webhook};

/// Arguments of `cargo harness load`.
#[derive(Debug, Args)]
pub(crate) struct Load {
    /// Requests per second
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=5000))]
    rate: u32,
    /// Duration of the load: 30s, 5m or 1h
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "30s")]
    duration: Duration,
    /// Sources to use in turn, separated by commas
    #[arg(long, value_name = "NAME", value_delimiter = ',', default_value = "github")]
    sources: Vec<String>,
    /// Size of each body in bytes
    #[arg(long, default_value_t = 1024, value_parser = clap::value_parser!(u32).range(64..=4_000_000))]
    bytes: u32,
    /// Maximum time to wait after the last request until the intake queue is empty
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "5m")]
    settle: Duration,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A source and the secret that its sender signs with.
struct Signer {
    source: Source,
    secret: String,
}

impl Load {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let repository = Repository::find()?;
        let state = State::require(&repository).await?;
        let config = scenarios::stack_config()?;
        let signers = self.signers(&config, &state)?;
        let _lock = repository.lock()?;
        let sink = state.start_sink(&repository, &config).await?;
        let stack = Arc::new(state.stack());
        let dlq = DeadLetterQueue::new(stack.target());
        let queued = stack.queue_depths().await?.intake;
        ensure!(queued == 0, "the intake queue has {queued} messages: retry when it is empty");
        let known_dlq_ids: Vec<_> = dlq.list().await?.into_iter().map(|message| message.id).collect();

        let seconds = self.send(&stack, &signers).await?;
        let outcome = Outcome::settle(&stack, &sink, &dlq, &known_dlq_ids, &seconds, self.settle).await?;
        let report = Report::new(self.rate, seconds, outcome);
        let page = report.write(&repository.harness_directory)?;
        if self.json {
            print_line(format_args!("{}", serde_json::to_string_pretty(&report.summary())?));
        } else {
            print_line(format_args!("{report}\n{}", page.display()));
        }
        Ok(if report.is_complete() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn signers(&self, config: &StackConfig, state: &State) -> Result<Vec<Signer>> {
        let signer = |name: &String| {
            let source = config.source(name)?.clone();
            let pair = state.secrets.sources.get(name).with_context(|| format!("source `{name}` has no secret"))?;
            Ok(Signer { source, secret: pair.sender.clone() })
        };
        self.sources.iter().map(signer).collect()
    }

    fn webhook(&self, signer: &Signer, number: u64) -> Result<Webhook> {
        let start = format!("{{\"number\":{number},\"run\":\"{}\",\"padding\":\"", uuid::Uuid::new_v4());
        let padding = (self.bytes as usize).saturating_sub(start.len() + 2);
        let body = format!("{start}{}\"}}", "x".repeat(padding));
        Webhook::signed(&signer.source, "push", Content::json(body), &signer.secret)
    }

    /// Sends all requests at their scheduled times. Returns the results of each second.
    async fn send(&self, stack: &Arc<Stack>, signers: &[Signer]) -> Result<Vec<SecondStats>> {
        let total = (self.duration.as_secs_f64() * f64::from(self.rate)).round();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of requests")]
        let total = total.max(1.0) as u64;
        let (sample_sender, mut samples) = mpsc::unbounded_channel::<Sample>();
        let started = Instant::now();
        let bar = ProgressBar::start("load", usize::try_from(total)?);
        let mut timeline = Timeline::default();
        let mut requests = JoinSet::new();
        let (mut depths, _poller) = poll_queue_depths(stack);
        let mut number = 0;
        while number < total || !requests.is_empty() {
            let scheduled = started + Duration::from_secs_f64(as_f64(number) / f64::from(self.rate));
            tokio::select! {
                () = sleep_until(scheduled), if number < total => {
                    let signer = signers.get(usize::try_from(number)? % signers.len().max(1)).context("no source")?;
                    let webhook = self.webhook(signer, number)?;
                    let (stack, sample_sender) = (Arc::clone(stack), sample_sender.clone());
                    requests.spawn(async move {
                        let response = stack.send(&webhook).await.ok();
                        let sample = Sample::new(scheduled - started, scheduled.elapsed(), response.as_ref());
                        let _ = sample_sender.send(sample);
                    });
                    number += 1;
                }
                Some(sample) = samples.recv() => {
                    timeline.add(sample);
                    bar.advance();
                }
                Some(depth) = depths.recv() => {
                    let depth = depth?.intake;
                    timeline.set_queue_depth(started.elapsed(), depth);
                    let (in_flight, latency) = (requests.len(), timeline.latest_latency());
                    bar.set_message(format!("{in_flight} in flight, {depth} in the queue, {latency}"));
                }
                Some(_) = requests.join_next(), if !requests.is_empty() => {}
            }
        }
        while let Ok(sample) = samples.try_recv() {
            timeline.add(sample);
        }
        Ok(timeline.0)
    }
}

/// Reads the number of queued messages each second in a separate task, so that no request waits for it. The task ends when
/// the returned set is dropped.
fn poll_queue_depths(stack: &Arc<Stack>) -> (UnboundedReceiver<Result<QueueDepths>>, JoinSet<()>) {
    let (sender, depths) = mpsc::unbounded_channel();
    let (stack, mut tick) = (Arc::clone(stack), interval(Duration::from_secs(1)));
    let mut poller = JoinSet::new();
    poller.spawn(async move {
        loop {
            tick.tick().await;
            if sender.send(stack.queue_depths().await).is_err() {
                return;
            }
        }
    });
    (depths, poller)
}

#[allow(clippy::cast_precision_loss, reason = "a number of requests")]
fn as_f64(number: u64) -> f64 {
    number as f64
}

/// Results by the second in which the requests were scheduled.
#[derive(Default)]
struct Timeline(Vec<SecondStats>);

impl Timeline {
    fn at(&mut self, time: Duration) -> Option<&mut SecondStats> {
        let index = usize::try_from(time.as_secs()).ok()?;
        while self.0.len() <= index {
            // A new second starts with the last known number of messages.
            let queue_depth = self.0.last().map_or(0, |second| second.queue_depth);
            self.0.push(SecondStats { queue_depth, ..SecondStats::default() });
        }
        self.0.get_mut(index)
    }

    fn add(&mut self, sample: Sample) {
        if let Some(second) = self.at(sample.scheduled) {
            second.add(sample);
        }
    }

    fn set_queue_depth(&mut self, time: Duration, depth: i64) {
        if let Some(second) = self.at(time) {
            second.queue_depth = depth;
        }
    }

    fn latest_latency(&self) -> String {
        let latest = self.0.iter().rev().find(|second| second.requests() > 0);
        latest.map_or_else(String::new, |second| format!("p99 {:.0} ms", second.latency_ms(0.99)))
    }
}
