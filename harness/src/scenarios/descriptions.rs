//! Requests for each kind of description: where a signature is, how it is made, and what it covers.

mod forgeries;
mod kinds;

use anyhow::{Context, Result, ensure};
use futures_util::future::try_join_all;
use hookline::clock::unix_seconds;
use hookline_signature::Trust;
use uuid::Uuid;

use self::kinds::{KINDS, Kind, ORIGINAL};
use super::support::{Scenario, ScenarioResult, Testbed, expect};
use crate::traffic::sender::{Content, Webhook};

/// Time after which each JWT has expired, in seconds.
const DAY: i64 = 86_400;

/// How many requests of the rejected kinds are sent at the same time.
const CONCURRENCY: usize = 3;

pub(super) fn all() -> Vec<Scenario> {
    let sources = |scenario: Scenario| kinds::sources().into_iter().fold(scenario, Scenario::source);
    vec![
        Scenario::new(
            "every-description-accepted",
            "a request of each kind of description is accepted, and delivered with its type",
            every_kind_accepted,
        )
        .with(sources)
        .concurrent(),
        Scenario::new(
            "every-description-rejected",
            "for each kind of description, another key, a changed value, an old time and a missing signature are rejected",
            every_kind_rejected,
        )
        .with(sources)
        .concurrent(),
        Scenario::new(
            "forgeries-rejected",
            "requests that only one kind of description could accept by mistake are rejected",
            forgeries::rejected,
        )
        .with(sources)
        .concurrent(),
    ]
}

impl Kind {
    /// Returns unique content.
    fn unique_content(&self) -> Content {
        (self.content)(&Uuid::new_v4().to_string())
    }

    fn signed(&self, testbed: &Testbed) -> Result<Webhook> {
        testbed.signed_content(self.source, self.unique_content())
    }
}

async fn every_kind_accepted(testbed: &Testbed) -> ScenarioResult {
    let requests = KINDS.iter().map(async |kind| {
        let context = || format!("{} (source `{}`)", kind.name, kind.source);
        accepted(testbed, kind, &kind.signed(testbed)?).await.with_context(context)
    });
    try_join_all(requests).await?;
    for (kind, webhook) in forgeries::other_valid_forms(testbed)? {
        accepted(testbed, kind, &webhook).await.with_context(|| format!("another form of `{}`", kind.source))?;
    }
    Ok(format!("{} kinds", KINDS.len()))
}

async fn accepted(testbed: &Testbed, kind: &Kind, webhook: &Webhook) -> Result<()> {
    let event_id = expect::accepted(testbed, webhook).await?;
    let delivery = testbed.sink.wait_for_delivery(&event_id).await?;
    ensure!(delivery.body[..] == webhook.body[..], "the delivered body differs from the sent body");
    let event_type = delivery.header("ce-type");
    ensure!(event_type == Some(kind.event_type), "the type is {event_type:?} instead of `{}`", kind.event_type);
    Ok(())
}

async fn every_kind_rejected(testbed: &Testbed) -> ScenarioResult {
    let mut count = 0;
    for kinds in KINDS.chunks(CONCURRENCY) {
        let counts = try_join_all(kinds.iter().map(async |kind| rejected(testbed, kind).await)).await?;
        count += counts.into_iter().sum::<usize>();
    }
    Ok(format!("{count} requests for {} kinds, nothing delivered", KINDS.len()))
}

/// Sends the forged requests of a kind. Returns how many there are.
async fn rejected(testbed: &Testbed, kind: &Kind) -> Result<usize> {
    let forged = forged_requests(testbed, kind)?;
    for (cause, webhook) in &forged {
        let context = || format!("{} (source `{}`), {cause}", kind.name, kind.source);
        expect::unauthenticated(testbed, webhook).await.with_context(context)?;
    }
    Ok(forged.len())
}

fn forged_requests(testbed: &Testbed, kind: &Kind) -> Result<Vec<(&'static str, Webhook)>> {
    let source = testbed.config.source(kind.source)?;
    let scheme = source.scheme()?;
    let other_key = source.generate_other_key()?;
    testbed.keep_out_of_logs(&other_key);
    let mut forged = vec![
        ("another key", Webhook::signed(source, "", kind.unique_content(), &other_key)?),
        ("no signature", Webhook::unsigned(kind.source, kind.unique_content())),
    ];
    // A token does not cover anything.
    if scheme.trust() != Trust::Token {
        forged.push(("a changed value", kind.signed(testbed)?.with_replaced_text(ORIGINAL, "modified")));
    }
    let is_jwt = kind.source == "messagebird";
    if let Some(tolerance) = scheme.tolerance().map(i64::from).or(is_jwt.then_some(DAY)) {
        let content = kind.unique_content().signed_at(unix_seconds() - tolerance - 60);
        forged.push(("an old time", testbed.signed_content(kind.source, content)?));
    }
    Ok(forged)
}
