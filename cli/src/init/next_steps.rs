//! What an operator does after `hookline init`, from the packages to the first webhook.

use serde::Serialize;

use super::{Configuration, Destination, Packages};

/// Where `terraform init` puts the repository of a module that it downloads.
const DOWNLOADED: &str = ".terraform/modules/hookline";
const INIT: &str = "terraform init";

/// One step. The commands run in the folder of the configuration, unless the note says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct NextStep {
    pub(crate) title: String,
    pub(crate) commands: Vec<String>,
    pub(crate) note: Option<String>,
}

impl NextStep {
    fn new(title: impl Into<String>, commands: Vec<String>) -> Self {
        Self { title: title.into(), commands, note: None }
    }

    fn note(self, note: impl Into<String>) -> Self {
        Self { note: Some(note.into()), ..self }
    }
}

/// Returns the steps in their order.
pub(crate) fn next_steps(configuration: &Configuration) -> Vec<NextStep> {
    let Configuration { source, destination, region, domain, .. } = configuration;
    let mut steps: Vec<_> = packages(configuration).into_iter().collect();
    if let Destination::Email { from, .. } = destination {
        steps.push(NextStep::new(format!("Verify {from} in Amazon SES in {region}"), Vec::new()));
    }
    let is_initialised = steps.iter().any(|step| step.commands.iter().any(|command| command == INIT));
    let commands = (!is_initialised).then_some(INIT).into_iter().chain(["terraform apply"]);
    steps.push(NextStep::new("Create the resources", commands.map(str::to_owned).collect()));
    if let Some(domain) = domain {
        let commands = vec!["terraform output domain_target".to_owned()];
        steps.push(NextStep::new(format!("Create an alias record for {} with these values", domain.name), commands));
    }
    let set_source = hookline(configuration, &format!("secret set {}", source.slug));
    let set_destination = hookline(configuration, &format!("secret set --destination {}", destination.name()));
    let check = hookline(configuration, "secret check");
    let target = destination.secret().map(|secret| format!("Secret of {}: {secret}.", destination.name()));
    let own = format!("Secret of {}: {}", source.slug, source.sender.secret);
    // Some senders bring the key when they check the URL, so there is none to store before.
    if source.brings_key() {
        if let Some(note) = target {
            steps.push(NextStep::new("Store the secret of the destination", vec![set_destination]).note(note));
        }
        steps.push(webhook(configuration));
        steps.push(NextStep::new("Store the key that the sender has sent", vec![set_source, check]).note(own));
    } else {
        let note = target.iter().fold(own, |own, target| format!("{own} {target}"));
        let commands = [Some(set_source), target.map(|_| set_destination), Some(check)].into_iter().flatten();
        steps.push(NextStep::new("Store the secrets", commands.collect()).note(note));
        steps.push(webhook(configuration));
    }
    steps.push(NextStep::new("Check the deployment", vec![hookline(configuration, "doctor")]));
    steps
}

fn packages(configuration: &Configuration) -> Option<NextStep> {
    match &configuration.packages {
        Packages::Directory { is_built: true, .. } => None,
        Packages::Directory { path, .. } => {
            let step = NextStep::new("Build the packages in the clone", vec!["cargo harness package".to_owned()]);
            let expected = format!("{path} must have ingest/bootstrap.zip and process/bootstrap.zip afterwards.");
            Some(step.note(format!("Run the command in the clone. {expected}")))
        }
        Packages::Version(version) => {
            let module = &configuration.module;
            let is_local = module.starts_with("./") || module.starts_with("../");
            let clone = module.strip_suffix("/terraform/modules/hookline").filter(|_| is_local).unwrap_or(DOWNLOADED);
            let from = release(module, version);
            let download = format!(
                "{} {version} --from {}",
                quoted(&format!("{clone}/scripts/packages.sh")),
                from.as_deref().unwrap_or("RELEASE")
            );
            let first = (!is_local).then(|| INIT.to_owned());
            let step = NextStep::new("Download the packages", first.into_iter().chain([download]).collect());
            Some(match from {
                Some(_) => step,
                None => step.note("RELEASE is the address, or a folder, with the files of the release."),
            })
        }
    }
}

