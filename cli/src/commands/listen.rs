use std::convert::Infallible;
use std::future::pending;
use std::io::BufRead as _;
use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Error, Result};
use clap::Args;
use tokio::sync::mpsc::{Receiver, Sender, UnboundedReceiver, channel, unbounded_channel};
use tokio::time::{interval, sleep, timeout};
use url::Url;

use crate::clock::unix_seconds;
use crate::event_log::PayloadFilter;
use crate::listener::{Copy, CopyError, Forwarder, ListenerQueue, ReceiveError};
use crate::output::{Step, print_line};
use crate::secrets::source_signing_key;
use crate::signals;
use crate::target::TargetOptions;

use super::request_options::http_url;
use super::timestamp::rfc3339;

/// The time between two signs of life, a part of the lease.
const RENEWAL: Duration = Duration::from_secs(30);
/// The waits after the first and after further failed attempts to receive copies. They are shorter than the lease.
const BACK_OFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));
/// Copies that wait for the program.
const MAX_WAITING: usize = 10;
/// The longest time for the removal of the queue after a signal.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug, Args)]
pub(super) struct Listen {
    /// Name of the source
    #[arg(long)]
    source: String,
    /// URL of the program on this computer
    #[arg(long, value_name = "URL", value_parser = http_url)]
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
        // Before the queue exists: from here on, a signal does not end the whole program.
        let mut signal = pin!(signals::handle());
        let (queue, forwarder) = tokio::select! {
            opened = self.open() => opened?,
            (name, code) = &mut signal => {
                eprintln!("interrupted by {name}");
                return Ok(ExitCode::from(code));
            }
        };
        eprintln!(
            "events of source `{}` go to {} from about 5 s after now; `r` and Enter repeats the last one, Ctrl-C ends the command",
            self.source, self.to
        );
        let result = tokio::select! {
            result = self.serve(&queue, &forwarder) => result,
            (name, code) = &mut signal => {
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

    async fn open(&self) -> Result<(ListenerQueue, Forwarder)> {
        let target = self.target.find().await?;
        let scheme = target.source_scheme(&self.source).await?;
        let secret = source_signing_key(&target, &self.source, &scheme);
        let forwarder = Forwarder::new(self.to.as_str(), scheme.clone(), secret).await?;
        let step = Step::start("create a queue for copies");
        let queue = ListenerQueue::open(&target, &self.source, ListenerQueue::LEASE).await?;
        step.done(queue.name());
        Ok((queue, forwarder))
    }

    /// Receives, renews and sends independently: neither a slow program nor a typed line delays the others, and no received
    /// copy is lost.
    async fn serve(&self, queue: &ListenerQueue, forwarder: &Forwarder) -> Result<ExitCode> {
        let (sender, copies) = channel(MAX_WAITING);
        tokio::select! {
            error = receive(async || queue.receive().await, sender, BACK_OFF) => Err(error),
            never = renew(queue) => match never {},
            never = self.send_all(copies, forwarder) => match never {},
        }
    }

    async fn send_all(&self, mut copies: Receiver<Copy>, forwarder: &Forwarder) -> Infallible {
        let (mut lines, mut last) = (read_lines(), None);
        loop {
            tokio::select! {
                Some(copy) = copies.recv() => if self.is_wanted(&copy) {
                    send(forwarder, &copy).await;
                    last = Some(copy);
                },
                Some(line) = lines.recv() => match (line.trim(), &last) {
                    ("r", Some(copy)) => send(forwarder, copy).await,
                    ("r", None) => eprintln!("no event has arrived yet"),
                    _ => eprintln!("`r` and Enter repeats the last event"),
                },
                else => pending().await,
            }
        }
    }

    fn is_wanted(&self, copy: &Copy) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.matches(&copy.body))
    }
}

/// Receives copies until an error that a repeated call does not change. After other errors, it waits and goes on: copies stay
/// in the queue for an hour.
async fn receive(
    mut next: impl AsyncFnMut() -> Result<Vec<Result<Copy, CopyError>>, ReceiveError>,
    sender: Sender<Copy>,
    (first, longest): (Duration, Duration),
) -> Error {
    let mut pause = first;
    loop {
        let received = match next().await {
            Ok(received) => received,
            Err(error) if error.is_permanent => return error.into(),
            Err(error) => {
                eprintln!("{:#}; the next attempt is in {} s", Error::from(error), pause.as_secs());
                sleep(pause).await;
                pause = longest.min(pause * 2);
                continue;
            }
        };
        pause = first;
        for copy in received {
            match copy {
                // The other end is open as long as this function runs.
                Ok(copy) => drop(sender.send(copy).await),
                Err(error) => eprintln!("not sent: {:#}", Error::from(error)),
            }
        }
    }
}

async fn renew(queue: &ListenerQueue) -> Infallible {
    let mut renewal = interval(RENEWAL);
    loop {
        renewal.tick().await;
        if let Err(error) = queue.renew().await {
            eprintln!("{error:#}");
        }
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

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    fn copy(id: &str) -> Copy {
        Copy { id: id.to_owned(), event_type: String::new(), headers: Vec::new(), body: Vec::new() }
    }

    #[tokio::test]
    async fn receiving_goes_on_after_an_error_that_may_pass() {
        let mut results = VecDeque::from([
            Ok(vec![Ok(copy("1"))]),
            Err(ReceiveError::example(false)),
            Err(ReceiveError::example(false)),
            Ok(vec![Err(CopyError::Expired { uri: String::new() }), Ok(copy("2"))]),
            Err(ReceiveError::example(true)),
        ]);
        let (sender, mut copies) = channel(MAX_WAITING);
        let error = receive(async || results.pop_front().unwrap(), sender, (Duration::ZERO, Duration::ZERO)).await;
        assert!(results.is_empty());
        assert_eq!(format!("{error:#}"), "cannot read the queue `q`: sqs:ReceiveMessage failed: timed out");
        let ids = [copies.recv().await.unwrap().id, copies.recv().await.unwrap().id];
        assert!(ids == ["1", "2"] && copies.recv().await.is_none());
    }
}
