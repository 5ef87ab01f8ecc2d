//! The copy of `terraform/` that a run works in: what is committed there, and nothing that a person keeps beside it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// What Terraform itself keeps in the copy.
const KEPT: [&str; 3] = [".terraform", ".terraform.lock.hcl", "terraform.tfstate.d"];

/// Every file of the configuration, sorted: no state, no working folder, no variables that are loaded by themselves.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut left = vec![folder.to_path_buf()];
    while let Some(folder) = left.pop() {
        for entry in std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name == ".terraform" || name.contains(".tfstate") || name.contains(".auto.tfvars") {
                continue;
            }
            if path.is_dir() { left.push(path) } else { found.push(path) }
        }
    }
    found.retain(|path| *path != folder.join("terraform.tfvars"));
    found.sort();
    Ok(found)
}

/// Makes `to` what `from` is; `fresh` also forgets what Terraform kept of an earlier run.
pub(super) fn refresh(from: &Path, to: &Path, fresh: bool) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(to)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        if !fresh && KEPT.iter().any(|kept| name == *kept) {
            continue;
        }
        let removed = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        removed.with_context(|| format!("cannot remove {}", path.display()))?;
    }
    for source in files(from)? {
        let target = to.join(source.strip_prefix(from)?);
        std::fs::create_dir_all(target.parent().context("a file is in a folder")?)?;
        std::fs::copy(&source, &target).with_context(|| format!("cannot copy {}", source.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_follows_its_source_and_leaves_out_what_is_a_persons_own() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let write = |name: &str| {
            let path = from.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, name).unwrap();
        };
        for name in [
            "main.tf",
            "old.tf",
            "modules/queue/main.tf",
            "terraform.tfstate",
            "mine.auto.tfvars",
            "terraform.tfvars",
            ".terraform/x",
        ] {
            write(name);
        }
        refresh(from.path(), to.path(), true).unwrap();
        std::fs::create_dir(to.path().join("terraform.tfstate.d")).unwrap();
        std::fs::remove_file(from.path().join("old.tf")).unwrap();
        refresh(from.path(), to.path(), false).unwrap();
        let names = |folder: &Path| -> Vec<_> {
            files(folder).unwrap().iter().map(|path| path.strip_prefix(folder).unwrap().display().to_string()).collect()
        };
        assert_eq!(names(to.path()), ["main.tf", "modules/queue/main.tf"]);
        assert!(to.path().join("terraform.tfstate.d").exists());
        refresh(from.path(), to.path(), true).unwrap();
        assert!(!to.path().join("terraform.tfstate.d").exists());
    }
}
