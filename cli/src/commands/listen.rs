use std::io::BufRead as _;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{interval, timeout};
use url::Url;

use crate::clock::unix_seconds;
use crate::event_log::PayloadFilter;
use crate::listener::{Copy, Forwarder, ListenerQueue};
use crate::output::{Step, print_line};
use crate::secrets::source_signing_key;
use crate::signals;
use crate::target::TargetOptions;

use super::timestamp::rfc3339;

/// The time between two signs of life, a third of the lease.
const RENEWAL: Duration = Duration::from_secs(20);
/// The longest time for the removal of the queue after a signal.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug, Args)]
pub(super) struct Listen {
    /// Name of the source
    #[arg(long)]
    source: String,
    /// URL of the program on this computer
    #[arg(long, value_name = "URL")]
    to: Url,
    /// Only events whose JSON payload has this value: '/action=opened'
    #[arg(long, value_name = "/POINTER=VALUE")]
    filter: Option<PayloadFilter>,
    #[command(flatten)]
    target: TargetOptions,
}

impl Listen {
    /// Receives copies until a signal ends the command. The queue is removed on each way out.
    pub(super) async fn run(self) -> Result<ExitCode> {
        // Before the queue exists: from here on, a signal ends the loop below and not the whole program.
        let signal = signals::handle();
        let target = self.target.find().await?;
        let scheme = target.source_scheme(&self.source).await?;
        let secret = source_signing_key(&target, &self.source, &scheme);
        let forwarder = Forwarder::new(self.to.as_str(), scheme.clone(), secret).await?;
        let step = Step::start("create a queue for copies");
        let queue = ListenerQueue::open(&target, &self.source, ListenerQueue::LEASE).await?;
        step.done(queue.name());
        eprintln!(
            "events of source `{}` go to {} from about 5 s after now; `r` and Enter repeats the last one, Ctrl-C ends the command",
            self.source, self.to
        );
        let result = tokio::select! {
            result = self.serve(&queue, &forwarder) => result,
            (name, code) = signal => {
                eprintln!("interrupted by {name}: removing the queue");
                Ok(ExitCode::from(code))
            }
        };
        let closed = timeout(CLOSE_TIMEOUT, queue.close()).await.context("AWS did not respond within 10 s");
        match closed.and_then(|closed| closed) {
            Ok(()) => eprintln!("the queue {} is removed", queue.name()),
            Err(error) => eprintln!("the next `hookline listen` removes the queue {}: {error:#}", queue.name()),
        }
        result
    }

    async fn serve(&self, queue: &ListenerQueue, forwarder: &Forwarder) -> Result<ExitCode> {
        let (mut lines, mut renewal) = (read_lines(), interval(RENEWAL));
        let mut last: Option<Copy> = None;
        loop {
            tokio::select! {
                received = queue.receive() => for copy in received? {
                    match copy {
                        Ok(copy) if !self.is_wanted(&copy) => {}
                        Ok(copy) => {
                            send(forwarder, &copy).await;
                            last = Some(copy);
                        }
                        Err(error) => eprintln!("not sent: {error:#}"),
                    }
                },
                _ = renewal.tick() => queue.renew().await?,
                Some(line) = lines.recv() => match (line.trim(), &last) {
                    ("r", Some(copy)) => send(forwarder, copy).await,
                    ("r", None) => eprintln!("no event has arrived yet"),
                    _ => eprintln!("`r` and Enter repeats the last event"),
                },
            }
        }
    }

    fn is_wanted(&self, copy: &Copy) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.matches(&copy.body))
    }
}

async fn send(forwarder: &Forwarder, copy: &Copy) {
    let result = match forwarder.send(copy).await {
        Ok(response) => format!("{} in {} ms", response.status, response.duration.as_millis()),
        Err(error) => format!("failed: {error:#}"),
    };
    let Copy { id, event_type, body, .. } = copy;
    print_line(format_args!("{}  {event_type}  {id}  {} bytes  {result}", rfc3339(unix_seconds()), body.len()));
}

/// Reads the lines of standard input. A thread, because the runtime would wait for a blocked read at its end.
fn read_lines() -> UnboundedReceiver<String> {
    let (sender, receiver) = unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}
