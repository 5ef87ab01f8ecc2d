use std::sync::LazyLock;

/// The version of the workspace, with the commit that a package was built from, for instance `1.2.0+3f2a1b9c4d5e`.
///
/// `cargo harness package` and the release workflow set the variable `HOOKLINE_COMMIT` of the build. A build without it has
/// only the version.
pub static VERSION: LazyLock<String> =
    LazyLock::new(|| text(env!("CARGO_PKG_VERSION"), option_env!("HOOKLINE_COMMIT").unwrap_or_default()));

fn text(version: &str, commit: &str) -> String {
    if commit.is_empty() { version.to_owned() } else { format!("{version}+{commit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_the_commit_of_the_build() {
        assert_eq!(text("1.2.0", "3f2a1b9c4d5e"), "1.2.0+3f2a1b9c4d5e");
        assert_eq!(text("1.2.0", ""), "1.2.0");
    }
}
