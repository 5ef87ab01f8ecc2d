//! The values of a configuration: from options, or from prompts on a terminal.

use std::io::{BufRead, Write};

use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;

use super::init_options::{Given, Kind};
use crate::init::{Destination, Domain, Source, values};
use crate::usage::UsageError;

/// A terminal with an operator.
pub(super) struct Terminal<'a> {
    pub(super) input: &'a mut dyn BufRead,
    pub(super) output: &'a mut dyn Write,
}

/// The source, the destination, the region, the environment and the domain.
pub(super) type Values = (Source, Destination, String, String, Option<Domain>);

/// Completes the options with prompts. Without a terminal, a missing option is an error.
pub(super) fn complete(given: Given, terminal: Option<Terminal<'_>>) -> Result<Values> {
    check_usage(&given)?;
    let missing = missing(&given);
    let Some(mut terminal) = terminal else {
        let text = format!("standard input is no terminal: add {}", missing.join(", "));
        ensure!(missing.is_empty(), UsageError(text));
        return values_of(given);
    };
    // A command line with all options needs no prompt for the domain, which is optional.
    let prompts_for_domain = given.domain.is_none() && !missing.is_empty();
    let Given {
        sender: slug,
        destination,
        mut url,
        mut from,
        mut to,
        region,
        name,
        domain: domain_name,
        certificate_arn,
    } = given;
    let slug = terminal.value("Sender, such as github or stripe", slug, values::sender)?;
    let kinds: Vec<_> = Kind::value_variants().iter().filter_map(Kind::to_possible_value).collect();
    let kinds = kinds.iter().map(clap::builder::PossibleValue::get_name).collect::<Vec<_>>().join(", ");
    let destination = terminal.value(&format!("Destination ({kinds})"), destination, |text| {
        Kind::from_str(text, true).map_err(|_| format!("`{text}` is none of {kinds}"))
    })?;
    match destination {
        Kind::Http => url = Some(terminal.value("URL of the destination", url, values::url)?),
        Kind::Email => {
            from = Some(terminal.value("Address that sends the e-mail", from, values::email)?);
            if to.is_empty() {
                to.push(terminal.value("Address that receives the e-mail", None, values::email)?);
            }
        }
        Kind::Slack | Kind::Discord | Kind::MicrosoftTeams => {}
    }
    let region = terminal.value("AWS region, such as eu-west-1", region, values::region)?;
    let name = terminal.value("Name of the environment, such as prod", name, values::environment)?;
    let domain_name = match domain_name {
        None if prompts_for_domain => {
            Some(terminal.value("Domain of the webhook URLs (empty for none)", None, values::optional_domain)?)
        }
        domain_name => domain_name,
    };
    let has_domain = domain_name.as_deref().is_some_and(|name| !name.is_empty());
    let certificate_arn = match certificate_arn {
        None if has_domain => Some(terminal.value("ARN of the domain's certificate in ACM", None, |text| {
            values::certificate_arn(text).and_then(|arn| in_region(arn, &region))
        })?),
        certificate_arn => certificate_arn,
    };
    values_of(Given {
        sender: Some(slug),
        destination: Some(destination),
        url,
        from,
        to,
        region: Some(region),
        name: Some(name),
        domain: domain_name,
        certificate_arn,
    })
}

impl Terminal<'_> {
    /// Returns the given value, or else the first valid one that the operator enters.
    fn value<T>(&mut self, title: &str, given: Option<T>, parse: impl Fn(&str) -> Result<T, String>) -> Result<T> {
        if let Some(value) = given {
            return Ok(value);
        }
        loop {
            write!(self.output, "{title}: ")
                .and_then(|()| self.output.flush())
                .context("cannot write to the terminal")?;
            let mut line = String::new();
            let length = self.input.read_line(&mut line).context("cannot read from the terminal")?;
            ensure!(length > 0, "standard input ended, and nothing was written");
            match parse(line.trim()) {
                Ok(value) => return Ok(value),
                Err(problem) => writeln!(self.output, "  {problem}").context("cannot write to the terminal")?,
            }
        }
    }
}

/// Fails if an option has no effect.
fn check_usage(given: &Given) -> Result<()> {
    let Given { destination, url, from, to, domain, certificate_arn, .. } = given;
    let is_other = |kind| destination.is_some_and(|destination| destination != kind);
    let is_chat = matches!(destination, Some(Kind::Slack | Kind::Discord | Kind::MicrosoftTeams));
    let problem = match () {
        () if url.is_some() && is_chat => {
            "--url is only for the destination `http`: the URL of a chat is a secret, which `hookline secret set` stores"
        }
        () if url.is_some() && is_other(Kind::Http) => "--url is only for the destination `http`",
        () if (from.is_some() || !to.is_empty()) && is_other(Kind::Email) => {
            "--from and --to are only for the destination `email`"
        }
        () if certificate_arn.is_some() && domain.as_deref().is_none_or(str::is_empty) => {
            "--certificate-arn needs --domain"
        }
        () => return Ok(()),
    };
    bail!(UsageError(problem.to_owned()))
}

/// Returns the options that are required and missing.
fn missing(given: &Given) -> Vec<&'static str> {
    let Given { sender, destination, url, from, to, region, name, domain, certificate_arn } = given;
    let has_domain = domain.as_deref().is_some_and(|domain| !domain.is_empty());
    let options = [
        ("--sender", sender.is_none()),
        ("--destination", destination.is_none()),
        ("--url", *destination == Some(Kind::Http) && url.is_none()),
        ("--from", *destination == Some(Kind::Email) && from.is_none()),
        ("--to", *destination == Some(Kind::Email) && to.is_empty()),
        ("--region", region.is_none()),
        ("--name", name.is_none()),
        ("--certificate-arn", has_domain && certificate_arn.is_none()),
    ];
    options.into_iter().filter_map(|(option, is_missing)| is_missing.then_some(option)).collect()
}

/// Returns the values of complete options.
fn values_of(given: Given) -> Result<Values> {
    check_usage(&given)?;
    let Given { sender, destination, url, from, to, region, name, domain, certificate_arn } = given;
    let region = region.context("the region is missing")?;
    let destination = match destination.context("the destination is missing")? {
        Kind::Http => Destination::Http { url: url.context("the URL is missing")? },
        Kind::Slack => Destination::Slack,
        Kind::Discord => Destination::Discord,
        Kind::MicrosoftTeams => Destination::MicrosoftTeams,
        Kind::Email if values::partition(&region) == Some("aws-cn") => {
            bail!(UsageError(format!("the destination `email` cannot be used in {region}, which has no Amazon SES")))
        }
        Kind::Email => Destination::Email { from: from.context("the sender of the e-mail is missing")?, to },
    };
    let domain = match domain.filter(|name| !name.is_empty()) {
        None => None,
        Some(name) => {
            let arn = certificate_arn.context("the certificate is missing")?;
            Some(Domain { name, certificate_arn: in_region(arn, &region).map_err(UsageError)? })
        }
    };
    let source = Source::new(sender.context("the sender is missing")?)?;
    Ok((source, destination, region, name.context("the name is missing")?, domain))
}

/// The domain is regional, so API Gateway needs a certificate of its region.
fn in_region(certificate_arn: String, region: &str) -> Result<String, String> {
    match values::certificate_region(&certificate_arn) {
        Some(other) if other != region => Err(format!("the certificate is in {other}, and must be in {region}")),
        _ => Ok(certificate_arn),
    }
}

#[cfg(test)]
mod tests;
