//! Where the AWS provider comes from: the registry, a person's own CLI configuration, or, where the registry cannot be
//! reached, a mirror on disk.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail};

use crate::system::repository::Repository;

const REGISTRY: &str = "https://registry.terraform.io/.well-known/terraform.json";
const PROVIDER: &str = "registry.terraform.io/hashicorp/aws";

/// The CLI configuration to use, and in a few words where the provider comes from.
pub(super) async fn cli_config(files: &Repository) -> Result<(Option<PathBuf>, String)> {
    let own = std::env::var_os("TF_CLI_CONFIG_FILE").map(PathBuf::from).filter(|file| file.is_file());
    if let Some(file) = own {
        let words = format!("provider as {} says", file.display());
        return Ok((Some(file), words));
    }
    let named = std::env::var_os("TF_PLUGIN_DIR").map(PathBuf::from);
    if named.is_none() && registry_answers().await {
        return Ok((None, "provider from the registry".to_owned()));
    }
    let Some(mirror) = named.into_iter().chain(folders()).find(|folder| folder.join(PROVIDER).is_dir()) else {
        bail!(
            "the Terraform registry cannot be reached and no folder on disk has {PROVIDER}: \
             name one in TF_PLUGIN_DIR (`terraform providers mirror FOLDER` makes it on a machine that is online)"
        );
    };
    let file = files.own.join("terraform.rc");
    std::fs::write(
        &file,
        format!("provider_installation {{\n  filesystem_mirror {{\n    path = {:?}\n  }}\n}}\n", mirror),
    )?;
    Ok((Some(file), format!("provider from the mirror {}", mirror.display())))
}

async fn registry_answers() -> bool {
    let Ok(client) = reqwest::Client::builder().timeout(Duration::from_secs(3)).build() else { return false };
    client.get(REGISTRY).send().await.is_ok_and(|answer| answer.status().is_success())
}

/// [Terraform's implied mirrors](https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories)
/// and the folders under `/opt`.
fn folders() -> Vec<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let data = std::env::var_os("XDG_DATA_HOME").map_or_else(|| home.join(".local/share"), PathBuf::from);
    let mut folders = vec![
        home.join(".terraform.d/plugins"),
        home.join("Library/Application Support/io.terraform/plugins"),
        data.join("terraform/plugins"),
        PathBuf::from("/usr/local/share/terraform/plugins"),
        PathBuf::from("/usr/share/terraform/plugins"),
    ];
    let below = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
    };
    let opt = below(Path::new("/opt"));
    folders.extend(opt.iter().cloned());
    folders.extend(opt.iter().flat_map(|folder| below(folder)));
    folders
}
