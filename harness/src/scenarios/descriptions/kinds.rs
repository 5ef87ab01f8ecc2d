//! One sender for each kind of description.

use hookline_signature::{Algorithm, Description, Encoding, SignatureDescription};

use crate::stack::Source;
use crate::traffic::sender::Content;

/// A sender, and a request of it.
pub(super) struct Kind {
    /// What is special about the description.
    pub(super) name: &'static str,
    pub(super) source: &'static str,
    /// Returns a request with a unique id. What the sender signs has [`ORIGINAL`], unless the sender only sends a secret.
    pub(super) content: fn(&str) -> Content,
    /// The event's type.
    pub(super) event_type: &'static str,
}

/// A text that is signed.
pub(super) const ORIGINAL: &str = "original";

/// The source of a sender that is not in the catalogue. Its signature is in upper case.
const AUTHORIZE_NET: &str = "anet";

pub(super) const KINDS: [Kind; 21] = [
    Kind {
        name: "hex in upper case, SHA-512",
        source: AUTHORIZE_NET,
        content: |id| {
            Content::json(format!(r#"{{"notificationId":"{id}","eventType":"payment.created","x":"original"}}"#))
        },
        event_type: "anet.payment.created",
    },
    Kind {
        name: "pairs with a time",
        source: "tiktok",
        content: |id| Content::json(format!(r#"{{"event":"video.publish","x":"original {id}"}}"#)),
        event_type: "tiktok.video.publish",
    },
    Kind {
        name: "pairs with a time in milliseconds",
        source: "workos",
        content: |id| Content::json(format!(r#"{{"id":"{id}","event":"user.created","x":"original"}}"#)),
        event_type: "workos.user.created",
    },
    Kind {
        name: "a signature in the query",
        source: "pandadoc",
        content: |id| Content::json(format!(r#"[{{"event":"document_deleted","x":"original {id}"}}]"#)),
        event_type: "pandadoc.unknown",
    },
    Kind {
        name: "a signature in JSON",
        source: "mailgun",
        content: |id| {
            let event = format!(r#""event-data":{{"id":"{id}","event":"opened"}}"#);
            Content::json(format!(r#"{{"signature":{{"token":"original-{id}"}},{event}}}"#))
        },
        event_type: "mailgun.opened",
    },
    Kind {
        name: "a signature in a form",
        source: "braintree",
        content: |id| Content::form(format!("bt_payload=original-{id}")),
        event_type: "braintree.unknown",
    },
    Kind {
        name: "several headers",
        source: "box",
        content: |id| Content::json(format!(r#"{{"id":"{id}","trigger":"FILE.UPLOADED","x":"original"}}"#)),
        event_type: "box.FILE.UPLOADED",
    },
    Kind {
        name: "the method, the URL and a time in milliseconds after the body",
        source: "hubspot",
        content: |id| Content::json(format!(r#"[{{"eventId":1,"x":"original {id}"}}]"#)),
        event_type: "hubspot.unknown",
    },
    Kind {
        name: "the URL after the body",
        source: "trello",
        content: |id| Content::json(format!(r#"{{"action":{{"id":"{id}","type":"updateCard","x":"original"}}}}"#)),
        event_type: "trello.updateCard",
    },
    Kind {
        name: "a sorted form",
        source: "twilio",
        content: |id| Content::form(format!("To=%2B15550002222&MessageSid={id}&Body=original&From=%2B15550001111")),
        event_type: "twilio.message.received",
    },
    Kind {
        name: "each element",
        source: "adyen",
        content: |id| {
            let item = format!(r#""eventCode":"AUTHORISATION","pspReference":"{id}","merchantReference":"original""#);
            let amount = r#""amount":{"value":1000,"currency":"EUR"},"merchantAccountCode":"a","success":"true""#;
            Content::json(format!(
                r#"{{"live":"false","notificationItems":[{{"NotificationRequestItem":{{{item},{amount}}}}}]}}"#
            ))
        },
        event_type: "adyen.AUTHORISATION",
    },
    Kind {
        name: "an id and a time in ISO 8601 before the body",
        source: "twitch",
        content: |id| {
            let content = Content::json(format!(r#"{{"event":{{"id":"{id}","x":"original"}}}}"#));
            content.with_header("Twitch-Eventsub-Subscription-Type", "stream.online")
        },
        event_type: "twitch.stream.online",
    },
    Kind {
        name: "a time before the body, hex in upper case",
        source: "oura",
        content: |id| Content::json(format!(r#"{{"event_type":"update","data_type":"sleep","x":"original {id}"}}"#)),
        event_type: "oura.sleep.update",
    },
    Kind {
        name: "Ed25519",
        source: "discord",
        content: |id| {
            Content::json(format!(r#"{{"type":1,"event":{{"type":"ENTITLEMENT_CREATE","x":"original {id}"}}}}"#))
        },
        event_type: "discord.ENTITLEMENT_CREATE",
    },
    Kind {
        name: "ECDSA",
        source: "sendgrid",
        content: |id| Content::json(format!(r#"[{{"event":"processed","x":"original {id}"}}]"#)),
        event_type: "sendgrid.unknown",
    },
    Kind {
        name: "RSA",
        source: "wechat-pay",
        content: |id| Content::json(format!(r#"{{"id":"{id}","event_type":"TRANSACTION.SUCCESS","x":"original"}}"#)),
        event_type: "wechat-pay.TRANSACTION.SUCCESS",
    },
    Kind {
        name: "RSA-PSS",
        source: "utila",
        content: |id| Content::json(format!(r#"{{"id":"{id}","type":"TRANSACTION_CREATED","x":"original"}}"#)),
        event_type: "utila.TRANSACTION_CREATED",
    },
    Kind {
        name: "a JWT with the hashes of the URL and the body",
        source: "messagebird",
        content: |id| Content::json(format!(r#"{{"x":"original {id}"}}"#)),
        event_type: "messagebird.unknown",
    },
    Kind {
        name: "a token in a header",
        source: "okta",
        content: |id| Content::json(format!(r#"{{"eventId":"{id}","eventType":"com.okta.event_hook"}}"#)),
        event_type: "okta.com.okta.event_hook",
    },
    Kind {
        name: "basic authentication",
        source: "postmark",
        content: |id| Content::json(format!(r#"{{"RecordType":"Bounce","MessageID":"{id}"}}"#)),
        event_type: "postmark.Bounce",
    },
    Kind {
        name: "a token in the query",
        source: "strava",
        content: |id| Content::json(format!(r#"{{"object_type":"activity","aspect_type":"create","x":"{id}"}}"#)),
        event_type: "strava.activity.create",
    },
];

/// Returns the sources of the kinds, apart from the common ones.
pub(super) fn sources() -> Vec<Source> {
    let source = |kind: &Kind| match kind.source {
        AUTHORIZE_NET => Source::described(AUTHORIZE_NET, authorize_net()),
        // These senders sign the URL that was configured there.
        "hubspot" | "messagebird" | "trello" => {
            Source::new(kind.source, kind.source).at_url(&format!("https://hooks.example/{}", kind.source))
        }
        _ => Source::new(kind.source, kind.source),
    };
    KINDS.iter().filter(|kind| kind.source != "twilio").map(source).map(|source| source.sends_to("orders")).collect()
}

fn authorize_net() -> Description {
    Description {
        algorithm: Some(Algorithm::HmacSha512),
        signature: SignatureDescription {
            r#in: vec!["header:X-ANET-Signature".to_owned()],
            prefix: Some("sha512=".to_owned()),
            encoding: Some(Encoding::HexUpper),
            ..SignatureDescription::default()
        },
        r#type: vec!["{json:/eventType}".to_owned()],
        ..Description::default()
    }
}
