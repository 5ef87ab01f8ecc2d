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
use crate::output::print_line;
use crate::target::Target;

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

/// Serves the console of a deployment on 127.0.0.1, and prints its address with the token.
///
/// # Errors
///
/// If the port is in use, or the listener fails.
pub async fn serve(target: Target, options: Options) -> Result<()> {
    let Options { workspace, is_production, port } = options;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    let listener = listener.with_context(|| format!("cannot listen on 127.0.0.1:{port}: choose another --port"))?;
    let port = listener.local_addr()?.port();
    let console = Console::new(target, workspace, is_production, port);
    let token = console.session.token().unwrap_or_default();
    print_line(format_args!("http://127.0.0.1:{port}/?token={token}"));
    eprintln!(
        "console of {}: open the address in a browser. It works once and only on this machine. Ctrl-C ends the console",
        console.workspace()
    );
    axum::serve(listener, router(Arc::new(console))).await.context("the console's listener failed")
}

/// Returns all pages and files behind the guard.
pub(super) fn router(console: Arc<Console>) -> Router {
    let style = || file("text/css; charset=utf-8", include_str!("assets/console.css"));
    let script = || file("text/javascript; charset=utf-8", include_str!("assets/console.js"));
    let assets = Router::new().route("/assets/console.css", get(style)).route("/assets/console.js", get(script));
    let guarded = from_fn_with_state(Arc::clone(&console), guard);
    assets.merge(pages::router()).layer(guarded).with_state(console)
}

async fn file(media_type: &'static str, text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, media_type)], text)
}
