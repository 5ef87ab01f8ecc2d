//! The list of dependencies that `cargo auditable` embeds in a program. `cargo audit bin` reads it from a deployed package
//! and reports dependencies with known vulnerabilities.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use memchr::memmem;

/// Command that installs the tool.
pub const INSTALL: &str = "cargo install --locked cargo-auditable";

/// Checks that a program contains the list. A linker that drops unused sections would leave it out without an error.
///
/// # Errors
///
/// If the list is missing, or the file cannot be read.
pub fn check(program: &Path) -> Result<()> {
    let bytes = std::fs::read(program).with_context(|| format!("cannot read `{}`", program.display()))?;
    // Name of the ELF section, which `strip` keeps.
    ensure!(
        memmem::find(&bytes, b".dep-v0\0").is_some(),
        "`{}` has no list of dependencies: build without --auditable, or report this linker to cargo-auditable",
        program.display()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_program_without_list_of_dependencies() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"\x7fELF\0.text\0.dep-v0\0.data\0").unwrap();
        assert!(check(file.path()).is_ok());
        std::fs::write(file.path(), b"\x7fELF\0.text\0.data\0").unwrap();
        let error = check(file.path()).unwrap_err().to_string();
        assert!(error.contains("has no list of dependencies"), "{error}");
    }
}
