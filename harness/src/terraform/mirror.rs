//! Installation source of the AWS provider: the user's CLI configuration, the registry, or a mirror on disk if the registry
//! is unreachable.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail};

use crate::system::repository::Repository;

const REGISTRY: &str = "https://registry.terraform.io/.well-known/terraform.json";
const PROVIDER: &str = "registry.terraform.io/hashicorp/aws";

/// Returns the CLI configuration file to use, and a description of the source.
pub(super) async fn cli_config(repository: &Repository) -> Result<(Option<PathBuf>, String)> {
    let user_config = std::env::var_os("TF_CLI_CONFIG_FILE").map(PathBuf::from).filter(|file| file.is_file());
    if let Some(file) = user_config {
        let description = format!("provider from the configuration {}", file.display());
        return Ok((Some(file), description));
    }
    let plugin_folder = std::env::var_os("TF_PLUGIN_DIR").map(PathBuf::from);
    if plugin_folder.is_none() && registry_is_reachable().await {
        return Ok((None, "provider from the registry".to_owned()));
    }
    let mirror = plugin_folder.into_iter().chain(mirror_folders()).find(|folder| folder.join(PROVIDER).is_dir());
    let Some(mirror) = mirror else {
        bail!(
            "the Terraform registry is unreachable, and no folder on disk has {PROVIDER}: set TF_PLUGIN_DIR to a mirror \
             (on an online machine, `terraform providers mirror FOLDER` creates it)"
        );
    };
    let file = repository.harness_directory.join("terraform.rc");
    std::fs::write(
        &file,
        format!("provider_installation {{\n  filesystem_mirror {{\n    path = {:?}\n  }}\n}}\n", mirror),
    )?;
    Ok((Some(file), format!("provider from the mirror {}", mirror.display())))
}

async fn registry_is_reachable() -> bool {
    let Ok(client) = reqwest::Client::builder().timeout(Duration::from_secs(3)).build() else { return false };
    client.get(REGISTRY).send().await.is_ok_and(|response| response.status().is_success())
}

/// Folders of mirrors: [Terraform's implied mirrors](https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories)
/// and the folders below `/opt`.
fn mirror_folders() -> Vec<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let data = std::env::var_os("XDG_DATA_HOME").map_or_else(|| home.join(".local/share"), PathBuf::from);
    let mut folders = vec![
        home.join(".terraform.d/plugins"),
        home.join("Library/Application Support/io.terraform/plugins"),
        data.join("terraform/plugins"),
        PathBuf::from("/usr/local/share/terraform/plugins"),
        PathBuf::from("/usr/share/terraform/plugins"),
    ];
    let subfolders = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
    };
    let opt = subfolders(Path::new("/opt"));
    folders.extend(opt.iter().cloned());
    folders.extend(opt.iter().flat_map(|folder| subfolders(folder)));
    folders
}
