use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;

use super::scheme_options::SchemeOptions;
use super::secret_input::{self, PemFiles};
use crate::output::print_line;
use crate::secrets::{SecretForm, SecretStore};
use crate::target::Target;

#[derive(Debug, Args)]
#[command(override_usage = "\
hookline secret set [OPTIONS] <SOURCE>
       hookline secret set [OPTIONS] --destination <NAME>
       hookline secret set [OPTIONS] --recovery <SOURCE>")]
#[command(after_help = "\
The secret comes from standard input or, on a terminal, from a prompt. A line end after the secret is not stored.
The prompt reads one line, so a private key comes from standard input.
The secret of a destination with several values is a JSON object; on a terminal, each value has a prompt.
Without --sender and --scheme, the command reads the scheme from the configuration of the ingest function.

Examples:
  hookline secret set github --service hookline-prod
  hookline secret set github --service hookline-prod <secret.txt
  hookline secret set --destination team --service hookline-prod <url.txt
  hookline secret set --destination bank --service hookline-prod --certificate client.crt --key client.key
  hookline secret set --recovery github --service hookline-prod <app-key.pem")]
pub(super) struct Set {
    /// Name of the source
    #[arg(required_unless_present_any = ["destination", "recovery"], conflicts_with_all = ["destination", "recovery"])]
    source: Option<String>,
    /// Name of the destination whose secret to store
    #[arg(long, value_name = "NAME", conflicts_with_all = ["sender", "scheme", "options"])]
    destination: Option<String>,
    /// Name of the source whose credential for GitHub's API to store: a token, or with `app_id` the App's private key
    #[arg(long, value_name = "SOURCE", conflicts_with_all = ["destination", "sender", "scheme", "options"])]
    recovery: Option<String>,
    #[command(flatten)]
    files: PemFiles,
    #[command(flatten)]
    scheme: SchemeOptions,
}

/// The owner of a secret.
struct Owner {
    /// The source, destination or recovery, for messages.
    title: String,
    secret_name: String,
    form: SecretForm,
}

impl Set {
    pub(super) async fn run(self, target: &Target) -> Result<ExitCode> {
        let owner = self.owner(target).await?;
        let value = secret_input::read(&owner.title, &owner.form.fields(), &self.files)?;
        let secret = match owner.form.parse(Some(value)) {
            Ok(secret) => secret,
            Err(fault) => {
                bail!("the secret cannot be used for {}: {}; nothing was stored", owner.title, fault.reason())
            }
        };
        let is_rotation =
            SecretStore::new(&target.sdk).store(&owner.secret_name, &owner.form.to_stored(&secret)).await?;
        print_line(format_args!("{}", stored(&owner, is_rotation)));
        if let Some(hint) = owner.form.hint(&secret) {
            eprintln!("hint: {hint}");
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn owner(&self, target: &Target) -> Result<Owner> {
        if let Some(destination) = &self.destination {
            return Ok(Owner {
                title: format!("destination `{destination}`"),
                secret_name: target.resources.destination_secret_name(destination),
                form: SecretForm::Destination(target.destination_secret(destination).await?),
            });
        }
        if let Some(source) = &self.recovery {
            return Ok(Owner {
                title: format!("the recovery of source `{source}`"),
                secret_name: target.resources.recovery_secret_name(source),
                form: SecretForm::Recovery(target.recovery_secret(source).await?),
            });
        }
        let source = self.source.as_deref().context("the source is missing")?;
        let scheme = match self.scheme.resolve_if_given()? {
            Some(scheme) => scheme,
            None => target.source_scheme(source).await?,
        };
        Ok(Owner {
            title: format!("source `{source}`"),
            secret_name: target.resources.source_secret_name(source),
            form: SecretForm::Source(scheme),
        })
    }
}

fn stored(owner: &Owner, is_rotation: bool) -> String {
    let Owner { title, secret_name, .. } = owner;
    let previous = match (is_rotation, &owner.form) {
        (false, _) => "it had no value before",
        (true, SecretForm::Source(_)) => "the value before it stays valid until the next rotation",
        (true, SecretForm::Destination(_)) => "the value before it is the previous version",
        (true, SecretForm::Recovery(_)) => "the next run uses it",
    };
    format!("stored the secret of {title} in `{secret_name}`; {previous}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::destination_secret::DestinationSecret;

    #[test]
    fn output_says_whether_the_previous_value_stays_valid() {
        let form = SecretForm::Destination(DestinationSecret::WebhookUrl);
        let owner = Owner {
            title: "destination `team`".to_owned(),
            secret_name: "hookline-prod/destinations/team".to_owned(),
            form,
        };
        assert_eq!(
            stored(&owner, false),
            "stored the secret of destination `team` in `hookline-prod/destinations/team`; it had no value before"
        );
        assert!(stored(&owner, true).ends_with("the value before it is the previous version"));
        let form = SecretForm::Recovery(crate::target::RecoverySecret::Token);
        let owner = Owner { form, ..owner };
        assert!(stored(&owner, true).ends_with("the next run uses it"));
        let github = crate::source_scheme::SourceScheme::of_sender("github").unwrap();
        let owner = Owner { form: SecretForm::Source(github), ..owner };
        assert!(stored(&owner, true).ends_with("the value before it stays valid until the next rotation"));
    }
}
