use hookline_credentials::{Auth, SecretFormat};
use serde_json::json;

use super::*;

fn form(sender: &str) -> SecretForm {
    SecretForm::Source(SourceScheme::of_sender(sender).unwrap())
}

#[track_caller]
fn stored(form: &SecretForm, value: &str, expected: Result<&str, &str>) {
    let secret = form.parse(Some(value.as_bytes().to_vec()));
    let secret = secret.as_ref().map(|secret| std::str::from_utf8(secret.expose()).unwrap());
    assert_eq!(secret.map_err(SecretFault::name), expected, "{value:?}");
}

#[test]
fn value_is_read_as_the_functions_read_it() {
    let github = form("github");
    assert_eq!(github.parse(None).unwrap_err(), SecretFault::Missing);
    stored(&github, "not-a-real-key\r\n", Ok("not-a-real-key"));
    stored(&github, "{\"secret\":\"not-a-real-key\"}", Ok("not-a-real-key"));
    stored(&github, "{\"SecretString\":\"not-a-real-key\\n\"}\r\n", Ok("not-a-real-key"));
    stored(&github, "\"not-a-real-key\"\n", Ok("not-a-real-key"));
    stored(&github, "'not-a-real-key'", Ok("not-a-real-key"));
    stored(&github, "\u{feff}not-a-real-key\r\n", Ok("not-a-real-key"));
    stored(&github, "[\"not-a-real-key\"]", Err("unusable"));
    stored(&github, "", Err("empty"));
    stored(&github, " \n", Err("empty"));
    stored(&github, "short", Err("unusable"));
    stored(&github, "{\"a\":\"not-a-real-key\",\"b\":\"not-a-real-key\"}", Err("unusable"));
}

#[test]
fn value_must_be_a_key_of_the_scheme() {
    let standard = form("standard");
    for key in ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
        stored(&standard, key, Ok(key.trim_end()));
    }
    stored(&standard, "whsec_not base64", Err("unusable"));
    stored(&form("gitlab"), "not base64", Ok("not base64"));
}

#[test]
fn secret_of_a_destination_is_a_url_or_a_signing_key() {
    let url = SecretForm::Destination(DestinationSecret::WebhookUrl);
    stored(&url, "https://hooks.example.com/services/T/B/x\n", Ok("https://hooks.example.com/services/T/B/x"));
    for invalid in ["http://hooks.example.com/x", "hooks.example.com/x", "https://user@hooks.example.com/x"] {
        stored(&url, invalid, Err("unusable"));
    }
    let key = SecretFormat::new(Auth::None, true).map(DestinationSecret::Http).map(SecretForm::Destination).unwrap();
    stored(&key, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", Ok("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
    stored(&key, "whpk_A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=", Err("unusable"));
}

#[test]
fn secret_of_a_recovery_is_a_token_or_the_key_of_an_app() {
    const APP_KEY: &str = include_str!("../../../crates/github/tests/keys/app-pkcs1.pem");
    let (token, key) = (SecretForm::Recovery(RecoverySecret::Token), SecretForm::Recovery(RecoverySecret::AppKey));
    stored(&token, "github_pat_not_a_real_token\n", Ok("github_pat_not_a_real_token"));
    stored(&token, APP_KEY, Err("unusable"));
    stored(&token, "not a token", Err("unusable"));
    stored(&key, APP_KEY, Ok(APP_KEY.trim_end()));
    stored(&key, &serde_json::json!({ "key": APP_KEY }).to_string(), Ok(APP_KEY.trim_end()));
    stored(&key, "github_pat_not_a_real_token", Err("unusable"));
    // The prompt reads one line.
    stored(&key, "-----BEGIN RSA PRIVATE KEY-----", Err("unusable"));
    let hint = |text: &str| token.hint(&Secret::new(text).unwrap());
    assert!(hint("ghs_not_a_real_token").is_some() && hint("github_pat_not_a_real_token").is_none());
}

#[test]
fn reason_never_contains_the_value() {
    let recovery = [RecoverySecret::Token, RecoverySecret::AppKey].map(SecretForm::Recovery);
    let others = [form("standard"), SecretForm::Destination(DestinationSecret::WebhookUrl)];
    for form in others.into_iter().chain(recovery) {
        let fault = form.parse(Some(b"hunter2-hunter2 not a key".to_vec())).unwrap_err();
        assert!(!fault.reason().is_empty() && !fault.reason().contains("hunter2"), "{fault:?}");
    }
}

#[test]
fn unusual_key_of_a_sender_gives_a_hint() {
    let hint = |scheme, secret: &str| form(scheme).hint(&Secret::new(secret).unwrap()).is_some();
    assert!(hint("stripe", "not-a-real-api-key") && !hint("stripe", "whsec_not-a-real-key"));
    assert!(hint("slack", "xoxb-not-a-real-token") && !hint("slack", "0123456789abcdef0123456789abcdef"));
    assert!(hint("twilio", "0123456789abcdef") && !hint("twilio", "0123456789ABCDEF0123456789abcdef"));
    assert!(!hint("github", "not-a-real-key"));
}

/// Operators read an object with several values in Secrets Manager.
#[test]
fn object_of_a_destination_is_stored_as_it_is() {
    let basic = SecretForm::Destination(DestinationSecret::Http(SecretFormat::new(Auth::Basic, false).unwrap()));
    let object = json!({ "password": "not-a-real-password", "username": "team" }).to_string();
    let secret = basic.parse(Some(format!("{object}\n").into_bytes())).unwrap();
    assert_eq!(basic.to_stored(&secret), object.as_bytes());
    assert_eq!(basic.parse(Some(b"not-a-real-password".to_vec())).unwrap_err().name(), "unusable");
    let quoted = Secret::new("'not-a-real-key'").unwrap();
    assert_eq!(form("github").to_stored(&quoted), br#"{"secret":"'not-a-real-key'"}"#);
}
