//! Posts a message through an incoming webhook of Slack, whose URL is the destination's secret.
//!
//! Facts: <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>,
//! <https://docs.slack.dev/messaging/formatting-message-text>.

use hookline_event::Event;
use serde_json::json;
use url::Url;

pub(crate) use super::chat::Config;

use super::chat::Chat;
use super::message::Style;
use super::{Attempt, DestinationError, Failure};
use crate::egress::Guard;

/// What Slack advises; it cuts at 40,000.
const MAX_UNITS: usize = 4000;

const STYLE: Style = Style { escape, link, max_units: MAX_UNITS };

/// A Slack channel.
#[derive(Debug)]
pub(crate) struct Slack(Chat);

impl Slack {
    pub(super) fn new(name: &str, config: Config, _guard: &Guard) -> Result<Self, DestinationError> {
        Chat::new(name, STYLE, config).map(Self)
    }

    pub(super) async fn deliver(&self, event: &Event, attempt: Attempt<'_>) -> Result<(), Failure> {
        // `mrkdwn` off: asterisks and the like are text. Links are marked up by `<` and `>`, which payload text cannot hold.
        let body = |text| {
            json!({
                "text": text,
                "mrkdwn": false,
                "link_names": false,
                "parse": "none",
                "unfurl_links": false,
                "unfurl_media": false,
            })
        };
        self.0.post(event, attempt, body).await
    }
}

/// The three characters that begin and end mentions, links and entities.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn link(url: &Url, text: &str) -> String {
    // The first bar ends the address.
    let address = escape(url.as_str()).replace('|', "%7C");
    format!("<{address}|{}>", escape(text).replace('|', "\u{2758}"))
}
