use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use hookline_signature::Secret;
use uuid::Uuid;

use super::request_options::http_url;
use super::scheme_options::{self, SchemeOptions};
use crate::clock::unix_seconds;
use crate::http_request;
use crate::output::print_line;
use crate::signed_event::{Endpoint, SignedEvent};
use crate::target::LocalStack;

#[derive(Debug, Args)]
#[command(after_help = "\
Without --url, the command sends the event to the source of the local stack whose sender it is.
The exit code is 1 if the status of the response is not 2xx.

Examples:
  hookline senders try stripe
  hookline senders try square --url https://hooks.example.com/webhooks/square --secret-file secret.txt")]
pub(super) struct Try {
    /// Sender: its slug, an alias or its name
    sender: String,
    /// Endpoint to use instead of the local stack, with its query
    #[arg(long, requires = "secret_file", value_parser = |text: &str| http_url(text).map(|_| text.to_owned()))]
    url: Option<String>,
    /// File with the sender's secret, for a sender with a key pair its private key; - reads standard input
    #[arg(long, value_name = "FILE", requires = "url")]
    secret_file: Option<PathBuf>,
}

impl Try {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let slug = scheme_options::named_sender(&self.sender)?;
        let endpoint = self.endpoint(slug).await?;
        let id = Uuid::new_v4().to_string();
        let SignedEvent { url, headers, body } =
            SignedEvent::new(&hookline_senders::scheme(slug)?, &endpoint, &id, unix_seconds())?;
        print_line(format_args!("POST {url}"));
        headers.iter().for_each(|(name, value)| print_line(format_args!("{name}: {value}")));
        print_line(format_args!("\n{}\n", String::from_utf8_lossy(&body)));
        let response = http_request::post(&url, &headers, body).await?;
        let milliseconds = response.duration.as_secs_f64() * 1e3;
        print_line(format_args!("status {} after {milliseconds:.0} ms: {}", response.status, response.body));
        Ok(if (200..300).contains(&response.status) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    async fn endpoint(&self, slug: &str) -> Result<Endpoint> {
        if let (Some(url), Some(file)) = (&self.url, &self.secret_file) {
            let scheme = SchemeOptions::of_sender(slug).resolve()?;
            return Ok(Endpoint { url: url.clone(), scheme, secret: scheme_options::read_secret(file)? });
        }
        let Some(stack) = LocalStack::running()? else {
            bail!("no local stack is running: start one with `cargo harness up`, or use --url URL --secret-file FILE")
        };
        let sources = stack.target().source_schemes().await?;
        let mut of_sender = sources.into_iter().filter(|(_, scheme)| scheme.sender.as_deref() == Some(slug));
        let usable =
            of_sender.find_map(|(source, scheme)| Some((stack.signing_key(&source)?.to_owned(), source, scheme)));
        let (key, source, scheme) = usable.with_context(|| {
            format!(
                "the local stack has no source with the sender `{slug}` and a secret: add one in harness/src/stack/sources.rs and \
                 run `cargo harness up`, or use --url URL --secret-file FILE"
            )
        })?;
        Ok(Endpoint { url: stack.webhook_url(&source), scheme, secret: Secret::new(key)? })
    }
}
