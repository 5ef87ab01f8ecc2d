use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519};
use serde_json::json;

use super::*;

/// A value that no output may contain.
const CANARY: &str = "hunter2-hunter2";

const ALL: [Auth; 7] =
    [Auth::None, Auth::Bearer, Auth::Basic, Auth::Header, Auth::Oauth2ClientCredentials, Auth::Sigv4, Auth::Mtls];

fn parse(auth: Auth, is_signed: bool, secret: &str) -> Result<Credentials, InvalidCredentials> {
    SecretFormat { auth, is_signed }.parse(&Secret::new(secret).unwrap())
}

fn pem_pair(key: &KeyPair) -> (String, String) {
    let certificate = CertificateParams::new(["client.example".to_owned()]).unwrap().self_signed(key).unwrap();
    (certificate.pem(), key.serialize_pem())
}

#[test]
fn each_auth_has_its_format() {
    let token = parse(Auth::Bearer, false, "token-1\n").unwrap().credential;
    assert!(matches!(token, Credential::Token(token) if token.expose() == "token-1"));
    let token = parse(Auth::Bearer, false, r#"{"token":"token-1"}"#).unwrap().credential;
    assert!(matches!(token, Credential::Token(token) if token.expose() == "token-1"));
    let value = parse(Auth::Header, false, "Key abc").unwrap().credential;
    assert!(matches!(value, Credential::Value(value) if value.expose() == "Key abc"));
    let basic = parse(Auth::Basic, false, r#"{"username":"u","password":" p: "}"#).unwrap().credential;
    let Credential::Basic { username, password } = basic else { panic!() };
    assert_eq!((username.expose(), password.expose()), ("u", " p: "));
    assert!(parse(Auth::Basic, false, r#"{"username":"u","password":""}"#).is_ok());
    let client = parse(Auth::Oauth2ClientCredentials, false, r#"{"client_id":"i","client_secret":"s"}"#).unwrap();
    let Credential::Client(client) = client.credential else { panic!() };
    assert_eq!((client.id.expose(), client.secret.expose()), ("i", "s"));
}

#[test]
fn signing_key_is_an_additional_member_or_the_only_value() {
    let key = |credentials: Credentials| String::from_utf8(credentials.signing_key.unwrap().expose().to_vec()).unwrap();
    assert_eq!(key(parse(Auth::None, true, "whsec_abc").unwrap()), "whsec_abc");
    assert_eq!(key(parse(Auth::Sigv4, true, r#"{"signing_key":"whsec_abc"}"#).unwrap()), "whsec_abc");
    assert_eq!(key(parse(Auth::Bearer, true, r#"{"token":"t","signing_key":"whsec_abc"}"#).unwrap()), "whsec_abc");
    let missing = InvalidCredentials::MissingMember { member: "signing_key" };
    assert_eq!(parse(Auth::Bearer, true, r#"{"token":"t"}"#).unwrap_err(), missing);
    let members = "token, signing_key";
    assert_eq!(parse(Auth::Bearer, true, "t").unwrap_err(), InvalidCredentials::NotAnObject { members });
    let members = "token";
    let unknown = InvalidCredentials::UnknownMember { members };
    assert_eq!(parse(Auth::Bearer, false, r#"{"token":"t","signing_key":"k"}"#).unwrap_err(), unknown);
}

#[test]
fn certificate_and_key_are_two_members_or_one_text() {
    for algorithm in [&PKCS_ECDSA_P256_SHA256, &PKCS_ED25519] {
        let (certificate, key) = pem_pair(&KeyPair::generate_for(algorithm).unwrap());
        for secret in [
            json!({ "certificate": certificate, "key": key }).to_string(),
            json!({ "certificate": format!("{key}{certificate}"), "key": format!("{certificate}{key}") }).to_string(),
            format!("{certificate}{key}"),
            format!("{key}{certificate}").replace('\n', "\r\n"),
        ] {
            let parsed = parse(Auth::Mtls, false, &secret).unwrap().credential;
            assert!(matches!(parsed, Credential::Identity(identity) if identity.certified_key().cert.len() == 1));
        }
    }
}

/// The keys of each format were made by OpenSSL, because rcgen writes only PKCS#8.
#[test]
fn keys_in_pkcs8_pkcs1_and_sec1_are_read() {
    for (certificate, key) in [
        (include_str!("testdata/rsa.crt"), include_str!("testdata/rsa.pkcs1.key")),
        (include_str!("testdata/rsa.crt"), include_str!("testdata/rsa.pkcs8.key")),
        (include_str!("testdata/ec.crt"), include_str!("testdata/ec.sec1.key")),
        (include_str!("testdata/ec.crt"), include_str!("testdata/ec.pkcs8.key")),
    ] {
        let secret = json!({ "certificate": certificate, "key": key }).to_string();
        assert!(parse(Auth::Mtls, false, &secret).is_ok(), "{}", key.lines().next().unwrap());
    }
    let encrypted = include_str!("testdata/ec.encrypted.key");
    let secret = json!({ "certificate": include_str!("testdata/ec.crt"), "key": encrypted }).to_string();
    assert_eq!(parse(Auth::Mtls, false, &secret).unwrap_err(), InvalidCredentials::InvalidKey);
}

#[test]
fn unusable_certificates_and_keys_have_different_errors() {
    let (certificate, key) = pem_pair(&KeyPair::generate().unwrap());
    let (_, other) = pem_pair(&KeyPair::generate().unwrap());
    let error = |certificate: &str, key: &str| {
        parse(Auth::Mtls, false, &json!({ "certificate": certificate, "key": key }).to_string()).unwrap_err()
    };
    assert_eq!(error(&certificate, &other), InvalidCredentials::KeyMismatch);
    assert_eq!(error(&key, &key), InvalidCredentials::InvalidCertificate);
    assert_eq!(error(&certificate, &certificate), InvalidCredentials::InvalidKey);
    assert_eq!(error(&certificate.replace('A', ""), &key), InvalidCredentials::InvalidCertificate);
    assert_eq!(error(&certificate, ""), InvalidCredentials::MissingMember { member: "key" });
    assert_eq!(parse(Auth::Mtls, false, &certificate).unwrap_err(), InvalidCredentials::InvalidKey);
}

#[test]
fn values_that_no_header_can_contain_are_rejected() {
    for token in ["Bearer abc", "a\nb", "a\u{e9}", "a\tb"] {
        assert!(parse(Auth::Bearer, false, token).is_err(), "{token:?}");
    }
    for value in ["a\nb", "a\u{e9}", "a\u{0}"] {
        assert!(parse(Auth::Header, false, value).is_err(), "{value:?}");
    }
    for (username, password) in [("a:b", "c"), ("a\n", "c"), ("a", "c\n"), ("", "c"), (" ", "c")] {
        let secret = json!({ "username": username, "password": password }).to_string();
        assert!(parse(Auth::Basic, false, &secret).is_err(), "{secret}");
    }
}

#[test]
fn no_output_contains_the_secret() {
    let secrets = [
        CANARY.to_owned(),
        json!({ "token": CANARY }).to_string(),
        json!({ CANARY: CANARY }).to_string(),
        json!({ "token": [CANARY], "value": CANARY, "signing_key": CANARY }).to_string(),
        json!({ "username": CANARY, "password": CANARY, "signing_key": CANARY }).to_string(),
        json!({ "username": format!("{CANARY}:"), "password": CANARY }).to_string(),
        json!({ "client_id": CANARY, "client_secret": CANARY }).to_string(),
        json!({ "certificate": CANARY, "key": CANARY }).to_string(),
        format!("-----BEGIN CERTIFICATE-----\n{CANARY}\n-----END CERTIFICATE-----"),
        format!("{CANARY} {CANARY}\u{0}"),
    ];
    for auth in ALL {
        for (is_signed, secret) in [true, false].into_iter().flat_map(|signed| secrets.iter().map(move |s| (signed, s)))
        {
            let output = match parse(auth, is_signed, secret) {
                Ok(credentials) => format!("{credentials:?}"),
                Err(error) => format!("{error} {error:?}"),
            };
            assert!(!output.contains("hunter2"), "{auth:?}: {output}");
        }
    }
    let (certificate, key) = pem_pair(&KeyPair::generate().unwrap());
    let output = format!("{:?}", parse(Auth::Mtls, false, &format!("{certificate}{key}")).unwrap());
    assert_eq!(output, "Credentials { credential: Identity(Identity(redacted)), signing_key: None }");
}

#[test]
fn names_of_auth_are_those_of_terraform() {
    let names = ["none", "bearer", "basic", "header", "oauth2_client_credentials", "sigv4", "mtls"];
    for (name, auth) in names.into_iter().zip(ALL) {
        assert_eq!(serde_json::from_value::<Auth>(json!(name)).unwrap(), auth);
    }
    assert!(serde_json::from_value::<Auth>(json!("digest")).is_err());
}

#[test]
fn errors_name_the_same_members_as_the_fields() {
    for (auth, is_signed) in ALL.into_iter().flat_map(|auth| [(auth, true), (auth, false)]) {
        if let Some(format) = SecretFormat::new(auth, is_signed) {
            let names: Vec<_> = format.fields().iter().map(|field| field.name).collect();
            assert_eq!(format.members(), names.join(", "));
        } else {
            assert!(matches!(auth, Auth::None | Auth::Sigv4) && !is_signed);
        }
    }
}
