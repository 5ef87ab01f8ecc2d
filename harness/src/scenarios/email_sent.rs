use anyhow::ensure;

use super::{Capability, Scenario, ScenarioResult, Testbed, everywhere};
use crate::stack::{RECIPIENT, SENDER};

pub(super) const SCENARIO: Scenario =
    Scenario::new("email-sent", "a push is told by e-mail once, as SES has sent it", |testbed| Box::pin(run(testbed)))
        .needing(&[Capability::Ses]);

async fn run(testbed: &Testbed) -> ScenarioResult {
    let webhook = everywhere::push(testbed).await?;
    testbed.stack.at_rest().await?;
    let mails = testbed.stack.mails().await?;
    let ours: Vec<_> = mails.iter().filter(|mail| mail.text.contains(&webhook.event_id)).collect();
    let [mail] = ours.as_slice() else { anyhow::bail!("{} of {} mails tell of it", ours.len(), mails.len()) };
    ensure!(mail.from == SENDER && mail.to == [RECIPIENT], "it went from {} to {:?}", mail.from, mail.to);
    ensure!(mail.subject == "everywhere.push (everywhere)", "the subject is {}", mail.subject);
    ensure!(mail.text.contains(everywhere::HOSTILE), "plain text needs no escapes: {}", mail.text);
    Ok(format!("{} characters", mail.text.chars().count()))
}
