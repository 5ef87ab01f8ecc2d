//! Operations that take longer than a request. A job ends with the program; the operations lose nothing then.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use serde::Serialize;

/// The state of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Job {
    pub(super) id: u64,
    pub(super) title: String,
    /// The path of the page that has started the job.
    pub(super) origin: &'static str,
    pub(super) done: usize,
    /// `None` until the number is known.
    pub(super) total: Option<usize>,
    /// `running`, `finished` or `failed`.
    pub(super) state: &'static str,
    /// The result or the error.
    pub(super) detail: String,
}

/// All jobs since the start.
#[derive(Debug, Clone, Default)]
pub(super) struct Jobs(Arc<Mutex<BTreeMap<u64, Job>>>);

/// Reports the progress of one job.
#[derive(Debug, Clone)]
pub(super) struct Progress {
    jobs: Jobs,
    id: u64,
}

impl Jobs {
    /// Adds a running job.
    pub(super) fn start(&self, origin: &'static str, title: String) -> Progress {
        let mut jobs = self.lock();
        let id = jobs.last_key_value().map_or(1, |(id, _)| id + 1);
        jobs.insert(id, Job { id, title, origin, done: 0, total: None, state: "running", detail: String::new() });
        Progress { jobs: self.clone(), id }
    }

    /// Returns a job.
    pub(super) fn get(&self, id: u64) -> Option<Job> {
        self.lock().get(&id).cloned()
    }

    /// Returns the running job that a page has started, if there is one.
    pub(super) fn running(&self, origin: &str) -> Option<Job> {
        self.lock().values().find(|job| job.origin == origin && job.state == "running").cloned()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Job>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress {
    /// Returns the id of the job.
    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// Records the progress.
    pub(super) fn advance(&self, done: usize, total: usize) {
        self.change(|job| (job.done, job.total) = (done, Some(total)));
    }

    /// Records the end.
    pub(super) fn end(&self, result: Result<String>) {
        self.change(|job| match result {
            Ok(detail) => (job.state, job.detail) = ("finished", detail),
            Err(error) => (job.state, job.detail) = ("failed", format!("{error:#}")),
        });
    }

    fn change(&self, change: impl FnOnce(&mut Job)) {
        if let Some(job) = self.jobs.lock().get_mut(&self.id) {
            change(job);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn job_runs_until_its_end() {
        let jobs = Jobs::default();
        let (first, second) = (jobs.start("/a", "a".to_owned()), jobs.start("/a", "b".to_owned()));
        first.advance(1, 2);
        assert_eq!(jobs.running("/a").map(|job| (job.id, job.done, job.total)), Some((1, 1, Some(2))));
        assert!(jobs.running("/b").is_none());
        first.end(Ok("moved 2 messages".to_owned()));
        assert_eq!(jobs.running("/a").map(|job| job.id), Some(second.id()));
        second.end(Err(anyhow::anyhow!("no").context("cannot move")));
        assert_eq!(jobs.get(2).map(|job| (job.state, job.detail)), Some(("failed", "cannot move: no".to_owned())));
        assert!(jobs.running("/a").is_none() && jobs.get(3).is_none());
    }
}
