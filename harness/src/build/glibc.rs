//! The glibc version that a program needs. Lambda cannot start a program that was built against a newer glibc than Lambda
//! has, and reports that only in the function's log.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use memchr::memmem;

/// Version in Amazon Linux 2023, and so in the runtime `provided.al2023`.
pub const LAMBDA_VERSION: (u32, u32) = (2, 34);

/// Checks that `provided.al2023` can start a program. `file` is the program, or a package that contains it uncompressed.
///
/// # Errors
///
/// If the program needs a newer glibc, or the file cannot be read.
pub fn check(file: &Path) -> Result<()> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let (major, minor) = newest_required_version(&bytes).unwrap_or_default();
    ensure!(
        (major, minor) <= LAMBDA_VERSION,
        "`{}` needs glibc {major}.{minor}, and Lambda and functions in containers have {}.{}: build on an older system, or \
         run it on this machine with --emulator ministack",
        file.display(),
        LAMBDA_VERSION.0,
        LAMBDA_VERSION.1
    );
    Ok(())
}

/// Returns the newest version among the symbol versions that the program needs.
fn newest_required_version(program: &[u8]) -> Option<(u32, u32)> {
    const PREFIX: &[u8] = b"GLIBC_";
    let versions = memmem::find_iter(program, PREFIX).filter_map(|at| {
        let rest = program.get(at + PREFIX.len()..)?;
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
    fn versions_are_compared_by_number() {
        assert_eq!(newest_required_version(b"\0GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_2.4\0GLIBC_PRIVATE\0"), Some((2, 34)));
        assert_eq!(newest_required_version(b"static"), None);
    }

    #[test]
    fn rejects_program_for_newer_glibc() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"\x7fELF\0GLIBC_2.34\0").unwrap();
        assert!(check(file.path()).is_ok());
        std::fs::write(file.path(), b"\x7fELF\0GLIBC_2.38").unwrap();
        let error = check(file.path()).unwrap_err().to_string();
        assert!(error.contains("needs glibc 2.38, and Lambda and functions in containers have 2.34"), "{error}");
    }
}
