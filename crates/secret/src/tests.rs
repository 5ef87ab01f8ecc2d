use super::*;

#[track_caller]
fn stored(value: &[u8], expected: Result<&[u8], InvalidSecret>) {
    let secret = Secret::from_stored(value);
    assert_eq!(secret.as_ref().map(Secret::expose).map_err(|error| *error), expected);
}

#[test]
fn value_of_the_console_is_unwrapped() {
    for value in [
        r#"{"secret":"not-a-real-key"}"#,
        r#"{"":"not-a-real-key"}"#,
        r#"{"github":"not-a-real-key"}"#,
        " {\n  \"secret\": \"not-a-real-key\"\n}\n",
        r#"{"secret":"not-a-real-key\n"}"#,
        r#"{"secret":"not-a-real\u002dkey"}"#,
        r#"{"SecretString":"not-a-real-key"}"#,
        "{\r\n\"secret\": \"not-a-real-key\"\r\n}\r\n",
    ] {
        stored(value.as_bytes(), Ok(b"not-a-real-key"));
    }
    for value in [
        r#"{"a":"not-a-real-key","b":"x"}"#,
        "{}",
        r#"{"a":12345678}"#,
        r#"{"a":{"b":"not-a-real-key"}}"#,
        r#"{"a":null}"#,
        r#"["not-a-real-key"]"#,
        "[]",
        r#"{"kty":"oct","k":"bm90LWEtcmVhbC1rZXk"}"#,
        r#"{"kty":1,"x":"not-a-real-key"}"#,
    ] {
        stored(value.as_bytes(), Err(InvalidSecret::AmbiguousObject));
    }
    for value in ["{not JSON}", "[not JSON]", "{not JSON", "[\"not JSON\"", "12345678", "key={\"a\":1}"] {
        stored(value.as_bytes(), Ok(value.as_bytes()));
    }
}

