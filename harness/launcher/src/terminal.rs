//! Progress lines on standard error.

use std::io::IsTerminal;

/// Prints a line. On a terminal, it replaces cargo's progress bar, which cargo then draws again.
pub(crate) fn print_line(line: &str) {
    let clear = if std::io::stderr().is_terminal() { "\r\x1b[K" } else { "" };
    eprintln!("{clear}{line}");
}
