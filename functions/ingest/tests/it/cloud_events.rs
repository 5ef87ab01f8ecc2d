//! CloudEvents of authenticated callers (`POST /events`).

use hookline_event::Payload;
use serde_json::{Value, json};

use crate::fixture::{Function, gateway_request};

fn caller_request(headers: &[(&str, &str)], body: &[u8]) -> Value {
    let mut event = gateway_request("/events", headers, body);
    event["requestContext"]["authorizer"] = json!({ "claims": { "client_id": "billing" } });
    event
}

fn structured_request(body: &[u8]) -> Value {
    caller_request(&[("Content-Type", "application/cloudevents+json; charset=UTF-8")], body)
}

/// A valid CloudEvent with these members replaced; `null` removes a member.
fn cloud_event(changes: &Value) -> Vec<u8> {
    let mut event = json!({
        "specversion": "1.0", "id": "order-17", "type": "order.paid", "source": "https://shop.example/orders",
        "data": { "order": 17 },
    });
    event.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    event.to_string().into_bytes()
}

#[tokio::test]
async fn id_is_any_text_that_cloudevents_allows() {
    let function = Function::new();
    for (header, id) in [
        ("order/17", "order/17"),
        ("a b", "a b"),
        ("{\"x\":[1]}", "{\"x\":[1]}"),
        ("\u{fc}\u{1f600}", "\u{fc}\u{1f600}"),
        ("Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro \u{20ac} \u{1f600}"),
        ("100%", "100%"),
        (&"x".repeat(1024), &"x".repeat(1024)),
    ] {
        let event = caller_request(&[("Ce-Id", header), ("Ce-Type", "v2.a[b]/c=d@e+f")], b"{}");
        assert_eq!(function.call(event).await.2, json!({ "id": id }), "{header}");
        let queued = function.queued_events().pop().unwrap();
        assert_eq!((queued.id.as_str(), queued.event_type.as_str()), (id, "events.v2.a[b]/c=d@e+f"));
    }
    for header in ["", "a\r\nb", "a%00b", "\u{7f}", &"x".repeat(1025)] {
        let (status, _, body) = function.call(caller_request(&[("Ce-Id", header)], b"{}")).await;
        assert_eq!(
            (status, &body["detail"]),
            (400, &json!("The header Ce-Id is empty, invalid or too long.")),
            "{header:?}"
        );
    }
}

#[tokio::test]
async fn structured_event_is_queued_with_its_attributes_and_data() {
    let function = Function::new();
    let body = b"\xef\xbb\xbf{\"specversion\":\"1.0\",\"id\":\"\\u00fc/17\",\"type\":\"order.paid\",\"source\":\"/shop\",\
        \"time\":\"2018-04-05T17:31:00.5+02:00\",\"subject\":\"s\",\"comexampleother\":5,\"data\": {\"n\" : 19.90,\"a\":1e2} }";
    let (status, _, response) = function.call(structured_request(body)).await;
    assert_eq!((status, response), (202, json!({ "id": "\u{fc}/17" })));
    let queued = function.queued_events().pop().unwrap();
    assert_eq!((queued.source.as_str(), queued.event_type.as_str()), ("/events", "events.order.paid"));
    assert_eq!(queued.time, "2018-04-05T17:31:00.5+02:00");
    assert!(queued.recorded_time.is_some_and(|time| time.ends_with('Z')));
    assert_eq!(queued.sender_source.as_deref(), Some("/shop"));
    assert_eq!(queued.content_type.as_deref(), Some("application/json"));
    assert_eq!(
        queued.data,
        Payload::from(b"{\"n\" : 19.90,\"a\":1e2}".to_vec()),
        "the bytes of the data are unchanged"
    );
}

#[tokio::test]
async fn binary_event_has_the_time_and_the_source_of_its_headers() {
    let function = Function::new();
    for (headers, time, source) in [
        (&[("Ce-Time", "2018-04-05T17:31:00.5+02:00")][..], Some("2018-04-05T17:31:00.5+02:00"), None),
        (&[("ce-source", "https://shop.example/orders?a=b")], None, Some("https://shop.example/orders?a=b")),
        (&[("Ce-Source", "/sh%C3%B6p%20100%")], None, Some("/sh\u{f6}p 100%")),
        (
            &[("Ce-Time", "2018-04-05T17%3A31%3A00Z"), ("Ce-Source", "/shop")],
            Some("2018-04-05T17:31:00Z"),
            Some("/shop"),
        ),
    ] {
        assert_eq!(function.status(caller_request(headers, b"{}")).await, 202, "{headers:?}");
        let queued = function.queued_events().pop().unwrap();
        assert_eq!(queued.sender_source.as_deref(), source);
        assert_eq!(queued.recorded_time.is_some(), time.is_some());
        assert_eq!(time.unwrap_or(&queued.time), queued.time);
        assert!(queued.accepted_at().ends_with('Z'));
    }
    for (header, value) in [
        ("Ce-Time", ""),
        ("Ce-Time", "yesterday"),
        ("Ce-Time", "2018-04-05"),
        ("Ce-Time", "2018-04-05T17:31:00"),
        ("Ce-Time", "1522942260"),
        ("Ce-Source", ""),
        ("Ce-Source", "a%0Ab"),
        ("Ce-Source", &"x".repeat(1025)),
    ] {
        let (status, _, body) = function.call(caller_request(&[(header, value)], b"{}")).await;
        let detail = match header {
            "Ce-Time" => "The header Ce-Time is not RFC 3339.",
            _ => "The header Ce-Source is empty, invalid or too long.",
        };
        assert_eq!((status, &body["detail"]), (400, &json!(detail)), "{value:?}");
    }
    assert_eq!(function.queued_events().len(), 4);
    // In structured mode, the attributes are in the body.
    let headers = [("Content-Type", "application/cloudevents+json"), ("Ce-Time", "yesterday"), ("Ce-Source", "")];
    assert_eq!(function.status(caller_request(&headers, &cloud_event(&json!({})))).await, 202);
}

