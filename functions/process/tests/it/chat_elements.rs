//! Chats that accept text and links as elements: Telegram, Microsoft Teams and Slack with blocks.

use serde_json::{Value, json};

use crate::chat_destinations::{HOSTILE, posted_message, push};
use crate::fixture::Function;

fn telegram(more: Value) -> Value {
    let mut options = json!({ "chat": "-1001234567890" });
    options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    options
}

/// Returns the text of a message to Microsoft Teams.
fn card_text(message: &Value) -> String {
    let inlines = message["attachments"][0]["content"]["body"][0]["inlines"].as_array().unwrap();
    inlines.iter().map(|inline| inline["text"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn telegram_message_neutralises_the_payload() {
    let message = posted_message("telegram", telegram(json!({ "thread": 7 })), &push(HOSTILE)).await;
    insta::assert_json_snapshot!(message);
    let text: Vec<u16> = message["text"].as_str().unwrap().encode_utf16().collect();
    let entity = &message["entities"][0];
    let (offset, length) = (entity["offset"].as_u64().unwrap(), entity["length"].as_u64().unwrap());
    let linked = &text[usize::try_from(offset).unwrap()..usize::try_from(offset + length).unwrap()];
    assert_eq!(String::from_utf16(linked).unwrap(), "Codertocat/Hello-World");
}

#[tokio::test]
async fn microsoft_teams_card_has_the_payload_as_plain_text() {
    insta::assert_json_snapshot!(posted_message("microsoft-teams", json!({}), &push(HOSTILE)).await);
}

#[tokio::test]
async fn slack_blocks_have_the_payload_as_plain_text() {
    let message = posted_message("slack", json!({ "blocks": true }), &push(HOSTILE)).await;
    insta::assert_json_snapshot!(message, { ".blocks[1].elements[0].text" => "[type, source and time]" });
}

/// Offsets of entities are in UTF-16 code units, also after characters that need two of them.
#[tokio::test]
async fn telegram_link_after_an_emoji_has_the_right_offset() {
    let options = telegram(json!({ "template": "{{ payload.a }} {{ link(payload.url, payload.a) }}" }));
    let payload = json!({ "a": "\u{1f984}", "url": "https://a.example/" }).to_string();
    let message = posted_message("telegram", options, payload.as_bytes()).await;
    assert_eq!(message["text"], "\u{1f984} \u{1f984}");
    let expected = json!([{ "type": "text_link", "offset": 3, "length": 2, "url": "https://a.example/" }]);
    assert_eq!(message["entities"], expected);
}

#[tokio::test]
async fn message_is_truncated_to_the_limit_of_the_chat() {
    let template = json!({ "template": "{{ payload }}" });
    for text in ["\u{1f984}".repeat(9000), "\"\n".repeat(9000), "a".repeat(30_000)] {
        let data = Value::from(text.as_str()).to_string();
        let message = posted_message("telegram", telegram(template.clone()), data.as_bytes()).await;
        let sent = message["text"].as_str().unwrap();
        assert!(sent.encode_utf16().count() <= 4096 && sent.ends_with('\u{2026}'));
        let message = posted_message("microsoft-teams", template.clone(), data.as_bytes()).await;
        assert!((10_000..=20_000).contains(&message.to_string().len()), "{}", message.to_string().len());
        assert!(card_text(&message).ends_with('\u{2026}'));
        let blocks = json!({ "template": "{{ payload }}", "blocks": true });
        let message = posted_message("slack", blocks, data.as_bytes()).await;
        let sent = message["blocks"][0]["elements"][0]["elements"][0]["text"].as_str().unwrap();
        assert!(sent.encode_utf16().count() <= 4000 && sent.ends_with('\u{2026}'));
    }
    let data = Value::from("a".repeat(4096)).to_string();
    let message = posted_message("telegram", telegram(template), data.as_bytes()).await;
    assert_eq!(message["text"].as_str().unwrap().len(), 4096);
}

/// Many links need more bytes than their text.
#[tokio::test]
async fn many_links_fit_into_the_limits() {
    let template = "{% for a in range(500) %}{{ link('https://a.example/' ~ a, a) }} {% endfor %}";
    let message = posted_message("microsoft-teams", json!({ "template": template }), b"{}").await;
    assert!(message.to_string().len() <= 20_000, "{}", message.to_string().len());
    let message = posted_message("telegram", telegram(json!({ "template": template })), b"{}").await;
    assert_eq!(message["entities"].as_array().unwrap().len(), 100);
    assert!(message["text"].as_str().unwrap().ends_with("499"));
}

#[tokio::test]
async fn telegram_secret_of_another_format_is_retried() {
    for secret in ["xoxb-a-token", "123", "http://10.0.0.1/bot1:a"] {
        let function = Function::with_destination(json!({ "kind": "telegram", "chat": "@orders" })).await;
        function.aws.put_secret("orders", secret);
        assert_eq!(function.delivery_result(b"{}").await, "retry", "{secret}");
        assert_eq!((function.received_requests(), function.dead_letters().len()), (0, 0));
    }
}
