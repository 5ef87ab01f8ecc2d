use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use comfy_table::{Table, presets};
use hookline_senders::UNSUPPORTED;
use hookline_signature::Trust;

use super::listed_sender::{Listed, name};
use super::scheme_options::named_sender;
use super::senders_show;
use super::senders_try::Try;
use crate::output::print_line;

#[derive(Debug, Args)]
pub(super) struct Senders {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the senders of the catalogue
    List(List),
    /// Show what an operator needs to know about a sender
    Show(Show),
    /// Send a correctly signed example event of a sender to the local stack, or to a URL
    Try(Try),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Trust is what a valid request proves:
  body      the sender signs the body
  envelope  the sender signs some values, but not the whole body
  token     the request only has the shared secret

Examples:
  hookline senders list pay
  hookline senders list --trust token --json")]
struct List {
    /// Text in the name of the sender
    text: Option<String>,
    /// Only senders with this trust
    #[arg(long)]
    trust: Option<TrustOption>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum TrustOption {
    Body,
    Envelope,
    Token,
}

#[derive(Debug, Args)]
struct Show {
    /// Sender: its slug, an alias or its name
    sender: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Senders {
    pub(super) async fn run(self) -> Result<ExitCode> {
        match self.command {
            Command::List(list) => list.run(),
            Command::Show(show) => show.run(),
            Command::Try(try_sender) => try_sender.run().await,
        }
    }
}

impl Show {
    fn run(&self) -> Result<ExitCode> {
        let listed = Listed::read(named_sender(&self.sender)?)?;
        if self.json {
            print_line(format_args!("{}", serde_json::to_string_pretty(&senders_show::row(&listed)?)?));
        } else {
            print_line(format_args!("{}", senders_show::text(&listed)?));
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl List {
    fn run(&self) -> Result<ExitCode> {
        let all = hookline_senders::slugs().map(Listed::read).collect::<Result<Vec<_>>>()?;
        let listed: Vec<_> = all.iter().filter(|listed| self.matches(listed)).collect();
        if self.json {
            let rows: Vec<_> = listed.iter().map(|listed| listed.row()).collect();
            print_line(format_args!("{}", serde_json::to_string_pretty(&rows)?));
        } else {
            let unsupported = unsupported(self.text.as_deref());
            if !listed.is_empty() || unsupported.is_empty() {
                print_line(format_args!("{}", table(&listed)));
            }
            unsupported.iter().for_each(|line| print_line(format_args!("{line}")));
        }
        Ok(ExitCode::SUCCESS)
    }

    fn matches(&self, Listed { slug, sender, .. }: &Listed) -> bool {
        let wanted = self.text.as_deref().unwrap_or_default().to_lowercase();
        let trust = self.trust.map(|trust| match trust {
            TrustOption::Body => Trust::Body,
            TrustOption::Envelope => Trust::Envelope,
            TrustOption::Token => Trust::Token,
        });
        let mut names = sender.aliases.iter().map(String::as_str).chain([*slug, sender.name.as_str()]);
        trust.is_none_or(|trust| trust == sender.trust) && names.any(|name| name.to_lowercase().contains(&wanted))
    }
}

/// Returns the senders with this text in their names that cannot be supported, with the reasons.
fn unsupported(text: Option<&str>) -> Vec<String> {
    let Some(text) = text.map(str::to_lowercase) else { return Vec::new() };
    let matching = UNSUPPORTED.iter().filter(|(name, _)| name.contains(&text));
    matching.map(|(name, reason)| format!("`{name}` is not supported: {reason}")).collect()
}

fn table(listed: &[&Listed]) -> String {
    if listed.is_empty() {
        return "no such sender: a source can spell out its `scheme`".to_owned();
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["sender", "name", "algorithm", "trust", "confirmed"]);
    for listed in listed {
        let confirmed = if listed.sender.unconfirmed.is_none() { "yes" } else { "no" };
        let algorithms = listed.algorithms().join(", ");
        table.add_row([listed.slug, &listed.sender.name, &algorithms, &name(&listed.sender.trust), confirmed]);
    }
    format!("{table}\n{} senders", listed.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(text: Option<&str>, trust: Option<TrustOption>) -> Vec<Listed> {
        let list = List { text: text.map(str::to_owned), trust, json: false };
        let all = hookline_senders::slugs().map(|slug| Listed::read(slug).unwrap());
        all.filter(|listed| list.matches(listed)).collect()
    }

    #[test]
    fn table_has_a_row_for_each_matching_sender() {
        let found: Vec<_> =
            ["discord", "svix", "messagebird"].iter().flat_map(|text| listed(Some(text), None)).collect();
        insta::assert_snapshot!(table(&found.iter().collect::<Vec<_>>()));
        insta::assert_json_snapshot!(found.iter().map(Listed::row).collect::<Vec<_>>());
        assert!(table(&[]).contains("no such sender"));
        let reasons = unsupported(Some("PayPal"));
        assert!(reasons.len() == 1 && reasons[0].starts_with("`paypal` is not supported: "), "{reasons:?}");
        assert_eq!(unsupported(None), [""; 0]);
    }

    #[test]
    fn senders_are_selected_by_text_and_trust() {
        let slugs = |text, trust| listed(text, trust).iter().map(|listed| listed.slug).collect::<Vec<_>>();
        assert_eq!(slugs(Some("GitHub"), None), ["github"]);
        assert!(slugs(None, Some(TrustOption::Token)).contains(&"gitlab"));
        assert!(!slugs(None, Some(TrustOption::Body)).contains(&"gitlab"));
        assert!(slugs(None, Some(TrustOption::Envelope)).contains(&"adyen"));
        assert_eq!(slugs(None, None).len(), hookline_senders::slugs().count());
    }
}
