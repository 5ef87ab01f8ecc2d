use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use hookline_signature::Message;
use serde_json::json;
use uuid::Uuid;

use super::scheme::{self, SchemeArguments};
use crate::progress::say;
use crate::sender::now;

#[derive(Debug, Args)]
pub(super) struct Sign {
    #[command(flatten)]
    scheme: SchemeArguments,
    /// File with the secret, every byte of it; - is standard input
    #[arg(long, value_name = "FILE")]
    secret_file: PathBuf,
    /// File with the body; - is standard input
    #[arg(long, value_name = "FILE")]
    body: PathBuf,
    /// Seconds since 1970, instead of now
    #[arg(long)]
    now: Option<i64>,
    /// The message's id, instead of a random one
    #[arg(long)]
    id: Option<String>,
    /// The URL that it goes to, for twilio
    #[arg(long, default_value = "")]
    url: String,
    /// The body is a form, which twilio signs in another way
    #[arg(long)]
    form: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Sign {
    pub(super) fn run(self) -> Result<ExitCode> {
        let scheme = self.scheme.resolve()?;
        let ((secret, _), body) = (scheme::secret(&self.secret_file)?, scheme::read(&self.body)?);
        let id = self.id.unwrap_or_else(|| Uuid::new_v4().to_string());
        let now = self.now.unwrap_or_else(now);
        let message = Message { body: &body, now, id: &id, url: &self.url, form: self.form };
        let signed = scheme.sign(message, &secret)?;
        if self.json {
            let headers: Vec<_> =
                signed.headers.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
            let query = signed.query.map(|(name, value)| json!({ "name": name, "value": value }));
            say(format_args!("{}", serde_json::to_string_pretty(&json!({ "headers": headers, "query": query }))?));
            return Ok(ExitCode::SUCCESS);
        }
        for (name, value) in &signed.headers {
            say(format_args!("{name}: {value}"));
        }
        if let Some((name, value)) = &signed.query {
            eprintln!("and to the URL: {name}={value}");
        }
        Ok(ExitCode::SUCCESS)
    }
}
