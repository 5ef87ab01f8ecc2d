use std::io::{IsTerminal, Write};

use anyhow::{Result, ensure};

/// Prompts the operator to confirm on the terminal. Returns false for any reply except `y` and `yes`.
///
/// # Errors
///
/// If standard input is no terminal: then the command needs `--yes`.
pub(super) fn confirm(question: &str) -> Result<bool> {
    ensure!(std::io::stdin().is_terminal(), "standard input is no terminal: confirm with --yes");
    let _ = write!(std::io::stderr(), "{question} [y/N] ");
    let mut reply = String::new();
    std::io::stdin().read_line(&mut reply)?;
    Ok(matches!(reply.trim(), "y" | "Y" | "yes"))
}
