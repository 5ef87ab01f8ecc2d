use std::net::{Ipv4Addr, TcpListener};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::process::{Child, Command};

use crate::system::wait;

/// The programs, and what installs them.
const PROGRAMS: [&str; 2] = ["chromedriver", "chromium"];

/// Returns why no browser can be started, or `None`.
pub(crate) fn unavailable_reason() -> Option<String> {
    let is_found = |name: &&str| {
        let folders = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&folders).any(|folder| folder.join(name).is_file())
    };
    let missing: Vec<_> = PROGRAMS.iter().copied().filter(|name| !is_found(name)).collect();
    (!missing.is_empty()).then(|| {
        format!("{} is not on the PATH: `apt-get install chromium chromium-driver` installs it", missing.join(" and "))
    })
}

/// A running chromedriver. It ends with this value, and the browser with it.
#[derive(Debug)]
pub(super) struct Driver {
    url: String,
    _child: Child,
}

impl Driver {
    pub(super) async fn start() -> Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={port}")).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.kill_on_drop(true).spawn().context("cannot start chromedriver")?;
        let url = format!("http://127.0.0.1:{port}");
        let client = reqwest::Client::builder().no_proxy().build()?;
        wait::until("chromedriver to respond", Duration::from_secs(20), async || {
            let status = client.get(format!("{url}/status")).send().await;
            Ok(status.is_ok_and(|response| response.status().is_success()).then_some(()))
        })
        .await?;
        Ok(Self { url, _child: child })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }
}
