use hookline_signature::{Message, Scheme, Twilio};

use crate::fixture::{Case, Sent, URL, case, secret};

fn form(fields: &str) -> Sent {
    let it = case("twilio");
    let message = Message { body: fields.as_bytes(), now: 0, id: "", url: URL, is_form: true };
    let headers = it.scheme.sign(message, &secret("s")).unwrap().headers;
    let sent = Sent { headers, query: Vec::new(), body: fields.into() };
    sent.with("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
}

#[test]
fn the_order_of_fields_is_free_and_their_content_is_not() {
    let it = case("twilio");
    let sent = form("From=%2B1&Body=a+b&To=%2B2");
    let with = |body: &str| it.verdict(&Sent { body: body.into(), ..sent.clone() });
    assert_eq!(with("From=%2B1&Body=a+b&To=%2B2"), "accepted");
    assert_eq!(with("To=%2B2&From=%2B1&Body=a%20b"), "accepted");
    assert_eq!(with("To=%2B3&From=%2B1&Body=a%20b"), "signature_mismatch");
    assert_eq!(with("From=%2B1&Body=a+b&To=%2B2&Extra=1"), "signature_mismatch");
}

#[test]
fn a_body_that_is_no_form_needs_its_hash_in_the_signed_url() {
    let it = case("twilio");
    let json = it.sign(b"{}");
    assert_eq!(it.verdict(&json), "accepted");
    assert_eq!(it.verdict(&Sent { body: b"{ }".to_vec(), ..json.clone() }), "body_hash");
    assert_eq!(it.verdict(&Sent { query: Vec::new(), ..json.clone() }), "body_hash");
    let twice = [json.query.clone(), json.query.clone()].concat();
    assert_eq!(it.verdict(&Sent { query: twice, ..json.clone() }), "body_hash");
    let upper = vec![("bodySHA256".to_owned(), json.query[0].1.to_uppercase())];
    assert_eq!(it.verdict(&Sent { query: upper, ..json }), "signature_mismatch");
    // Signed by the URL alone: whoever has seen one such request could put any body to it.
    let empty = form("");
    assert_eq!(it.verdict(&empty), "empty_body");
    assert_eq!(it.verdict(&Sent { body: b"=".to_vec(), ..empty.clone() }), "body_hash");
    assert_eq!(it.verdict(&Sent { body: b"{}".to_vec(), ..empty.without("Content-Type") }), "body_hash");
}

#[test]
fn the_url_is_the_one_that_twilio_was_given() {
    let with_url = |url: &str| Case { scheme: Scheme::Twilio(Twilio { url: Some(url.to_owned()) }), ..case("twilio") };
    let sent = form("a=b");
    assert_eq!(with_url(URL).verdict(&sent), "accepted");
    assert_eq!(with_url("https://hooks.example.com:443/webhooks/x").verdict(&sent), "accepted");
    assert_eq!(with_url("https://hooks.example.com:8443/webhooks/x").verdict(&sent), "signature_mismatch");
    assert_eq!(with_url("https://hooks.example.com/webhooks/x?a=1").verdict(&sent), "signature_mismatch");
    let query = with_url("https://hooks.example.com/webhooks/x?a=1");
    assert_eq!(query.verdict(&query.sign(b"{}")), "accepted");
}