#[test]
fn json_web_key_is_a_secret_as_a_whole() {
    for key_type in ["EC", "OKP", "RSA"] {
        let key = format!(r#"{{"kty":"{key_type}","x":"not-a-real-key"}}"#);
        stored(key.as_bytes(), Ok(key.as_bytes()));
        stored(format!("\u{feff} {key}\r\n").as_bytes(), Ok(key.as_bytes()));
    }
}

/// A destination can need several values.
#[test]
fn object_with_several_entries_can_be_a_secret() {
    let values = |value: &str| {
        let secret = Secret::from_stored_values(value)?;
        Ok::<_, InvalidSecret>(String::from_utf8_lossy(secret.expose()).into_owned())
    };
    let object = r#"{"username":"a","password":"b"}"#;
    for stored in [object.to_owned(), format!(" {object}\r\n"), format!("\u{feff}{object}\n")] {
        assert_eq!(values(&stored).as_deref(), Ok(object), "{stored:?}");
    }
    assert_eq!(Secret::from_stored(object).err(), Some(InvalidSecret::AmbiguousObject), "a key is one value");
    for stored in [r#"{"token":"not-a-real-key"}"#, "not-a-real-key\n", "'not-a-real-key'"] {
        assert_eq!(values(stored).as_deref(), Ok("not-a-real-key"), "{stored:?}");
    }
    for stored in ["{}", r#"{"a":1}"#, r#"["not-a-real-key"]"#] {
        assert_eq!(values(stored), Err(InvalidSecret::AmbiguousObject), "{stored:?}");
    }
    assert_eq!(values("'pass'").as_deref(), Ok("pass"), "the receiver has chosen a short password");
    assert_eq!(values("''"), Err(InvalidSecret::Blank));
}

/// Terraform's `jsonencode` and the command line of Windows add quotes.
#[test]
fn quotes_around_a_text_are_removed() {
    for value in [
        r#""not-a-real-key""#,
        "\"not-a-real-key\"\n",
        r#""not-a-real\u002dkey""#,
        r#""not-a-real-key\r\n""#,
        "'not-a-real-key'",
        "'not-a-real-key'\r\n",
    ] {
        stored(value.as_bytes(), Ok(b"not-a-real-key"));
    }
    for value in ["\"not-a-real-key", "not-a-real-key'", "\"not a\" real \"key\"", "'not-a-real-key\"", "it's-a-key'"] {
        stored(value.as_bytes(), Ok(value.as_bytes()));
    }
    // A secret that has quotes itself can be stored in an object.
    stored(br#"{"secret":"'not-a-real-key'"}"#, Ok(b"'not-a-real-key'"));
    stored(b"''", Err(InvalidSecret::Blank));
    stored(b"\"\"", Err(InvalidSecret::Blank));
    stored(b"'1234567'", Err(InvalidSecret::TooShort));
    stored(b"'", Err(InvalidSecret::TooShort));
}

#[test]
fn stored_secret_is_read_back() {
    for value in ["not-a-real-key\n", "'not-a-real-key'", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "\u{fc}bersicht"] {
        let secret = Secret::from_stored(value).unwrap();
        assert_eq!(*secret.to_stored(), secret.expose(), "{value:?}");
    }
    for text in
        ["'not-a-real-key'", "\"not-a-real-key\"", "[\"not-a-real-key\"]", "\u{feff}not-a-real-key", "{\"a\":\"b\"}"]
    {
        let secret = Secret::from_stored(json!({ "secret": text }).to_string()).unwrap();
        assert_eq!(secret.expose(), text.as_bytes());
        assert!(Secret::from_stored(secret.to_stored().to_vec()).unwrap().matches(&secret), "{text}");
    }
    let binary = Secret::from_stored(b"\xff\x00\x01\x02\x03\x04\x05\n".as_slice()).unwrap();
    assert_eq!(*binary.to_stored(), binary.expose());
}

/// Editors of Windows begin a file with a byte order mark.
#[test]
fn byte_order_mark_of_a_text_is_removed() {
    for value in ["\u{feff}not-a-real-key\r\n", "\u{feff}{\"secret\":\"not-a-real-key\"}", "\u{feff}\"not-a-real-key\""]
    {
        stored(value.as_bytes(), Ok(b"not-a-real-key"));
    }
    stored("\u{feff}".as_bytes(), Err(InvalidSecret::Blank));
}

#[test]
fn line_end_of_a_text_is_removed() {
    for value in ["not-a-real-key", "not-a-real-key\n", "not-a-real-key\r\n", "not-a-real-key\n\n"] {
        stored(value.as_bytes(), Ok(b"not-a-real-key"));
    }
    stored(b" not-a-real-key ", Ok(b" not-a-real-key "));
    stored("schl\u{fc}ssel\n".as_bytes(), Ok("schl\u{fc}ssel".as_bytes()));
}

#[test]
fn binary_key_stays_as_it_is() {
    stored(b"\xff\x00\x01\x02\x03\x04\x05\x06\n", Ok(b"\xff\x00\x01\x02\x03\x04\x05\x06\n"));
    stored(b"\x00234567\n", Ok(b"\x00234567\n"));
}

#[test]
fn rejects_blank_and_short_values() {
    for value in ["", " ", "\n", "{\"secret\":\"\"}", "{\"\":\" \\n\"}"] {
        stored(value.as_bytes(), Err(InvalidSecret::Blank));
    }
    for value in ["1234567", "1234567\n", "{\"secret\":\"1234567\"}"] {
        stored(value.as_bytes(), Err(InvalidSecret::TooShort));
    }
    stored(b"12345678\n", Ok(b"12345678"));
}

#[test]
fn debug_output_is_redacted() {
    let secret = Secret::new("hunter2").map(|secret| format!("{secret:?}"));
    assert_eq!(secret.as_deref(), Ok("Secret(redacted)"));
}

#[test]
fn rejects_blank_secrets() {
    for blank in ["", " ", "\n", " \t\r\n"] {
        assert_eq!(Secret::new(blank).err(), Some(InvalidSecret::Blank), "{blank:?}");
    }
}

#[test]
fn secret_matches_only_equal_bytes() {
    let secret = |text: &str| Secret::new(text);
    let same =
        |one: &str, other: &str| secret(one).is_ok_and(|one| secret(other).is_ok_and(|other| one.matches(&other)));
    assert!(same("key", "key"));
    assert!(!same("key", "kez"));
    assert!(!same("key", "ke"));
}
