//! The entry point of an invocation: translates the event of EventBridge Scheduler to a run, and its result to log lines
//! and metrics.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use hookline_aws::{GetSecret, SecretCache, SecretCacheSettings};
use hookline_secret::Secret;
use hookline_telemetry::{self as telemetry, ColdStart, Level, Line, with_context};
use lambda_runtime::Context;
use serde::Deserialize;
use tokio::time::Instant;

use crate::clock::now;
use crate::config::SourceConfig;
use crate::error::RunError;
use crate::github::{Credential, GithubApi, GithubClient};
use crate::log;
use crate::outcome::Outcome;
use crate::run::{End, Report, RunLimits, run};
use crate::state::{BeginResult, Lease, State, StateStore};

/// The longest run. It is shorter than the shortest interval of the schedule (5 minutes), so that runs do not overlap.
const MAX_RUN: Duration = Duration::from_secs(240);

/// Time that is reserved for storing the state before the function's timeout, or a quarter of a short timeout.
const RESERVE: Duration = Duration::from_secs(15);

/// The pause between two requests for a redelivery.
const PAUSE: Duration = Duration::from_secs(1);

/// The input of the schedule.
#[derive(Deserialize)]
struct Input {
    /// Without a source nothing is done: `scripts/release.sh` tests a new version with an empty object.
    source: Option<String>,
}

/// The handler of the schedules' invocations.
pub struct Handler<S, T> {
    sources: BTreeMap<String, SourceConfig>,
    client: GithubClient,
    secrets: S,
    secret_settings: SecretCacheSettings,
    states: T,
    pause: Duration,
    cold_start: ColdStart,
}

impl<S: GetSecret + Clone, T: StateStore> Handler<S, T> {
    /// Creates the handler from its configuration and its ports.
    pub fn new(
        sources: BTreeMap<String, SourceConfig>,
        client: GithubClient,
        (secrets, secret_settings): (S, SecretCacheSettings),
        states: T,
    ) -> Self {
        Self { sources, client, secrets, secret_settings, states, pause: PAUSE, cold_start: ColdStart::default() }
    }

    /// Replaces the pause between two requests for a redelivery.
    #[must_use]
    pub fn with_pause(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    /// Makes a run for the source that the event names. It never fails, because Lambda would then repeat the invocation:
    /// failures are logged and counted, and the next run continues.
    pub async fn handle(&self, event: &str, invocation: &Context) {
        let started = Instant::now();
        let remaining = invocation.deadline().duration_since(SystemTime::now()).unwrap_or_default();
        let time = remaining.saturating_sub(RESERVE.min(remaining / 4)).min(MAX_RUN);
        let cold_start = self.cold_start.take();
        let input = serde_json::from_str::<Input>(event).map(|input| input.source);
        if matches!(input, Ok(None)) {
            return;
        }
        let known = input.ok().flatten().and_then(|name| self.sources.get_key_value(&name));
        let source = known.map(|(name, _)| name.clone()).unwrap_or_default();
        let request_id = invocation.request_id.clone();
        let context = telemetry::Context { request_id, source, cold_start, ..telemetry::Context::default() };
        let handle = async {
            let Some((name, source)) = known else {
                Line::new(Level::Error, "malformed_event").write(&[]);
                return;
            };
            let lease = Lease { owner: invocation.request_id.clone(), until: now() + time.as_secs() };
            let (outcome, lag) = self.recover(name, source, &lease, started, time).await;
            log::outcome(&outcome, lag, started.elapsed());
        };
        with_context(context, handle).await;
    }

    /// Makes a run, and returns the lag of the stored state, in seconds. There is none if the state was not read.
    async fn recover(
        &self,
        name: &str,
        source: &SourceConfig,
        lease: &Lease,
        started: Instant,
        time: Duration,
    ) -> (Outcome, Option<u64>) {
        let limits = RunLimits {
            now: now(),
            started,
            list_until: started + time / 2,
            deadline: started + time,
            pause: self.pause,
        };
        let mut state = match self.states.begin(name, lease, limits.now).await {
            Ok(BeginResult::Leased(state)) => state,
            Ok(BeginResult::InProgress) => return (Outcome::InProgress, None),
            Err(source) => return (Outcome::Failed(RunError::State { source }), None),
        };
        state.begin_lag(limits.now);
        let earlier_lag = state.lag(limits.now);
        let (state, outcome) = self.run(name, source, state, limits).await;
        match self.states.finish(name, lease, &state, now()).await {
            Ok(()) => (outcome, Some(state.lag(limits.now))),
            Err(source) => {
                // What the run did is worth a line of its own. The next run begins with the earlier state.
                log::outcome(&outcome, None, started.elapsed());
                (Outcome::Failed(RunError::State { source }), Some(earlier_lag))
            }
        }
    }

    async fn run(&self, name: &str, source: &SourceConfig, mut state: State, limits: RunLimits) -> (State, Outcome) {
        if limits.now < state.limited_until {
            return (state, Outcome::Limited);
        }
        state.limited_until = 0;
        let mut api = match self.authenticate(name, source, limits.deadline).await {
            Ok(api) => api,
            Err(error) => {
                if let Some(until) = error.limited_until() {
                    state.limited_until = until;
                    return (state, Outcome::Run(Report { end: End::RateLimited, ..Report::default() }));
                }
                return (state, Outcome::Failed(error));
            }
        };
        let (state, report) = run(source, &mut api, state, limits).await;
        (state, Outcome::Run(report))
    }

    /// Reads the secret and authenticates. The secret is read for each run, so that a new one has effect at once.
    async fn authenticate(&self, name: &str, source: &SourceConfig, deadline: Instant) -> Result<GithubApi, RunError> {
        let secrets = SecretCache::new(self.secrets.clone(), self.secret_settings.clone());
        let secrets = secrets.current(name).await.map_err(|source| RunError::Secret { source })?;
        let secret = secrets.first().map(Secret::expose).unwrap_or_default();
        let credential = Credential::read(&source.authentication, secret);
        let credential = credential.map_err(|source| RunError::Credential { source })?;
        self.client.authenticate(source, &credential, deadline).await.map_err(|source| RunError::Github { source })
    }
}
