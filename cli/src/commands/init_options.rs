//! The options of `hookline init` that are the values of a configuration.

use clap::{Args, ValueEnum};

use crate::init::values;

/// The values for which the command prompts if an option is missing.
#[derive(Debug, Default, Args)]
pub(super) struct Given {
    /// Sender: its slug, an alias or its name
    #[arg(long, value_name = "SENDER", value_parser = values::sender)]
    pub(super) sender: Option<&'static str>,
    /// Kind of the destination
    #[arg(long, value_name = "KIND")]
    pub(super) destination: Option<Kind>,
    /// URL of the destination `http`
    #[arg(long, value_name = "URL", value_parser = values::url)]
    pub(super) url: Option<String>,
    /// Address that sends the e-mail of the destination `email`
    #[arg(long, value_name = "ADDRESS", value_parser = values::email)]
    pub(super) from: Option<String>,
    /// Address that receives the e-mail; may be repeated
    #[arg(long, value_name = "ADDRESS", value_parser = values::email)]
    pub(super) to: Vec<String>,
    /// AWS region
    #[arg(long, value_name = "REGION", value_parser = values::region)]
    pub(super) region: Option<String>,
    /// Name of the environment, such as `prod`: names in AWS begin with `hookline-<name>`
    #[arg(long, value_name = "NAME", value_parser = values::environment)]
    pub(super) name: Option<String>,
    /// Domain of the webhook URLs; an empty value means API Gateway's own host name
    #[arg(long, value_name = "DOMAIN", value_parser = values::optional_domain)]
    pub(super) domain: Option<String>,
    /// ARN of the domain's certificate in ACM, in the same region
    #[arg(long, value_name = "ARN", value_parser = values::certificate_arn)]
    pub(super) certificate_arn: Option<String>,
}

/// Kinds of destinations that need no other resource in AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    Http,
    Slack,
    Discord,
    #[value(alias = "teams")]
    MicrosoftTeams,
    Email,
}
