//! Load on a stack that is up: an open loop, in which a request is sent at its time whether or not those before it were
//! answered, and its latency counts from that time. A stack that falls behind shows it, instead of slowing the sender down.

mod outcome;
mod report;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Args;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, sleep_until};

use self::outcome::{Outcome, Sample, Second};
use self::report::Report;
use crate::stack::{Depth, Stack, State, sources};
use crate::system::repository::Repository;
use crate::traffic::sender::Webhook;
use crate::traffic::sink::Sink;
use hookline::dead_letter_queue::DeadLetterQueue;
use hookline::duration::duration;
use hookline::output::{ProgressBar, print_line};

/// What a person can say about a run.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Requests a second
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=5000))]
    rate: u32,
    /// For how long: 30s, 5m or 1h
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "30s")]
    duration: Duration,
    /// Sources that take turns
    #[arg(long, value_name = "NAME", value_delimiter = ',', default_value = "github")]
    sources: Vec<String>,
    /// Bytes of each body
    #[arg(long, default_value_t = 1024, value_parser = clap::value_parser!(u32).range(64..=4_000_000))]
    bytes: u32,
    /// How long to wait afterwards until nothing is on its way
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "5m")]
    settle: Duration,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Options {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let files = Repository::find()?;
        let state = State::require(&files).await?;
        let signers = self.signers(&state)?;
        let _lock = files.lock()?;
        let sink = Sink::start(state.emulator.host, state.sink_port).await?;
        let stack = Arc::new(state.stack());
        let letters = DeadLetterQueue::new(stack.target());
        let before = stack.depth().await?;
        ensure!(
            before.intake == 0,
            "{} messages are on the intake queue: wait until they are done with",
            before.intake
        );
        let known: Vec<_> = letters.list().await?.into_iter().map(|letter| letter.id).collect();

        let seconds = self.send(&stack, &signers).await?;
        let outcome = Outcome::settle(&stack, &sink, &letters, &known, &seconds, self.settle).await?;
        let report = Report::new(&self, seconds, outcome);
        let page = report.write(&files.own)?;
        if self.json {
            print_line(format_args!("{}", serde_json::to_string_pretty(&report.summary())?));
        } else {
            print_line(format_args!("{report}\n{}", page.display()));
        }
        Ok(if report.is_whole() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    /// Each source with what it signs with.
    fn signers(&self, state: &State) -> Result<Vec<(String, String)>> {
        let known = sources();
        let signer = |name: &String| {
            let names: Vec<_> = known.keys().copied().collect();
            ensure!(known.contains_key(name.as_str()), "no source {name}; there are {}", names.join(", "));
            let pair = state.secrets.sources.get(name).with_context(|| format!("source {name} has no secret"))?;
            Ok((name.clone(), pair.sender.clone()))
        };
        self.sources.iter().map(signer).collect()
    }

    fn webhook(&self, (source, secret): &(String, String), number: u64) -> Result<Webhook> {
        let start = format!("{{\"number\":{number},\"run\":\"{}\",\"padding\":\"", uuid::Uuid::new_v4());
        let padding = (self.bytes as usize).saturating_sub(start.len() + 2);
        Webhook::signed(source, "push", format!("{start}{}\"}}", "x".repeat(padding)), secret)
    }

    /// Sends everything at its time and gives what came of each second.
    async fn send(&self, stack: &Arc<Stack>, signers: &[(String, String)]) -> Result<Vec<Second>> {
        let total = (self.duration.as_secs_f64() * f64::from(self.rate)).round();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of requests")]
        let total = total.max(1.0) as u64;
        let (tell, mut told) = mpsc::unbounded_channel::<Sample>();
        let began = Instant::now();
        let bar = ProgressBar::start("load", usize::try_from(total)?);
        let mut seconds = Seconds::default();
        let mut tasks = JoinSet::new();
        let (mut depths, _watch) = depths(stack);
        let mut number = 0;
        while number < total || !tasks.is_empty() {
            let due = began + Duration::from_secs_f64(number_as(number) / f64::from(self.rate));
            tokio::select! {
                () = sleep_until(due), if number < total => {
                    let signer = signers.get(usize::try_from(number)? % signers.len().max(1)).context("no source")?;
                    let webhook = self.webhook(signer, number)?;
                    let (stack, tell) = (Arc::clone(stack), tell.clone());
                    tasks.spawn(async move {
                        let answer = stack.send(&webhook).await.ok();
                        let _ = tell.send(Sample::new(due - began, due.elapsed(), answer.as_ref()));
                    });
                    number += 1;
                }
                Some(sample) = told.recv() => {
                    seconds.add(sample);
                    bar.advance();
                }
                Some(depth) = depths.recv() => {
                    let depth = depth?.intake;
                    seconds.depth(began.elapsed(), depth);
                    bar.set_message(format!("{} in flight, {depth} queued, {}", tasks.len(), seconds.latest()));
                }
                Some(_) = tasks.join_next(), if !tasks.is_empty() => {}
            }
        }
        while let Ok(sample) = told.try_recv() {
            seconds.add(sample);
        }
        Ok(seconds.0)
    }
}

/// The queue's depth each second, from a task of its own: no request waits for that answer. The task ends with the set.
fn depths(stack: &Arc<Stack>) -> (UnboundedReceiver<Result<Depth>>, JoinSet<()>) {
    let (tell, told) = mpsc::unbounded_channel();
    let (stack, mut tick) = (Arc::clone(stack), interval(Duration::from_secs(1)));
    let mut watch = JoinSet::new();
    watch.spawn(async move {
        loop {
            tick.tick().await;
            if tell.send(stack.depth().await).is_err() {
                return;
            }
        }
    });
    (told, watch)
}

#[allow(clippy::cast_precision_loss, reason = "a number of requests")]
fn number_as(number: u64) -> f64 {
    number as f64
}

/// What came of each second, by the time at which requests were due.
#[derive(Default)]
struct Seconds(Vec<Second>);

impl Seconds {
    fn at(&mut self, time: Duration) -> Option<&mut Second> {
        let index = usize::try_from(time.as_secs()).ok()?;
        while self.0.len() <= index {
            // Until the queue is asked again, it has what it had.
            let depth = self.0.last().map_or(0, |second| second.depth);
            self.0.push(Second { depth, ..Second::default() });
        }
        self.0.get_mut(index)
    }

    fn add(&mut self, sample: Sample) {
        if let Some(second) = self.at(sample.due) {
            second.add(sample);
        }
    }

    fn depth(&mut self, time: Duration, depth: i64) {
        if let Some(second) = self.at(time) {
            second.depth = depth;
        }
    }

    fn latest(&self) -> String {
        let answered = self.0.iter().rev().find(|second| second.answered() > 0);
        answered.map_or_else(String::new, |second| format!("p99 {:.0} ms", second.percentile(0.99)))
    }
}
