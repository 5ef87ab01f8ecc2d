use std::process::ExitCode;

use anyhow::Result;
use hookline::output::print_line;

use crate::stack::State;
use crate::system::repository::Repository;

pub(super) async fn run() -> Result<ExitCode> {
    let repository = Repository::find()?;
    let _lock = repository.lock()?;
    let ended = State::take_down(&repository).await?;
    print_line(format_args!("{}", if ended { "ended the stack" } else { "no stack is running" }));
    Ok(ExitCode::SUCCESS)
}
