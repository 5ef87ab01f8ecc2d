//! The folder of a configuration, in which either all files are created or none.

use std::fs::{Permissions, create_dir_all, read_dir, remove_file};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

/// Fails if the folder has one of the files, or other files that Terraform would read together with them.
pub(crate) fn check(directory: &Path, names: &[&str]) -> Result<()> {
    let mut found: Vec<_> =
        names.iter().filter(|name| exists(&directory.join(name))).map(|name| (*name).to_owned()).collect();
    let entries = match read_dir(directory) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries.with_context(|| format!("cannot read the folder `{}`", directory.display()))?,
    };
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot read the folder `{}`", directory.display()))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_of_terraform(&name) && !found.contains(&name) {
            found.push(name);
        }
    }
    found.sort();
    ensure!(
        found.is_empty(),
        "`{}` already has {}, and nothing was written: use --directory with another folder",
        directory.display(),
        found.join(", ")
    );
    Ok(())
}

/// Whether Terraform would read the file together with a new configuration: another part, variables, or the state, whose
/// resources an apply of the new configuration would destroy.
fn is_of_terraform(name: &str) -> bool {
    const ENDS: [&str; 7] =
        [".tf", ".tf.json", ".tofu", ".tofu.json", ".tfvars", ".tfvars.json", ".terraform.lock.hcl"];
    name == ".terraform" || name.contains(".tfstate") || ENDS.iter().any(|end| name.ends_with(end))
}

/// A link without a target is a file too.
fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Creates the files. If one cannot be created, or exists, none is left.
///
/// # Errors
///
/// The error names the file.
pub(crate) fn create(directory: &Path, files: &[(&str, String)]) -> Result<Vec<PathBuf>> {
    create_dir_all(directory).with_context(|| format!("cannot create the folder `{}`", directory.display()))?;
    let mut prepared = Vec::new();
    for (name, content) in files {
        let path = directory.join(name);
        let file = prepare(directory, content).with_context(|| format!("cannot write `{}`", path.display()))?;
        prepared.push((path, file));
    }
    let mut created = Vec::new();
    for (path, file) in prepared {
        if let Err(error) = file.persist_noclobber(&path) {
            created.iter().for_each(|path: &PathBuf| drop(remove_file(path)));
            match error.error.kind() {
                ErrorKind::AlreadyExists => bail!("`{}` already exists, and nothing was written", path.display()),
                _ => return Err(error.error).with_context(|| format!("cannot write `{}`", path.display())),
            }
        }
        created.push(path);
    }
    Ok(created)
}

/// Writes a temporary file, which is removed unless it gets its name.
fn prepare(directory: &Path, content: &str) -> std::io::Result<tempfile::NamedTempFile> {
    // Like any new file; the process's mask still applies.
    let permissions = Permissions::from_mode(0o666);
    let mut file =
        tempfile::Builder::new().prefix(".hookline-init-").permissions(permissions).tempfile_in(directory)?;
    file.write_all(content.as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::fs::{read_to_string, write};

    use super::*;

    fn files() -> Vec<(&'static str, String)> {
        vec![("main.tf", "one".to_owned()), (".gitignore", "two".to_owned())]
    }

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<_> = read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn files_are_created_in_a_new_folder() {
        let parent = tempfile::tempdir().unwrap();
        let directory = parent.path().join("a/b");
        check(&directory, &["main.tf", ".gitignore"]).unwrap();
        let created = create(&directory, &files()).unwrap();
        assert_eq!(created, [directory.join("main.tf"), directory.join(".gitignore")]);
        assert_eq!(read_to_string(directory.join("main.tf")).unwrap(), "one");
        assert_eq!(names(&directory), [".gitignore", "main.tf"]);
    }

    #[test]
    fn existing_files_are_named_and_not_changed() {
        let directory = tempfile::tempdir().unwrap();
        for name in ["other.tf", "x.tf.json", ".gitignore", "README.md"] {
            write(directory.path().join(name), "mine").unwrap();
        }
        let error = check(directory.path(), &["main.tf", ".gitignore"]).unwrap_err().to_string();
        assert!(error.contains("already has .gitignore, other.tf, x.tf.json, and nothing was written"), "{error}");
    }

    #[test]
    fn state_and_variables_of_another_configuration_are_named() {
        for name in ["terraform.tfstate", "terraform.tfstate.d", ".terraform", "prod.auto.tfvars", "a.tofu"] {
            let directory = tempfile::tempdir().unwrap();
            create_dir_all(directory.path().join(name)).unwrap();
            let error = check(directory.path(), &["main.tf"]).unwrap_err().to_string();
            assert!(error.contains(&format!("already has {name},")), "{error}");
        }
    }

    #[test]
    fn no_file_is_left_if_one_exists() {
        let directory = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("missing", directory.path().join(".gitignore")).unwrap();
        assert!(check(directory.path(), &["main.tf", ".gitignore"]).is_err());
        let error = create(directory.path(), &files()).unwrap_err().to_string();
        assert!(error.ends_with(".gitignore` already exists, and nothing was written"), "{error}");
        assert_eq!(names(directory.path()), [".gitignore"]);
    }

    #[test]
    fn path_of_a_file_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        write(&file, "").unwrap();
        assert!(check(&file, &["main.tf"]).unwrap_err().to_string().starts_with("cannot read the folder"));
    }
}
