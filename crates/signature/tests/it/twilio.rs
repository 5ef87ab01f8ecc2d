use hookline_signature::{Message, Scheme, Twilio};

use crate::fixture::{Case, TestRequest, URL, case, secret};

/// Creates a signed form.
fn form(fields: &str) -> TestRequest {
    let case = case("twilio");
    let message = Message { body: fields.as_bytes(), now: 0, id: "", url: URL, is_form: true };
    let headers = case.scheme.sign(message, &secret("s")).unwrap().headers;
    let sent = TestRequest { headers, query: Vec::new(), body: fields.into() };
    sent.with_header("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
}

#[test]
fn order_of_form_fields_does_not_matter() {
    let case = case("twilio");
    let sent = form("From=%2B1&Body=a+b&To=%2B2");
    let verdict_with = |body: &str| case.verdict(&TestRequest { body: body.into(), ..sent.clone() });
    assert_eq!(verdict_with("From=%2B1&Body=a+b&To=%2B2"), "accepted");
    assert_eq!(verdict_with("To=%2B2&From=%2B1&Body=a%20b"), "accepted");
    assert_eq!(verdict_with("To=%2B3&From=%2B1&Body=a%20b"), "signature_mismatch");
    assert_eq!(verdict_with("From=%2B1&Body=a+b&To=%2B2&Extra=1"), "signature_mismatch");
}

#[test]
fn body_other_than_a_form_needs_its_hash_in_the_signed_url() {
    let case = case("twilio");
    let json = case.sign(b"{}");
    assert_eq!(case.verdict(&json), "accepted");
    assert_eq!(case.verdict(&TestRequest { body: b"{ }".to_vec(), ..json.clone() }), "body_hash");
    assert_eq!(case.verdict(&TestRequest { query: Vec::new(), ..json.clone() }), "body_hash");
    let duplicated = [json.query.clone(), json.query.clone()].concat();
    assert_eq!(case.verdict(&TestRequest { query: duplicated, ..json.clone() }), "body_hash");
    let upper_case = vec![("bodySHA256".to_owned(), json.query[0].1.to_uppercase())];
    assert_eq!(case.verdict(&TestRequest { query: upper_case, ..json }), "signature_mismatch");
    // Only the URL is signed: an attacker who has seen such a request could attach any body.
    let empty = form("");
    assert_eq!(case.verdict(&empty), "empty_body");
    assert_eq!(case.verdict(&TestRequest { body: b"=".to_vec(), ..empty.clone() }), "body_hash");
    assert_eq!(
        case.verdict(&TestRequest { body: b"{}".to_vec(), ..empty.without_header("Content-Type") }),
        "body_hash"
    );
}

#[test]
fn repeated_content_type_of_a_form_is_a_form() {
    let content_type = "application/x-www-form-urlencoded, application/x-www-form-urlencoded";
    assert_eq!(case("twilio").verdict(&form("a=b").with_header("Content-Type", content_type)), "accepted");
}

#[test]
fn signed_url_is_the_configured_one() {
    let with_url = |url: &str| Case { scheme: Scheme::Twilio(Twilio { url: Some(url.to_owned()) }), ..case("twilio") };
    let sent = form("a=b");
    assert_eq!(with_url(URL).verdict(&sent), "accepted");
    assert_eq!(with_url("https://hooks.example.com:443/webhooks/x").verdict(&sent), "accepted");
    assert_eq!(with_url("https://hooks.example.com:8443/webhooks/x").verdict(&sent), "signature_mismatch");
    assert_eq!(with_url("https://hooks.example.com/webhooks/x?a=1").verdict(&sent), "signature_mismatch");
    let query = with_url("https://hooks.example.com/webhooks/x?a=1");
    assert_eq!(query.verdict(&query.sign(b"{}")), "accepted");
}

/// The author of a message is not authenticated and must not choose the type.
#[test]
fn type_is_read_from_the_fields_and_not_from_their_texts() {
    let event_type = |fields: &str| case("twilio").verify(&form(fields)).unwrap().event_type;
    assert_eq!(event_type("Body=%26CallStatus%3Dbusy&MessageSid=SM1").as_deref(), Some("message.received"));
    assert_eq!(event_type("Call%53tatus=busy").as_deref(), Some("call.busy"));
    assert_eq!(event_type("CallStatus=busy&CallStatus=failed").as_deref(), Some("call.busy"));
    assert_eq!(event_type("a=b"), None);
}
