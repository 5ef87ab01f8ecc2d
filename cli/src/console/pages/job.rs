//! The progress of a redrive, a deletion or a replay.

use anyhow::{Context, Result};

use crate::console::application::{Console, Reply};
use crate::console::fields::Fields;
use crate::console::jobs::Job;
use crate::console::render::Page;

/// Returns the page of a job.
pub(in crate::console) fn page(job: &Job) -> Page {
    let mut page = Page::new(job.origin, format!("Progress: {}", job.title), "job", job);
    page.is_live = job.state == "running";
    page
}

pub(super) fn show(console: &Console, fields: &Fields) -> Result<Reply> {
    let job = fields.get("id").and_then(|id| console.jobs.get(id.parse().ok()?));
    let job =
        job.context("there is no such job: the console was started after it; look at the page that has started it")?;
    Ok(Reply::Page(page(&job)))
}
