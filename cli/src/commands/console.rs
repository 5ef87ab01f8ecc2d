use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::console::{Options, Server};
use crate::output::print_line;
use crate::target::TargetOptions;

#[derive(Debug, Args)]
#[command(after_help = "\
The command prints an address with a token that works once, and serves the console until Ctrl-C. It listens on
127.0.0.1 only, and uses the AWS credentials of the terminal. Pages of production look different, and actions there need
the name of the workspace. A workspace whose name begins with prod is production.

Examples:
  hookline console
  hookline console --workspace prod
  hookline console --service hookline-live --production --port 8081")]
pub(super) struct Console {
    #[command(flatten)]
    target: TargetOptions,
    /// Port to listen on; default: any free port
    #[arg(long, value_name = "PORT", default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// Treat the deployment as production, whatever its name is
    #[arg(long)]
    production: bool,
}

impl Console {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let target = self.target.find().await?;
        let workspace = self.target.workspace().map(str::to_owned);
        let options = Options { workspace, is_production: self.production, port: self.port };
        let server = Server::bind(target, options).await?;
        print_line(format_args!("{}", server.url()));
        eprintln!(
            "console of {}: open the address in a browser. It works once and only on this machine. Ctrl-C ends the console",
            server.workspace()
        );
        server.run().await?;
        Ok(ExitCode::SUCCESS)
    }
}
