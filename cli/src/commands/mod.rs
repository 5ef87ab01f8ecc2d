//! The command line: one file for each command.

mod capacity;
mod capacity_text;
mod completions;
mod confirmation;
mod console;
mod destination;
mod destination_status;
mod dlq;
mod dlq_delete;
mod dlq_table;
mod doctor;
mod event_conditions;
mod events;
mod events_list;
mod events_replay;
mod events_show;
mod events_tail;
mod events_text;
mod filtered;
mod handshake;
mod init;
mod init_options;
mod init_questions;
mod init_text;
mod listed_sender;
mod listen;
mod man;
mod replay;
mod request_options;
mod routes;
mod routes_text;
mod scheme_options;
mod secret;
mod secret_check;
mod secret_input;
mod secret_set;
mod senders;
mod senders_show;
mod senders_try;
mod sign;
mod timestamp;
mod trace;
mod verify;
mod verify_vectors;

use std::process::ExitCode;

use anyhow::Result;
use clap::{CommandFactory, Parser, Subcommand};
use hookline_telemetry::VERSION;

pub use self::routes::explanation_json;

const AFTER_HELP: &str = "\
Examples:
  hookline init --packages-directory target/lambda --directory ../webhooks
  hookline doctor --service hookline-prod
  hookline dlq list --service hookline-prod
  hookline dlq redrive --service hookline-prod --reason 'http_5*' --since 6h --dry-run
  hookline destination status --service hookline-prod
  hookline destination pause ledger --note 'database migration' --service hookline-prod
  hookline console --workspace prod
  hookline listen --workspace dev --source github --to http://127.0.0.1:3000/hook
  hookline capacity --workspace prod --rate 500 --outage-minutes 60
  hookline trace 91776f0d-2cfc-4f7e-bb75-9e6d5668648d --service hookline-prod
  hookline secret set github --service hookline-prod <secret.txt
  hookline secret check --service hookline-prod
  hookline filtered --service hookline-prod --source github --since 6h
  hookline routes explain --event event.json --service hookline-prod
  hookline senders show stripe
  hookline handshake whatsapp --service hookline-prod
  hookline verify --sender github --secret-file secret.txt --body body.json --header 'X-Hub-Signature-256: sha256=…'

Environment variables:
  HOOKLINE_SERVICE    same as --service
  HOOKLINE_WORKSPACE  same as --workspace
  AWS_PROFILE, AWS_REGION, AWS_ACCESS_KEY_ID, …  credentials and region, as for the AWS CLI
  AWS_ENDPOINT_URL    endpoint of an emulator instead of AWS

Exit codes:
  0    success
  1    the command failed, found a problem or did not find an id, a verified request, vector or secret is invalid, or
       the load exceeds a limit
  2    wrong usage
  129, 130, 143  ended by SIGHUP, Ctrl-C or SIGTERM";

/// Operate a Hookline deployment and check webhook signatures
#[derive(Debug, Parser)]
#[command(name = "hookline", version = VERSION.as_str(), max_term_width = 100, after_help = AFTER_HELP)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a Terraform configuration with one source and one destination
    Init(init::Init),
    /// Check a deployment: quotas, secrets, queues, versions, alarms, domain and e-mail
    Doctor(doctor::Doctor),
    /// List, show, redrive, delete or purge the messages of the dead-letter queue
    Dlq(dlq::Dlq),
    /// List, show, replay, follow or delete events of the event log
    Events(events::Events),
    /// Send copies of a source's events to a program on this computer, with the sender's own signature
    #[command(after_help = "\
The program receives the original bytes and the headers in which the sender signs the request, so that it can verify the
real signature. Deliveries to destinations do not change and do not wait. Copies come from a queue that the command
creates with your credentials and removes at its end; nothing becomes public.

The deployment needs `listen = true` in its Terraform configuration, which is meant for development workspaces. A secret
or a token is never copied: for a sender that sends one, the command takes it from the source's secret.

Examples:
  hookline listen --workspace dev --source github --to http://127.0.0.1:3000/hook
  hookline listen --workspace dev --source stripe --to http://127.0.0.1:3000/hook --filter '/type=invoice.paid'")]
    Listen(listen::Listen),
    /// Pause or resume deliveries to a destination, or show the state of all destinations
    Destination(destination::Destination),
    /// Serve a web application on 127.0.0.1 that shows the deployment and operates it
    Console(console::Console),
    /// Compute what an environment can handle, and what an outage of a destination does
    Capacity(capacity::Capacity),
    /// Send the events of a file to the intake queue
    Replay(replay::Replay),
    /// Print the log entries of one event as a timeline
    Trace(trace::Trace),
    /// Show the last events that no route of their source matched
    Filtered(filtered::Filtered),
    /// Explain what the routes do with an event
    Routes(routes::Routes),
    /// Store the secret of a source, destination or recovery, or check the stored secrets
    Secret(secret::Secret),
    /// Print the URL, the verify token and the received keys of a source whose sender checks the URL
    Handshake(handshake::Handshake),
    /// List and show the senders of the catalogue, or send an example event of one
    Senders(senders::Senders),
    /// Print the headers with which a sender signs a body
    Sign(sign::Sign),
    /// Verify the signature of a request and print why it is invalid
    Verify(verify::Verify),
    /// Print a completion script for a shell
    Completions(completions::Completions),
    /// Print the manual page, or write the pages of all commands to a folder
    Man(man::Man),
}

/// Runs one command.
///
/// # Errors
///
/// Any failure of the command, as one line that says what failed and what to do.
pub async fn run(arguments: Arguments) -> Result<ExitCode> {
    // All TLS clients of this program use one cryptography provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match arguments.command {
        Command::Init(init) => init.run().await,
        Command::Doctor(doctor) => doctor.run().await,
        Command::Dlq(dlq) => dlq.run().await,
        Command::Events(events) => events.run().await,
        Command::Listen(listen) => listen.run().await,
        Command::Destination(destination) => destination.run().await,
        Command::Console(console) => console.run().await,
        Command::Capacity(capacity) => capacity.run().await,
        Command::Replay(replay) => replay.run().await,
        Command::Trace(trace) => trace.run().await,
        Command::Filtered(filtered) => filtered.run().await,
        Command::Routes(routes) => routes.run().await,
        Command::Secret(secret) => secret.run().await,
        Command::Handshake(handshake) => handshake.run().await,
        Command::Senders(senders) => senders.run().await,
        Command::Sign(sign) => sign.run(),
        Command::Verify(verify) => verify.run(),
        Command::Completions(completions) => completions.run(Arguments::command()),
        Command::Man(man) => man.run(Arguments::command()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_of_every_command() {
        let mut command = Arguments::command();
        command.build();
        let mut pages = vec![Arguments::command().render_long_help().to_string()];
        let is_documented = |command: &&mut clap::Command| command.get_name() != "help";
        for subcommand in command.get_subcommands_mut().filter(is_documented) {
            pages.push(subcommand.render_long_help().to_string());
            let nested = subcommand.get_subcommands_mut().filter(is_documented);
            pages.extend(nested.map(|nested| nested.render_long_help().to_string()));
        }
        insta::assert_snapshot!(pages.join("\n----\n"));
    }
}
