//! Log files of programs that the launcher or the harness starts.

use std::path::Path;

/// Returns the last lines of a log that are not blank, indented for an error message.
#[must_use]
pub fn tail(log: &Path, lines: usize) -> String {
    let text = std::fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let all: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    all.iter().skip(all.len().saturating_sub(lines)).map(|line| format!("  {line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tail_skips_blank_lines() {
        let file = std::env::temp_dir().join(format!("launcher-tail-{}", std::process::id()));
        std::fs::write(&file, "one\ntwo\n\nthree\n").unwrap();
        assert_eq!(tail(&file, 2), "  two\n  three\n");
        std::fs::remove_file(&file).unwrap();
    }
}
