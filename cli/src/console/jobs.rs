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

/// Reports the progress of one job. A job whose operation ends without a result has failed.
#[derive(Debug)]
pub(super) struct Progress {
    jobs: Jobs,
    id: u64,
}

impl Jobs {
    /// Adds a running job.
    pub(super) fn start(&self, origin: &'static str, title: String) -> Progress {
        self.add(&mut self.lock(), origin, title)
    }

    /// Adds a running job, if no other job of this page runs.
    ///
    /// # Errors
    ///
    /// The id of the running job.
    pub(super) fn start_alone(&self, origin: &'static str, title: String) -> Result<Progress, u64> {
        let mut jobs = self.lock();
        match running(&jobs, origin) {
            Some(job) => Err(job.id),
            None => Ok(self.add(&mut jobs, origin, title)),
        }
    }

    fn add(&self, jobs: &mut BTreeMap<u64, Job>, origin: &'static str, title: String) -> Progress {
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
        running(&self.lock(), origin).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Job>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn running<'j>(jobs: &'j BTreeMap<u64, Job>, origin: &str) -> Option<&'j Job> {
    jobs.values().find(|job| job.origin == origin && job.state == "running")
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

impl Drop for Progress {
    /// Ends the job of an operation that has stopped, so that it does not hinder the next one.
    fn drop(&mut self) {
        self.change(|job| {
            if job.state == "running" {
                (job.state, job.detail) = ("failed", "the operation has ended unexpectedly".to_owned());
            }
        });
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

    #[test]
    fn job_that_runs_alone_waits_for_the_end_of_another_one() {
        let jobs = Jobs::default();
        let start = |origin| jobs.start_alone(origin, String::new());
        let (first, _other) = (start("/a").unwrap(), start("/b").unwrap());
        assert_eq!(start("/a").unwrap_err(), 1);
        // An operation that panics drops its progress.
        drop(first);
        let detail = jobs.get(1).map(|job| (job.state, job.detail));
        assert_eq!(detail, Some(("failed", "the operation has ended unexpectedly".to_owned())));
        assert_eq!(start("/a").unwrap().id(), 3);
    }
}
