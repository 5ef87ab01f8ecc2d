use std::net::Ipv4Addr;
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::Router;
use axum::http::header;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;

use super::application::Console;
use super::guard::guard;
use super::pages;
use crate::target::Target;

/// The rules that the reports share, and those of the console.
const STYLE: &str = concat!(include_str!("../assets/base.css"), include_str!("assets/console.css"));

/// The options of a console.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The name of the workspace. Without it, pages show the prefix of the deployment.
    pub workspace: Option<String>,
    /// Whether the deployment is production, whatever its name is.
    pub is_production: bool,
    /// The port; 0 for any free one.
    pub port: u16,
}

/// The console of a deployment.
pub struct Server {
    listener: TcpListener,
    console: Console,
    port: u16,
}

impl Server {
    /// Listens on 127.0.0.1.
    ///
    /// # Errors
    ///
    /// If the port is in use.
    pub async fn bind(target: Target, options: Options) -> Result<Self> {
        let Options { workspace, is_production, port } = options;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        let listener = listener.with_context(|| format!("cannot listen on 127.0.0.1:{port}: choose another --port"))?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, console: Console::new(target, workspace, is_production, port), port })
    }

    /// Returns the name of the workspace.
    #[must_use]
    pub fn workspace(&self) -> &str {
        self.console.workspace()
    }

    /// Returns the address with the token, which works once.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/?token={}", self.port, self.console.session.token().unwrap_or_default())
    }

    /// Serves the console until the future is dropped.
    ///
    /// # Errors
    ///
    /// If the listener fails.
    pub async fn run(self) -> Result<()> {
        axum::serve(self.listener, router(Arc::new(self.console))).await.context("the console's listener failed")
    }
}

/// Returns all pages and files behind the guard.
pub(super) fn router(console: Arc<Console>) -> Router {
    let style = || file("text/css; charset=utf-8", STYLE);
    let script = || file("text/javascript; charset=utf-8", include_str!("assets/console.js"));
    let assets = Router::new().route("/assets/console.css", get(style)).route("/assets/console.js", get(script));
    let guarded = from_fn_with_state(Arc::clone(&console), guard);
    assets.merge(pages::router()).layer(guarded).with_state(console)
}

async fn file(media_type: &'static str, text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, media_type)], text)
}
