//! The files of a configuration.

use super::hcl::{self, Item, Value};
use super::{Configuration, Destination, Domain, Packages, Source, values};

const IGNORED: &str = "\
# Files of Terraform. The state contains more than the repository should. .terraform.lock.hcl belongs in the repository.
.terraform/
*.tfstate
*.tfstate.*

# Packages that scripts/packages.sh downloads.
.hookline/
";

/// Columns of a comment, with its indentation and `# `.
const COMMENT_COLUMNS: usize = 112;

/// Returns the names and the contents of the files.
pub(crate) fn files(configuration: &Configuration) -> [(&'static str, String); 2] {
    [("main.tf", main(configuration)), (".gitignore", IGNORED.to_owned())]
}

fn main(configuration: &Configuration) -> String {
    let Configuration { source, destination, .. } = configuration;
    let title = format!(
        "Hookline with one source, {}, and one destination of the kind {}. All other settings have their defaults.",
        source.sender.name,
        destination.kind(),
    );
    let mut items = vec![Item::Comment(wrapped(&title)), Item::Gap];
    items.extend([terraform(), Item::Gap]);
    let provider = Item::block("provider", "aws", vec![Item::text("region", &configuration.region)]);
    items.extend([provider, Item::Gap, Item::block("module", "hookline", module(configuration))]);
    for (name, description) in outputs(configuration) {
        let value = Value::Reference(format!("module.hookline.{name}"));
        let body = vec![Item::text("description", description), Item::attribute("value", value)];
        items.extend([Item::Gap, Item::block("output", name, body)]);
    }
    hcl::file(&items)
}

fn terraform() -> Item {
    let aws = vec![Item::text("source", "hashicorp/aws"), Item::text("version", ">= 5.100, < 7.0")];
    let providers = vec![Item::attribute("aws", Value::Object(aws))];
    let body = vec![
        Item::Comment("The state is a file in this folder. A team needs a backend instead.".to_owned()),
        Item::text("required_version", ">= 1.11"),
        Item::Gap,
        Item::block("required_providers", "", providers),
    ];
    Item::block("terraform", "", body)
}

fn module(configuration: &Configuration) -> Vec<Item> {
    let Configuration { source, destination, region, environment, domain, module, packages } = configuration;
    let packages = match packages {
        Packages::Version(version) => ("version", version),
        Packages::Directory { path, .. } => ("directory", path),
    };
    let mut items = vec![
        Item::text("source", module),
        Item::Gap,
        Item::text("environment", environment),
        Item::text("region", region),
        Item::attribute("packages", row([(packages.0, Value::text(packages.1))])),
        Item::attribute("identity_enabled", Value::Boolean(false)),
    ];
    if let Destination::Http { url } = destination
        && let Some(address) = values::private_address_of(url)
    {
        items.push(Item::attribute("private_networks", Value::List(vec![Value::text(format!("{address}/32"))])));
    }
    if let Some(Domain { name, certificate_arn }) = domain {
        let domain = vec![Item::text("name", name), Item::text("certificate_arn", certificate_arn)];
        items.extend([Item::Gap, Item::attribute("domain", Value::Object(domain))]);
    }
    let route =
        [("source", Value::text(source.slug)), ("destinations", Value::List(vec![Value::text(destination.name())]))];
    let mut sources: Vec<_> = comments(source).into_iter().map(Item::Comment).collect();
    sources.push(Item::attribute(source.slug, row([("sender", Value::text(source.slug))])));
    let destinations = vec![Item::attribute(destination.name(), receiver(destination))];
    for (name, body) in [
        ("sources", sources),
        ("destinations", destinations),
        ("routes", vec![Item::attribute(source.slug, row(route))]),
    ] {
        items.extend([Item::Gap, Item::attribute(name, Value::Object(body))]);
    }
    items
}

fn row<const N: usize>(attributes: [(&str, Value); N]) -> Value {
    Value::Row(attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// Returns what an operator has to know about the options of the source.
fn comments(source: &Source) -> Vec<String> {
    let is_about_options = |note: &&String| note.contains("source");
    let mut notes: Vec<_> = source.sender.notes.iter().filter(is_about_options).map(String::as_str).collect();
    if source.signs_url && notes.is_empty() {
        notes.push(
            "The sender signs the URL: set `url` if it is configured there in another form than the one that receives \
             the request.",
        );
    }
    notes.into_iter().map(wrapped).collect()
}

fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= COMMENT_COLUMNS => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

fn receiver(destination: &Destination) -> Value {
    let kind = ("kind", Value::text(destination.kind()));
    match destination {
        Destination::Http { url } => row([kind, ("url", Value::text(url))]),
        Destination::Email { from, to } => {
            let to = to.iter().map(Value::text).collect();
            row([kind, ("from", Value::text(from)), ("to", Value::List(to))])
        }
        Destination::Slack | Destination::Discord | Destination::MicrosoftTeams => row([kind]),
    }
}

fn outputs(configuration: &Configuration) -> Vec<(&'static str, &'static str)> {
    let mut outputs = vec![
        ("webhook_urls", "URL for each sender, by source."),
        ("source_secret_names", "Name of the secret to store for each source, by source."),
    ];
    if configuration.destination.secret().is_some() {
        outputs.push(("destination_secret_names", "Name of the secret to store for each destination, by destination."));
    }
    if configuration.domain.is_some() {
        outputs.push(("domain_target", "DNS name and hosted zone for an alias record of the domain."));
    }
    outputs
}

#[cfg(test)]
mod tests;
