//! The files of the catalogue are complete and consistent.

use std::collections::BTreeMap;

use hookline_senders::{SchemeSource, Sender};

#[test]
fn every_sender_resolves_and_has_the_declared_trust() {
    let mut problems = Vec::new();
    for slug in hookline_senders::slugs() {
        let sender = match Sender::read(slug).unwrap() {
            Ok(sender) => sender,
            Err(error) => {
                problems.push(format!("{slug}: {error}"));
                continue;
            }
        };
        match SchemeSource::sender(slug).resolve() {
            Err(error) => problems.push(format!("{slug}: {error}")),
            Ok(scheme) if scheme.trust() != sender.trust => {
                problems.push(format!("{slug}: trust is {:?}, not {:?}", scheme.trust(), sender.trust));
            }
            Ok(scheme) => {
                let repeats =
                    sender.retries.as_ref().filter(|retries| retries.timestamp.as_deref() == Some("repeated"));
                let horizon = repeats.and_then(|retries| retries.horizon_seconds).unwrap_or_default();
                if scheme.tolerance().is_some_and(|tolerance| u64::from(tolerance) < horizon) {
                    problems.push(format!(
                        "{slug}: retries repeat the time, but the tolerance is shorter than {horizon} s"
                    ));
                }
            }
        }
        let is_address = |text: &str| text.starts_with("https://") && !text.contains(char::is_whitespace);
        let addresses = sender.sources.values().chain([&sender.documentation]);
        problems.extend(addresses.filter(|text| !is_address(text)).map(|text| format!("{slug}: {text}")));
        if !sender.sources.contains_key("signature") {
            problems.push(format!("{slug}: sources.signature is missing"));
        }
        if sender.schema != "./schema.json" || sender.name.trim().is_empty() || sender.secret.trim().is_empty() {
            problems.push(format!("{slug}: a member is empty"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_sender_is_found_by_its_names() {
    let mut names = BTreeMap::new();
    for slug in hookline_senders::slugs() {
        let sender = Sender::read(slug).unwrap().unwrap();
        for name in sender.aliases.iter().map(String::as_str).chain([slug]) {
            let other = names.insert(name.to_owned(), slug);
            assert!(other.is_none(), "{name} is a name of {slug} and {other:?}");
            assert_eq!(Sender::find(name), Some(slug), "{name}");
        }
        assert_eq!(Sender::find(&sender.name), Some(slug), "{}", sender.name);
    }
    assert_eq!(Sender::find("OpenAI (Standard Webhooks)"), Some("openai"));
    assert_eq!(Sender::find("MessageBird / Bird"), Some("messagebird"));
    assert_eq!(Sender::find("unlisted-sender"), None);
}

#[test]
fn catalogue_has_the_promised_size() {
    let senders: Vec<_> = hookline_senders::slugs().map(|slug| Sender::read(slug).unwrap().unwrap()).collect();
    let confirmed = senders.iter().filter(|sender| sender.unconfirmed.is_none()).count();
    assert!(senders.len() >= 230 && confirmed >= 180, "{} senders, {confirmed} confirmed", senders.len());
}

#[test]
fn unknown_sender_has_suggestions_and_unsupported_one_a_reason() {
    let error = |sender: &str| SchemeSource::sender(sender).resolve().unwrap_err().to_string();
    assert_eq!(error("strype"), "unknown sender `strype`; similar ones are stripe");
    assert_eq!(error("zzz"), "unknown sender `zzz`");
    assert_eq!(
        error("paypal"),
        "the sender `paypal` is not supported: its keys have to be fetched with each request, which Hookline does not do"
    );
    for (slug, _) in hookline_senders::UNSUPPORTED {
        assert!(error(slug).contains("is not supported"), "{slug}");
    }
}
