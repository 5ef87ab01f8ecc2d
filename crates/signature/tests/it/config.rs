use hookline_signature::SchemeConfig;
use serde_json::json;

#[track_caller]
fn case(config: serde_json::Value, expected: &str) {
    let config: SchemeConfig = serde_json::from_value(config).unwrap();
    let verdict = config.resolve().map_or_else(|error| error.to_string(), |_| "valid".to_owned());
    assert_eq!(verdict, expected);
}

#[test]
fn only_hmac_requires_an_option() {
    for (scheme, _) in SchemeConfig::OPTIONS {
        case(json!({ "scheme": scheme }), if scheme == "hmac" { "scheme `hmac` requires `header`" } else { "valid" });
    }
    case(
        json!({ "scheme": "morse" }),
        "unknown scheme `morse`; use one of bitbucket, github, gitlab, hmac, linear, pagerduty, shopify, slack, standard, \
         stripe, twilio",
    );
}

#[test]
fn rejects_options_that_a_scheme_does_not_support() {
    let values = json!({
        "header": "X-A", "prefix": "a", "encoding": "hex", "algorithm": "sha256", "template": "{body}",
        "timestamp_header": "X-T", "id_header": "X-I", "event_header": "X-E", "separator": ",", "tolerance_seconds": 30,
        "mode": "token", "url": "https://a.example",
    });
    for (scheme, options) in SchemeConfig::OPTIONS {
        for (option, value) in values.as_object().unwrap() {
            let config: SchemeConfig = serde_json::from_value(json!({ "scheme": scheme, option: value })).unwrap();
            let is_rejected = config
                .resolve()
                .is_err_and(|error| error.to_string() == format!("scheme `{scheme}` does not support `{option}`"));
            assert_eq!(is_rejected, !options.contains(&option.as_str()), "{scheme}: {option}");
        }
    }
}

#[test]
fn tolerance_is_limited_by_the_time_of_deduplication() {
    for (scheme, _) in SchemeConfig::TOLERANCES {
        let config = |seconds: u32| match scheme {
            "gitlab" => json!({ "scheme": scheme, "mode": "signature", "tolerance_seconds": seconds }),
            "hmac" => json!({
                "scheme": scheme, "header": "X-S", "template": "{timestamp}.{body}", "timestamp_header": "X-T",
                "tolerance_seconds": seconds,
            }),
            _ => json!({ "scheme": scheme, "tolerance_seconds": seconds }),
        };
        [1, 60, 14_400, 1_296_000].into_iter().for_each(|seconds| case(config(seconds), "valid"));
        for seconds in [0, 1_296_001, u32::MAX] {
            case(
                config(seconds),
                &format!(
                    "`tolerance_seconds` of scheme `{scheme}` must be 1 to 1296000, the time for which events are \
                     deduplicated"
                ),
            );
        }
    }
    case(
        json!({ "scheme": "gitlab", "tolerance_seconds": 60 }),
        "scheme `gitlab` with a token does not support `tolerance_seconds`",
    );
    case(json!({ "scheme": "gitlab", "mode": "signature", "tolerance_seconds": 60 }), "valid");
}

/// The retries of these senders repeat the first time.
#[test]
fn tolerance_can_cover_the_retries_of_any_sender() {
    let hmac = |seconds: u32| {
        json!({
            "scheme": "hmac", "header": "X-S", "template": "{timestamp}.{body}", "timestamp_header": "X-T",
            "tolerance_seconds": seconds,
        })
    };
    for seconds in [14_400, 86_400, 3 * 86_400, 5 * 86_400, 15 * 86_400] {
        case(hmac(seconds), "valid");
    }
    case(json!({ "scheme": "linear", "tolerance_seconds": 90 }), "valid");
    case(json!({ "scheme": "slack", "tolerance_seconds": 90_000 }), "valid");
}

/// A scheme that signs a time has a default, and the other schemes have none.
#[test]
fn default_tolerance_covers_the_retries_of_the_sender() {
    let with_option = SchemeConfig::OPTIONS.into_iter().filter(|(_, options)| options.contains(&"tolerance_seconds"));
    let schemes: Vec<_> = with_option.map(|(scheme, _)| scheme).collect();
    assert_eq!(schemes, SchemeConfig::TOLERANCES.map(|(scheme, _)| scheme));
    let tolerance = |name| SchemeConfig::TOLERANCES.into_iter().find(|(scheme, _)| *scheme == name).unwrap().1;
    assert!(tolerance("linear") > 60 + 3600 + 6 * 3600, "retries after 1 minute, 1 hour and 6 hours");
    assert!(tolerance("slack") > 60 + 300, "retries immediately, after 1 minute and after 5 minutes");
}

#[test]
fn hmac_options_have_to_be_consistent() {
    let hmac = |options: serde_json::Value| {
        let mut config = json!({ "scheme": "hmac", "header": "X-A" });
        config.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
        config
    };
    let timed = json!({ "template": "{timestamp}.{body}", "timestamp_header": "X-T", "tolerance_seconds": 3600 });
    case(hmac(timed), "valid");
    case(
        hmac(json!({ "template": "{timestamp}.{body}" })),
        "scheme `hmac` with {timestamp} requires `timestamp_header`",
    );
    case(hmac(json!({ "template": "{id}.{body}" })), "scheme `hmac` with {id} requires `id_header`");
    case(
        hmac(json!({ "timestamp_header": "X-T" })),
        "scheme `hmac` without {timestamp} does not support `timestamp_header`",
    );
    case(
        hmac(json!({ "tolerance_seconds": 5 })),
        "scheme `hmac` without {timestamp} does not support `tolerance_seconds`",
    );
    case(
        hmac(json!({ "template": "{timestamp}" })),
        "invalid template `{timestamp}`: it must contain {body} exactly once",
    );
    case(hmac(json!({ "id_header": "X I" })), "`X I` is not a header name");
    case(hmac(json!({ "separator": "" })), "`separator` must not be empty; omit it if the header has one signature");
}
