use std::process::ExitCode;

use anyhow::Result;

use crate::files::Files;
use crate::progress::say;
use crate::stack::State;

pub(super) async fn run() -> Result<ExitCode> {
    let files = Files::find()?;
    let _lock = files.lock()?;
    say(format_args!("{}", if State::end(&files).await? { "the stack is down" } else { "no stack was up" }));
    Ok(ExitCode::SUCCESS)
}
