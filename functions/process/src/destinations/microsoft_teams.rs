//! Posts an Adaptive Card through a workflow of Microsoft Teams that starts with "When a Teams webhook request is
//! received". The URL of the workflow is the destination's secret.
//!
//! <https://support.microsoft.com/office/create-incoming-webhooks-with-workflows-for-microsoft-teams-8ae491c7-0394-4861-ba59-055e33f75498>,
//! <https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format>.

use hookline_event::Event;
use serde_json::{Value, json};

use super::attempt::Attempt;
use super::chat::{Chat, Config, WebhookUrl};
use super::error::DestinationError;
use super::escaping::Escaping;
use super::kind::{Kind, Preview, Setup};
use super::limits;
use super::runs::{self, Run};
use super::template::Format;
use crate::failure::Failure;

/// The card has plain text and links as elements. Only the member `msteams.entities` of a card could mention a user.
const FORMAT: Format = Format { escaping: Escaping::NONE, link: runs::link, max_units: usize::MAX };

/// A channel or chat of Microsoft Teams.
#[derive(Debug)]
pub(crate) struct MicrosoftTeams(Chat);

impl Kind for MicrosoftTeams {
    const NAME: &'static str = "microsoft-teams";
    type Config = Config;

    fn new(config: Config, setup: &Setup<'_>) -> Result<Self, DestinationError> {
        Chat::new(setup.name, FORMAT, config.template, WebhookUrl::SECRET).map(Self)
    }

    fn preview(&self, event: &Event) -> Result<Preview, Failure> {
        self.0.preview(event, message)
    }

    async fn deliver(&self, event: &Event, attempt: Attempt<'_>) -> Result<(), Failure> {
        self.0.post(event, attempt, message).await
    }
}

/// Returns the longest message that Teams accepts. Its size depends on the number of links and of escaped characters.
fn message(text: &str) -> Value {
    let mut max_units = limits::TEAMS_MESSAGE_BYTES;
    loop {
        let message = card(&runs::truncated(runs::parse(text, Escaping::NONE), max_units));
        if message.to_string().len() <= limits::TEAMS_MESSAGE_BYTES || max_units < 2 {
            return message;
        }
        max_units = max_units * 3 / 4;
    }
}

fn card(runs: &[Run]) -> Value {
    let inlines: Vec<_> = runs
        .iter()
        .map(|run| match run {
            Run::Text(text) => json!({ "type": "TextRun", "text": text }),
            Run::Link { url, text } => {
                json!({ "type": "TextRun", "text": text, "selectAction": { "type": "Action.OpenUrl", "url": url } })
            }
        })
        .collect();
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "body": [{ "type": "RichTextBlock", "inlines": inlines }],
                "msteams": { "width": "Full" },
            },
        }],
    })
}