/// Returns the address of the release's files if the module comes from GitHub.
fn release(module: &str, version: &str) -> Option<String> {
    let mut parts = module.strip_prefix("github.com/")?.split("//").next()?.split('/');
    let (owner, repository) = (parts.next()?, parts.next()?.trim_end_matches(".git"));
    Some(quoted(&format!("https://github.com/{owner}/{repository}/releases/download/v{version}")))
}

fn webhook(configuration: &Configuration) -> NextStep {
    let source = &configuration.source;
    let title = format!("Enter the URL at {}, and send a webhook", source.sender.name);
    let mut commands = vec!["terraform output webhook_urls".to_owned()];
    let mut note = source.sender.documentation.clone();
    if source.brings_key() || source.needs_token() {
        commands.push(hookline(configuration, &format!("handshake {}", source.slug)));
        let prints = if source.brings_key() {
            "the key that the sender sends when it checks the URL"
        } else {
            "the verify token for the sender"
        };
        note = format!("`hookline handshake` prints {prints}. {note}");
    }
    NextStep::new(title, commands).note(note)
}

fn hookline(configuration: &Configuration, command: &str) -> String {
    format!("hookline {command} --service {} --region {}", configuration.service(), configuration.region)
}

/// Returns a word as a shell reads it.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:@=+,".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::init::Domain;
    use crate::init::tests::configuration;

    fn titles(configuration: &Configuration) -> Vec<String> {
        next_steps(configuration).into_iter().map(|step| step.title).collect()
    }

    #[test]
    fn steps_of_a_local_module_and_a_chat() {
        insta::assert_json_snapshot!(next_steps(&configuration("github", Destination::Slack)));
    }

    #[test]
    fn module_of_github_has_its_script_and_its_release() {
        let module = "github.com/octo-org/hookline//terraform/modules/hookline?ref=v1.0.0".to_owned();
        let to_http = configuration("github", Destination::Http { url: "https://example.com".to_owned() });
        let steps = next_steps(&Configuration { module, ..to_http });
        let download = ".terraform/modules/hookline/scripts/packages.sh 1.0.0 --from \
                        https://github.com/octo-org/hookline/releases/download/v1.0.0";
        assert_eq!(steps[0].commands, ["terraform init", download]);
        assert_eq!(steps[1].commands, ["terraform apply"]);
        assert_eq!(steps[0].note, None);
        assert!(steps.iter().all(|step| step.commands.iter().all(|command| !command.contains("--destination"))));
    }

    #[test]
    fn key_is_stored_after_the_handshake_that_brings_it() {
        let steps = titles(&configuration("asana", Destination::Discord));
        let position = |text: &str| steps.iter().position(|title| title.contains(text)).expect(text);
        assert!(position("Store the secret of the destination") < position("Enter the URL"));
        assert!(position("Enter the URL") < position("Store the key"));
        let steps = next_steps(&configuration("whatsapp", Destination::Discord));
        let webhook = steps.iter().find(|step| step.title.contains("Enter the URL")).unwrap();
        assert_eq!(webhook.commands[1], "hookline handshake whatsapp --service hookline-quick --region eu-west-1");
        assert!(webhook.note.as_deref().unwrap().contains("verify token"));
    }

    #[test]
    fn domain_email_and_packages_have_their_steps() {
        let email = Destination::Email { from: "hooks@example.com".to_owned(), to: vec!["a@example.com".to_owned()] };
        let domain = Domain { name: "hooks.example.com".to_owned(), certificate_arn: String::new() };
        let packages = |is_built| Packages::Directory { path: "../target/lambda".to_owned(), is_built };
        let with = Configuration { domain: Some(domain), packages: packages(false), ..configuration("stripe", email) };
        assert_eq!(
            titles(&with)[..4],
            [
                "Build the packages in the clone",
                "Verify hooks@example.com in Amazon SES in eu-west-1",
                "Create the resources",
                "Create an alias record for hooks.example.com with these values"
            ]
        );
        let built = Configuration { packages: packages(true), ..with };
        assert!(titles(&built)[0].starts_with("Verify"));
    }

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(quoted("../a_b/c-1.0"), "../a_b/c-1.0");
        assert_eq!(quoted("it's $HOME"), "'it'\\''s $HOME'");
        assert_eq!(quoted(""), "''");
    }
}
