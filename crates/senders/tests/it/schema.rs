//! `senders/schema.json` has the members and values of the types.

use std::collections::{BTreeMap, BTreeSet};

use hookline_senders::{EventResponse, HandshakeDescription};
use hookline_signature::{
    Algorithm, Derivation, Description, Digest, Encoding, JwtDescription, KeyDescription, KeyEncoding,
    PairsDescription, SignatureDescription, TimeUnit, TimestampDescription, Trust,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../../senders/schema.json")).unwrap()
}

fn names(object: &Value) -> Vec<String> {
    let mut names: Vec<_> = object.as_object().unwrap().keys().cloned().collect();
    names.sort();
    names
}

/// The value has each member of its type, so that both directions are compared.
#[track_caller]
fn has_members(pointer: &str, value: &impl Serialize) {
    let schema = schema();
    let properties = schema.pointer(&format!("{pointer}/properties")).unwrap();
    assert_eq!(names(properties), names(&serde_json::to_value(value).unwrap()), "{pointer}");
    assert_eq!(schema.pointer(&format!("{pointer}/additionalProperties")), Some(&json!(false)), "{pointer}");
}

#[test]
fn members_of_descriptions_are_those_of_the_types() {
    let text = || Some("x".to_owned());
    let texts = || vec!["x".to_owned()];
    let map = || BTreeMap::from([("x".to_owned(), "x".to_owned())]);
    let pairs = PairsDescription { separators: texts(), assignment: text(), repeated: Some(true) };
    let signature = SignatureDescription {
        r#in: texts(),
        pairs: Some(pairs.clone()),
        names: texts(),
        prefix: text(),
        after: text(),
        separator: text(),
        encoding: Some(Encoding::Hex),
    };
    let key = KeyDescription {
        encoding: Some(KeyEncoding::Text),
        prefix: text(),
        required: Some(true),
        derive: Some(Derivation::Sha1),
    };
    let timestamp =
        TimestampDescription { r#in: "x".to_owned(), unit: Some(TimeUnit::Seconds), tolerance_seconds: Some(1) };
    let jwt = JwtDescription {
        algorithms: texts(),
        issuer: text(),
        audience: text(),
        required_claims: texts(),
        max_age_seconds: Some(1),
    };
    let handshake = HandshakeDescription {
        method: "GET".to_owned(),
        when: map(),
        signed: Some(true),
        token: text(),
        key: text(),
        status: Some(200),
        content_type: text(),
        body: text(),
        json: Map::from_iter([("x".to_owned(), json!(1))]),
        headers: map(),
    };
    has_members("/$defs/signature/properties/pairs", &pairs);
    has_members("/$defs/signature", &signature);
    has_members("/$defs/description/properties/key", &key);
    has_members("/$defs/description/properties/timestamp", &timestamp);
    has_members("/$defs/description/properties/jwt", &jwt);
    has_members("/$defs/handshake", &handshake);
    has_members("/$defs/response", &EventResponse { status: 200, content_type: text(), body: text() });
    let description = Description {
        algorithm: Some(Algorithm::default()),
        key: Some(key),
        signature,
        message: text(),
        digest: Some(Digest::Sha256),
        timestamp: Some(timestamp),
        bind: map(),
        each: text(),
        url_port_optional: Some(true),
        jwt: Some(jwt),
        id: texts(),
        r#type: texts(),
        type_replace: map(),
        type_lowercase: Some(true),
        type_ignore: texts(),
    };
    has_members("/$defs/description", &description);
}

/// Each value of the schema is one of the type. `unknown` is an invalid value, whose error lists the values of the type.
#[track_caller]
fn has_values<T: DeserializeOwned + std::fmt::Debug>(pointer: &str) {
    let schema = schema();
    let values = schema.pointer(&format!("{pointer}/enum")).unwrap().as_array().unwrap();
    let error = serde_json::from_value::<T>(json!("unknown")).unwrap_err().to_string();
    let expected: BTreeSet<_> = error.split('`').skip(3).step_by(2).collect();
    let values: BTreeSet<_> = values.iter().filter_map(Value::as_str).collect();
    assert_eq!(values, expected, "{pointer}");
}

#[test]
fn values_of_descriptions_are_those_of_the_types() {
    has_values::<Algorithm>("/$defs/description/properties/algorithm");
    has_values::<KeyEncoding>("/$defs/description/properties/key/properties/encoding");
    has_values::<Derivation>("/$defs/description/properties/key/properties/derive");
    has_values::<Digest>("/$defs/description/properties/digest");
    has_values::<TimeUnit>("/$defs/description/properties/timestamp/properties/unit");
    has_values::<Encoding>("/$defs/signature/properties/encoding");
    has_values::<Trust>("/properties/trust");
}
