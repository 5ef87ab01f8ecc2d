//! Text that a template stores or filters before it prints it: escaped once, with its links, in each chat.

use serde_json::{Value, json};

use crate::chat_destinations::posted_message;

/// A message with a value and a link.
const DIRECT: &str = "{{ payload.a }} {{ link(payload.url, payload.a) }}";

/// Other templates of the same message.
const STORED: [&str; 11] = [
    "{% set x %}{{ payload.a }} {{ link(payload.url, payload.a) }}{% endset %}{{ x }}",
    "{% set x %}{{ payload.a }}{% endset %}{% set y %}{{ x }}{% endset %}{{ y }} {{ link(payload.url, y) }}",
    "{% set x %}{{ payload.a }} {{ link(payload.url, payload.a) }}{% endset %}{{ x|line }}",
    "{% set x %}{{ payload.a }}{% endset %}{{ x ~ ' ' ~ link(payload.url, x) }}",
    "{% set x = payload.a ~ ' ' %}{{ x + link(payload.url, payload.a) }}",
    "{% set x %}{{ payload.a }}{% endset %}{{ x[:4] }}{{ x[4:] }} {{ link(payload.url, x) }}",
    "{% set x %}{{ payload.url }}{% endset %}{{ payload.a }} {{ link(x, payload.a) }}",
    "{% filter trim %}  {{ payload.a }} {{ link(payload.url, payload.a) }}{% endfilter %}",
    "{% filter replace('!', ' ') %}{{ payload.a }}!{{ link(payload.url, payload.a) }}{% endfilter %}",
    "{{ [payload.a, link(payload.url, payload.a)]|join(' ') }}",
    "{% set x %}{{ payload.a }}{% endset %}{% autoescape false %}{% set y %}{{ x }}{% endset %}{{ y }}{% endautoescape %} \
     {{ link(payload.url, payload.a) }}",
];

/// The kinds of chats, with the options that they need.
fn chats() -> [(&'static str, Value); 5] {
    [
        ("slack", json!({})),
        ("slack", json!({ "blocks": true })),
        ("discord", json!({})),
        ("microsoft-teams", json!({})),
        ("telegram", json!({ "chat": "@orders" })),
    ]
}

async fn message(kind: &str, options: &Value, template: &str, text: &str) -> Value {
    let mut options = options.clone();
    options["template"] = json!(template);
    let payload = json!({ "a": text, "url": "https://a.example/b_c?d=e&f=(g)" }).to_string();
    let mut message = posted_message(kind, options, payload.as_bytes()).await;
    // The context has the time of the event.
    message["blocks"].as_array_mut().into_iter().for_each(|blocks| blocks.truncate(1));
    message
}

#[tokio::test]
async fn stored_text_is_the_same_as_printed_text() {
    for (kind, options) in chats() {
        for text in ["a & b", "*_~<@U1> \\@all: #x `y` [b](c) $d /e|f", "Stra\u{df}e \u{1f984}"] {
            let direct = message(kind, &options, DIRECT, text).await;
            for template in STORED {
                assert_eq!(message(kind, &options, template, text).await, direct, "{kind} {options} {template}");
            }
        }
    }
}

#[tokio::test]
async fn value_and_link_are_in_the_format_of_the_chat() {
    let template = STORED[0];
    let slack = message("slack", &json!({}), template, "a & b").await;
    assert_eq!(slack["text"], "a &amp; b <https://a.example/b_c?d=e&amp;f=(g)|a &amp; b>");
    let blocks = message("slack", &json!({ "blocks": true }), template, "a & b").await;
    let link = json!({ "type": "link", "url": "https://a.example/b_c?d=e&f=(g)", "text": "a & b" });
    let elements = json!([{ "type": "text", "text": "a & b " }, link]);
    assert_eq!(blocks["blocks"][0]["elements"][0]["elements"], elements);
    assert_eq!(blocks["text"], "a &amp; b a &amp; b");
    let discord = message("discord", &json!({}), template, "a_b").await;
    assert_eq!(discord["content"], "a\\_b [a\\_b](<https://a.example/b_c?d=e&f=%28g%29>)");
    let teams = message("microsoft-teams", &json!({}), template, "a & b").await;
    let inlines = &teams["attachments"][0]["content"]["body"][0]["inlines"];
    assert_eq!(inlines[0]["text"], "a & b ");
    assert_eq!((&inlines[1]["text"], &inlines[1]["selectAction"]["url"]), (&json!("a & b"), &link_url()));
    let telegram = message("telegram", &json!({ "chat": "@orders" }), template, "a@b").await;
    assert_eq!(telegram["text"], "a@\u{2060}b a@b");
    assert_eq!(telegram["entities"], json!([{ "type": "text_link", "offset": 5, "length": 3, "url": link_url() }]));
}

fn link_url() -> Value {
    json!("https://a.example/b_c?d=e&f=(g)")
}

/// A filter can cut or change text with values. What remains of them is still escaped.
#[tokio::test]
async fn filtered_text_is_escaped_once() {
    for (template, text, expected) in [
        ("{% filter upper %}{{ payload.a }}{% endfilter %}", "a & b", "A &amp; B"),
        ("{% set x %}{{ payload.a }}{% endset %}{{ x[:1] }}|{{ x|first }}|{{ x|last }}", "<&>", "&lt;|&lt;|&gt;"),
        ("{% set x %}{{ payload.a }}{% endset %}{{ x|replace('&', 'x')|replace('amp;', '') }}", "&amp;", "&amp;"),
        ("{% set x %}{{ payload.a }}{% endset %}{{ x|reverse }}", "<!here>", "&gt;ereh!&lt;"),
        ("{% set x %}{{ link(payload.url, payload.a) }}{% endset %}{{ x|reverse }}", "<!here>", " &gt;ereh!&lt; "),
        ("{% set x %}a%sb{% endset %}{{ x|format(payload.a) }}", "<!here>", "a&lt;!here&gt;b"),
        ("{% set x %}a{% endset %}{{ x|replace('a', payload.a) }}", "<!here>", "&lt;!here&gt;"),
        ("{{ '<!here>' ~ payload.a }}", "<", "&lt;!here&gt;&lt;"),
    ] {
        let message = message("slack", &json!({}), template, text).await;
        let sent = message["text"].as_str().unwrap();
        assert!(sent.starts_with(expected), "{template}: {sent}");
        assert!(!sent.contains(['<', '>']), "{template}: {sent}");
    }
}

/// Half of an escape sequence or of a link could become markup with other text.
#[tokio::test]
async fn message_is_cut_before_a_link_or_an_escape_sequence() {
    let slack_link = "<https://a.example/b_c?d=e&amp;f=(g)|title>";
    let discord_link = "[title](<https://a.example/b_c?d=e&f=%28g%29>)";
    for (kind, field, limit, value, escaped, link) in
        [("slack", "text", 4000, "&", "&amp;", slack_link), ("discord", "content", 2000, "*", "\\*", discord_link)]
    {
        for length in limit - 60..=limit {
            let template = "x".repeat(length) + "{{ payload.a }}{{ link(payload.url, 'title') }}";
            let message = message(kind, &json!({}), &template, value).await;
            let sent = message[field].as_str().unwrap();
            assert!(sent.encode_utf16().count() <= limit, "{kind} {length}");
            let rest = sent.trim_start_matches('x');
            let rest = rest.strip_prefix(escaped).unwrap_or(rest);
            // The text of a link that does not fit, or its beginning.
            let is_text = "title".starts_with(rest.trim_end_matches('\u{2026}'));
            assert!(rest == link || is_text, "{kind} {length}: {rest}");
        }
    }
}
