//! Configuration C library a program needs. One that was built on a newer system than the function's does not start there, and
//! says so only in the function's log.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use memchr::memmem;

/// What Amazon Linux 2023 has, and with it the runtime `provided.al2023`.
pub const LAMBDA: (u32, u32) = (2, 34);

/// Refuses a program, or a package that holds one uncompressed, that `provided.al2023` cannot start.
pub fn check(package: &Path) -> Result<()> {
    let bytes = std::fs::read(package).with_context(|| format!("cannot read {}", package.display()))?;
    let (major, minor) = newest(&bytes).unwrap_or_default();
    ensure!(
        (major, minor) <= LAMBDA,
        "{} needs glibc {major}.{minor}, and Lambda and functions in containers have {}.{}: build on an older system; \
         --emulator ministack runs it here",
        package.display(),
        LAMBDA.0,
        LAMBDA.1
    );
    Ok(())
}

/// The newest version that a symbol is needed in.
fn newest(program: &[u8]) -> Option<(u32, u32)> {
    const MARK: &[u8] = b"GLIBC_";
    let versions = memmem::find_iter(program, MARK).filter_map(|at| {
        let rest = program.get(at + MARK.len()..)?;
        let end = rest.iter().position(|byte| !(byte.is_ascii_digit() || *byte == b'.')).unwrap_or(rest.len());
        let (major, minor) = std::str::from_utf8(rest.get(..end.min(16))?).ok()?.split_once('.')?;
        Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?))
    });
    versions.max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_is_compared_by_number() {
        assert_eq!(newest(b"\0GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_2.4\0GLIBC_PRIVATE\0"), Some((2, 34)));
        assert_eq!(newest(b"static"), None);
    }

    #[test]
    fn a_program_for_a_newer_system_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"\x7fELF\0GLIBC_2.34\0").unwrap();
        assert!(check(file.path()).is_ok());
        std::fs::write(file.path(), b"\x7fELF\0GLIBC_2.38").unwrap();
        let error = check(file.path()).unwrap_err().to_string();
        assert!(error.contains("needs glibc 2.38, and Lambda and functions in containers have 2.34"), "{error}");
    }
}
