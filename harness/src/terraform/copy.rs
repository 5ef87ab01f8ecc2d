//! The copy of `terraform/` that a run works in. It contains the committed files and no file that a user keeps next to them.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::system::repository::Repository;

/// The folder of the catalogue of senders, which the configuration reads. It is next to `terraform/`.
pub(super) const SENDERS: &str = "senders";

/// Files and folders that Terraform itself writes into the copy.
const WRITTEN_BY_TERRAFORM: [&str; 3] = [".terraform", ".terraform.lock.hcl", "terraform.tfstate.d"];

/// Returns all files of the configuration, sorted: without state, working folders and automatically loaded variables.
pub(super) fn configuration_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut remaining = vec![folder.to_path_buf()];
    while let Some(folder) = remaining.pop() {
        for entry in std::fs::read_dir(&folder).with_context(|| format!("cannot read `{}`", folder.display()))? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name == ".terraform" || name.contains(".tfstate") || name.contains(".auto.tfvars") {
                continue;
            }
            if path.is_dir() { remaining.push(path) } else { found.push(path) }
        }
    }
    found.retain(|path| *path != folder.join("terraform.tfvars"));
    found.sort();
    Ok(found)
}

/// Updates the copy `to` with the files of `from`. With `fresh`, also removes the files that Terraform wrote in an earlier
/// run.
pub(super) fn refresh(from: &Path, to: &Path, fresh: bool) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(to)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        if !fresh && WRITTEN_BY_TERRAFORM.iter().any(|written| name == *written) {
            continue;
        }
        let removed = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        removed.with_context(|| format!("cannot remove `{}`", path.display()))?;
    }
    for source in configuration_files(from)? {
        let target = to.join(source.strip_prefix(from)?);
        std::fs::create_dir_all(target.parent().context("the file has no parent folder")?)?;
        std::fs::copy(&source, &target).with_context(|| format!("cannot copy `{}`", source.display()))?;
    }
    Ok(())
}

/// Makes the catalogue of senders available next to the copies. Copies that are prepared at the same time share it.
pub(super) fn link_senders(repository: &Repository) -> Result<()> {
    let (senders, link) = (repository.root.join(SENDERS), repository.harness_directory.join(SENDERS));
    match std::os::unix::fs::symlink(&senders, &link) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            Err(error).with_context(|| format!("cannot create `{}`", link.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refresh_follows_the_source_and_excludes_local_files() {
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
            "local.auto.tfvars",
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
            configuration_files(folder)
                .unwrap()
                .iter()
                .map(|path| path.strip_prefix(folder).unwrap().display().to_string())
                .collect()
        };
        assert_eq!(names(to.path()), ["main.tf", "modules/queue/main.tf"]);
        assert!(to.path().join("terraform.tfstate.d").exists());
        refresh(from.path(), to.path(), true).unwrap();
        assert!(!to.path().join("terraform.tfstate.d").exists());
    }
}
