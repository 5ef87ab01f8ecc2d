use anyhow::ensure;

use super::{Found, Need, Scenario, World, everywhere};
use crate::stack::{RECIPIENT, SENDER};

pub(super) const SCENARIO: Scenario =
    Scenario::new("email-sent", "a push is told by e-mail once, as SES has sent it", |world| Box::pin(run(world)))
        .needing(&[Need::Ses]);

async fn run(world: &World) -> Found {
    let webhook = everywhere::push(world).await?;
    world.stack.at_rest().await?;
    let mails = world.stack.mails().await?;
    let ours: Vec<_> = mails.iter().filter(|mail| mail.text.contains(&webhook.event_id)).collect();
    let [mail] = ours.as_slice() else { anyhow::bail!("{} of {} mails tell of it", ours.len(), mails.len()) };
    ensure!(mail.from == SENDER && mail.to == [RECIPIENT], "it went from {} to {:?}", mail.from, mail.to);
    ensure!(mail.subject == "everywhere.push (everywhere)", "the subject is {}", mail.subject);
    ensure!(mail.text.contains(everywhere::HOSTILE), "plain text needs no escapes: {}", mail.text);
    Ok(format!("{} characters", mail.text.chars().count()))
}
