//! The limits of what is read from a body that is not verified yet.

use hookline_signature::Message;

use crate::fixture::{NOW, TestRequest, URL};
use crate::source::source;

const MIB: usize = 1024 * 1024;

#[test]
fn number_of_fields_of_a_signed_form_is_limited() {
    let source = source("mandrill");
    let verdict = |count: usize| {
        let body = vec!["a=b"; count].join("&");
        let signed =
            source.sign_message(Message { body: b"a=b", now: NOW, url: URL, is_form: true, ..Message::default() });
        source.verdict(&signed.with_body(body))
    };
    assert_eq!(verdict(1), "accepted");
    assert_eq!(verdict(1000), "accepted", "each pair counts once");
    assert_eq!(verdict(1001), "body_unreadable");
    assert_eq!(verdict(100_000), "body_unreadable");
}

#[test]
fn depth_of_json_is_no_problem() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let mailgun = source("mailgun");
    let sent = mailgun.sign(b"{\"signature\":{\"token\":\"abc\"}}");
    let text = String::from_utf8(sent.body.clone()).unwrap();
    let body = format!("{{\"x\":{deep},{}", &text[1..]);
    assert_eq!(mailgun.verdict(&sent.clone().with_body(body)), "accepted");
    for body in
        [deep.clone(), "[".repeat(200_000), "{\"signature\":".repeat(50_000), format!("{{\"signature\":{deep}}}")]
    {
        assert_eq!(mailgun.verdict(&sent.clone().with_body(body)), "signature_missing");
    }
    let adyen = source("adyen").with_key(&"ab".repeat(32));
    for body in [format!("{{\"notificationItems\":{deep}}}"), format!("{{\"notificationItems\":[{deep}")] {
        assert!(["signature_missing", "body_unreadable"].contains(&adyen.verdict(&TestRequest::new(&[], body))));
    }
    // The type is read from a verified body.
    let stripe = source("stripe");
    let body = format!("{{\"data\":{deep},\"type\":\"paid\"}}");
    assert_eq!(stripe.verify(&stripe.sign(body.as_bytes())).unwrap().event_type.as_deref(), Some("paid"));
    let payload = format!("payload={deep}");
    assert_eq!(source("slack").verdict(&source("slack").sign(payload.as_bytes())), "accepted");
}

#[test]
fn size_of_a_body_with_signed_values_is_limited() {
    for (name, body) in [("mailgun", "{\"signature\":{\"token\":\"abc\"}}"), ("paymob", "{\"obj\":{\"id\":1}}")] {
        let source = source(name);
        let sent = source.sign(body.as_bytes());
        let with_size = |size: usize| {
            let mut body = sent.body.clone();
            body.resize(size, b' ');
            sent.clone().with_body(body)
        };
        assert_eq!(source.verdict(&with_size(MIB)), "accepted", "{name}");
        assert_eq!(source.verdict(&with_size(MIB + 1)), "body_unreadable", "{name}");
    }
    let form = source("mandrill").sign_message(Message { body: b"a=b", url: URL, is_form: true, ..Message::default() });
    assert_eq!(source("mandrill").verdict(&form.with_body("&".repeat(MIB + 1))), "body_unreadable");
    // A signature of the complete body has no such limit: nothing is read before it is verified.
    for name in ["github", "stripe", "linear", "slack"] {
        let source = source(name);
        let body = format!("{{\"type\":\"a\",\"webhookTimestamp\":{NOW}000,\"x\":\"{}\"}}", "x".repeat(MIB));
        assert_eq!(source.verdict(&source.sign(body.as_bytes())), "accepted", "{name}");
    }
}