#[tokio::test]
async fn structured_data_has_the_declared_form() {
    let function = Function::new();
    for (changes, content_type, data) in [
        (json!({ "data": "text" }), "application/json", &b"\"text\""[..]),
        (json!({ "data": "text", "datacontenttype": "text/plain" }), "text/plain", b"text"),
        (json!({ "data": [1], "datacontenttype": "application/vnd.a+json" }), "application/vnd.a+json", b"[1]"),
        (json!({ "data": null, "data_base64": "AP8=" }), "application/json", b"\x00\xff"),
        (json!({ "data": null, "data_base64": "AP8=", "datacontenttype": "image/png" }), "image/png", b"\x00\xff"),
    ] {
        assert_eq!(function.status(structured_request(&cloud_event(&changes))).await, 202, "{changes}");
        let queued = function.queued_events().pop().unwrap();
        assert_eq!(
            (queued.content_type.as_deref(), queued.data),
            (Some(content_type), data.to_vec().into()),
            "{changes}"
        );
    }
}

#[tokio::test]
async fn same_structured_id_of_one_caller_is_one_event() {
    let function = Function::new();
    let binary = caller_request(&[("Ce-Id", "order-17"), ("Ce-Type", "order.paid")], b"{}");
    for event in [structured_request(&cloud_event(&json!({}))), structured_request(&cloud_event(&json!({}))), binary] {
        assert_eq!(function.status(event).await, 202);
    }
    let queued = function.queued_events();
    assert!(queued.iter().all(|event| event.dedup_key == queued[0].dedup_key));
}

#[tokio::test]
async fn invalid_cloud_event_returns_400_with_its_problem() {
    let function = Function::new();
    let mut problems = Vec::new();
    for body in [
        b"".to_vec(),
        b"not JSON".to_vec(),
        b"[]".to_vec(),
        b"{\"specversion\":\"1.0\",\"id\":1}".to_vec(),
        b"\"\xff\"".to_vec(),
        cloud_event(&json!({ "specversion": null })),
        cloud_event(&json!({ "specversion": "2.0" })),
        cloud_event(&json!({ "id": null })),
        cloud_event(&json!({ "id": "" })),
        cloud_event(&json!({ "id": "a\nb" })),
        cloud_event(&json!({ "id": "x".repeat(1025) })),
        cloud_event(&json!({ "type": null })),
        cloud_event(&json!({ "type": "" })),
        cloud_event(&json!({ "source": null })),
        cloud_event(&json!({ "source": "" })),
        cloud_event(&json!({ "time": "yesterday" })),
        cloud_event(&json!({ "data_base64": "AP8=" })),
        cloud_event(&json!({ "data": null, "data_base64": "*" })),
        cloud_event(&json!({ "datacontenttype": "text/plain" })),
        cloud_event(&json!({ "data": null })),
        b"{\"id\":\"a\",\"id\":\"b\"}".to_vec(),
    ] {
        let (status, _, response) = function.call(structured_request(&body)).await;
        assert_eq!(status, 400, "{}", String::from_utf8_lossy(&body));
        problems.push(response["detail"].as_str().unwrap().to_owned());
    }
    problems.dedup();
    insta::assert_snapshot!(problems.join("\n"));
    assert!(function.queued_events().is_empty());
}

#[tokio::test]
async fn batch_and_other_formats_return_415() {
    let function = Function::new();
    for (content_type, encoding, detail) in [
        ("application/cloudevents-batch+json", "", "A batch of CloudEvents is not accepted; send each event alone."),
        ("application/cloudevents+avro", "", "The content type is not accepted."),
        ("application/cloudevents+json", "gzip", "Only an uncompressed body is accepted here."),
    ] {
        let headers = [("Content-Type", content_type), ("Content-Encoding", encoding)];
        let (status, _, body) = function.call(caller_request(&headers, &cloud_event(&json!({})))).await;
        assert_eq!((status, &body["detail"]), (415, &json!(detail)), "{content_type}");
    }
    assert!(function.queued_events().is_empty());
}
