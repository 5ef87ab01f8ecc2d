//! Paths in a configuration: Terraform reads the paths of modules relative to the folder of the configuration.

use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::values;

/// The folder of the module in a clone.
const MODULE: &str = "terraform/modules/hookline";

/// Returns the address of the module: of a folder its path relative to `directory`, anything else as it is.
///
/// # Errors
///
/// If a path is no folder with the module.
pub(crate) fn module_address(module: &str, directory: &Path) -> Result<String> {
    let path = Path::new(module);
    let is_path =
        path.is_absolute() || matches!(path.components().next(), Some(Component::CurDir | Component::ParentDir));
    if !path.is_dir() {
        ensure!(
            !is_path,
            "`{module}` is no folder: --module needs the path of a clone, or an address that Terraform downloads"
        );
        // The address of a registry has three or four parts, and any other one has a host or a scheme.
        let is_address = module.contains(['.', ':']) || module.split('/').count() >= 3;
        ensure!(is_address, "`{module}` is neither a folder nor an address that Terraform downloads");
        return Ok(module.to_owned());
    }
    let folder = [path.join(MODULE), path.to_owned()].into_iter().find(|folder| is_module(folder));
    let folder = folder
        .with_context(|| format!("`{module}` has no module: --module needs the path of a clone or of its {MODULE}"))?;
    relative(directory, &folder)
}

/// Returns the version in an address of Git, such as `github.com/OWNER/hookline//…?ref=v1.0.0`.
pub(crate) fn version_of_address(module: &str) -> Option<String> {
    let (_, query) = module.split_once('?')?;
    let tag = query.split('&').find_map(|option| option.strip_prefix("ref="))?;
    values::version(tag).ok()
}

/// Whether a folder has the module's files. Its submodules and the senders are next to it.
fn is_module(folder: &Path) -> bool {
    folder.join("variables_sources.tf").is_file() && folder.join("../naming").is_dir()
}

/// Returns the module of the clone that contains the working directory.
pub(crate) fn module_of_clone(working_directory: &Path) -> Option<PathBuf> {
    working_directory.ancestors().map(|parent| parent.join(MODULE)).find(|folder| is_module(folder))
}

/// Returns a path from one folder to another, beginning with `./` or `../`. The folders need not exist.
///
/// # Errors
///
/// If a path is not UTF-8, as Terraform's files are.
pub(crate) fn relative(from: &Path, to: &Path) -> Result<String> {
    let (from, to) = (resolved(from)?, resolved(to)?);
    let common = from.components().zip(to.components()).take_while(|(one, other)| one == other).count();
    let up = from.components().skip(common).map(|_| Component::ParentDir);
    let start = if from.components().count() == common { Some(Component::CurDir) } else { None };
    let path: PathBuf = start.into_iter().chain(up).chain(to.components().skip(common)).collect();
    path.to_str().map(str::to_owned).with_context(|| format!("the path `{}` is not UTF-8", path.display()))
}

/// Returns an absolute path. Symbolic links are followed as far as the path exists, because `..` after one leads elsewhere.
fn resolved(path: &Path) -> Result<PathBuf> {
    let absolute = std::path::absolute(path).with_context(|| format!("`{}` is no path", path.display()))?;
    let existing = absolute.ancestors().find_map(|parent| Some((parent, parent.canonicalize().ok()?)));
    let (parent, mut resolved) = existing.with_context(|| format!("cannot read `{}`", absolute.display()))?;
    for component in absolute.strip_prefix(parent).unwrap_or(Path::new("")).components() {
        match component {
            Component::ParentDir => drop(resolved.pop()),
            _ => resolved.push(component),
        }
    }
    Ok(resolved)
}

#[cfg(test)]
mod tests {
    use std::fs::create_dir_all;

    use super::*;

    fn clone() -> tempfile::TempDir {
        let clone = tempfile::tempdir().unwrap();
        let module = clone.path().join(MODULE);
        create_dir_all(&module).unwrap();
        create_dir_all(module.join("../naming")).unwrap();
        std::fs::write(module.join("variables_sources.tf"), "").unwrap();
        clone
    }

    #[test]
    fn folders_are_relative_to_the_configuration() {
        let clone = clone();
        let path = clone.path();
        let module = path.join(MODULE);
        let address =
            |module: &Path, directory: &str| module_address(module.to_str().unwrap(), &path.join(directory)).unwrap();
        assert_eq!(address(path, "hooks"), "../terraform/modules/hookline");
        assert_eq!(address(&module, "a/b"), "../../terraform/modules/hookline");
        assert_eq!(address(&module, ""), "./terraform/modules/hookline");
        assert_eq!(address(&module, "terraform/modules/hookline/x/.."), ".");
        assert_eq!(module_of_clone(&module.join("tests")), Some(module));
        assert_eq!(module_of_clone(Path::new("/")), None);
    }

    #[test]
    fn symbolic_link_of_the_configuration_is_followed() {
        let (clone, other) = (clone(), tempfile::tempdir().unwrap());
        let link = clone.path().join("link");
        std::os::unix::fs::symlink(other.path(), &link).unwrap();
        let address = module_address(clone.path().to_str().unwrap(), &link.join("new")).unwrap();
        let folder = other.path().canonicalize().unwrap().join("new").join(&address);
        create_dir_all(other.path().join("new")).unwrap();
        assert_eq!(folder.canonicalize().unwrap(), clone.path().join(MODULE).canonicalize().unwrap());
    }

    #[test]
    fn version_is_the_tag_in_the_address() {
        let version = |query: &str| version_of_address(&format!("github.com/octo-org/hookline//terraform{query}"));
        assert_eq!(version("?depth=1&ref=v1.2.0").as_deref(), Some("1.2.0"));
        assert_eq!([version(""), version("?ref=main"), version("?depth=1")], [None, None, None]);
    }

    #[test]
    fn addresses_are_not_changed_and_wrong_paths_are_errors() {
        let directory = tempfile::tempdir().unwrap();
        let address = "github.com/octo-org/hookline//terraform/modules/hookline?ref=v1.0.0";
        assert_eq!(module_address(address, directory.path()).unwrap(), address);
        let error = module_address("../missing/hookline", directory.path()).unwrap_err();
        assert!(error.to_string().contains("`../missing/hookline` is no folder"), "{error}");
        let error = module_address("hookline", directory.path()).unwrap_err();
        assert!(error.to_string().contains("`hookline` is neither"), "{error}");
        let empty = directory.path().to_str().unwrap();
        let error = module_address(empty, directory.path()).unwrap_err();
        assert!(error.to_string().contains("has no module"), "{error}");
    }
}
