use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use hookline_signature::Message;
use serde_json::json;
use uuid::Uuid;

use super::scheme_options::{self, SchemeOptions};
use crate::clock::unix_seconds;
use crate::output::print_line;

#[derive(Debug, Args)]
pub(super) struct Sign {
    #[command(flatten)]
    scheme: SchemeOptions,
    /// File with the secret; a line end after it is ignored; - reads standard input
    #[arg(long, value_name = "FILE")]
    secret_file: PathBuf,
    /// File with the body; - reads standard input
    #[arg(long, value_name = "FILE")]
    body: PathBuf,
    /// Time of the signature in seconds since 1970; default: now
    #[arg(long, value_name = "SECONDS")]
    now: Option<i64>,
    /// Id of the message; default: a random UUID
    #[arg(long)]
    id: Option<String>,
    /// URL that receives the request, for twilio
    #[arg(long, default_value = "", hide_default_value = true)]
    url: String,
    /// Sign the body as a form, for twilio
    #[arg(long)]
    form: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Sign {
    pub(super) fn run(self) -> Result<ExitCode> {
        let scheme = self.scheme.resolve()?;
        let secret = scheme_options::read_secret(&self.secret_file)?;
        let body = scheme_options::read(&self.body)?;
        let id = self.id.unwrap_or_else(|| Uuid::new_v4().to_string());
        let now = self.now.unwrap_or_else(unix_seconds);
        let message = Message { body: &body, now, id: &id, url: &self.url, is_form: self.form };
        let signed = scheme.sign(message, &secret)?;
        let pair = |(name, value): &(String, String)| json!({ "name": name, "value": value });
        if self.json {
            let headers: Vec<_> = signed.headers.iter().map(pair).collect();
            let query = signed.query.as_ref().map(pair);
            print_line(format_args!(
                "{}",
                serde_json::to_string_pretty(&json!({ "headers": headers, "query": query }))?
            ));
            return Ok(ExitCode::SUCCESS);
        }
        for (name, value) in &signed.headers {
            print_line(format_args!("{name}: {value}"));
        }
        if let Some((name, value)) = &signed.query {
            eprintln!("append to the URL's query: {name}={value}");
        }
        Ok(ExitCode::SUCCESS)
    }
}
