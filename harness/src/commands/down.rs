use std::process::ExitCode;

use anyhow::Result;

use crate::stack::State;
use crate::system::repository::Repository;
use hookline::output::print_line;

pub(super) async fn run() -> Result<ExitCode> {
    let files = Repository::find()?;
    let _lock = files.lock()?;
    print_line(format_args!("{}", if State::end(&files).await? { "the stack is down" } else { "no stack was up" }));
    Ok(ExitCode::SUCCESS)
}
