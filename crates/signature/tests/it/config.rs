use hookline_signature::SchemeConfig;
use serde_json::json;

#[track_caller]
fn case(config: serde_json::Value, expected: &str) {
    let config: SchemeConfig = serde_json::from_value(config).unwrap();
    let verdict = config.resolve().map_or_else(|error| error.to_string(), |_| "fine".to_owned());
    assert_eq!(verdict, expected);
}

#[test]
fn every_scheme_has_a_name_that_is_enough_where_nothing_has_to_be_said() {
    for (scheme, _) in SchemeConfig::OPTIONS {
        case(json!({ "scheme": scheme }), if scheme == "hmac" { "scheme `hmac` needs `header`" } else { "fine" });
    }
    case(
        json!({ "scheme": "morse" }),
        "unknown scheme `morse`; known are bitbucket, github, gitlab, hmac, linear, pagerduty, shopify, slack, standard, \
         stripe, twilio",
    );
}

#[test]
fn an_option_that_a_scheme_does_not_take_is_refused() {
    let values = json!({
        "header": "X-A", "prefix": "a", "encoding": "hex", "algorithm": "sha256", "template": "{body}",
        "timestamp_header": "X-T", "id_header": "X-I", "event_header": "X-E", "separator": ",", "tolerance_seconds": 30,
        "mode": "token", "url": "https://a.example",
    });
    for (scheme, options) in SchemeConfig::OPTIONS {
        for (option, value) in values.as_object().unwrap() {
            let config: SchemeConfig = serde_json::from_value(json!({ "scheme": scheme, option: value })).unwrap();
            let refused = config
                .resolve()
                .is_err_and(|error| error.to_string() == format!("scheme `{scheme}` takes no `{option}`"));
            assert_eq!(refused, !options.contains(&option.as_str()), "{scheme}: {option}");
        }
    }
}

#[test]
fn a_tolerance_can_be_narrowed_and_not_switched_off() {
    case(json!({ "scheme": "stripe", "tolerance_seconds": 1 }), "fine");
    case(
        json!({ "scheme": "stripe", "tolerance_seconds": 0 }),
        "tolerance_seconds of scheme `stripe` must be 1 to 300",
    );
    case(
        json!({ "scheme": "stripe", "tolerance_seconds": 301 }),
        "tolerance_seconds of scheme `stripe` must be 1 to 300",
    );
    case(
        json!({ "scheme": "linear", "tolerance_seconds": 61 }),
        "tolerance_seconds of scheme `linear` must be 1 to 60",
    );
    case(
        json!({ "scheme": "gitlab", "tolerance_seconds": 60 }),
        "scheme `gitlab with a token` takes no `tolerance_seconds`",
    );
    case(json!({ "scheme": "gitlab", "mode": "signature", "tolerance_seconds": 60 }), "fine");
}

#[test]
fn hmac_options_have_to_fit_together() {
    let hmac = |more: serde_json::Value| {
        let mut config = json!({ "scheme": "hmac", "header": "X-A" });
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        config
    };
    let timed = json!({ "template": "{timestamp}.{body}", "timestamp_header": "X-T", "tolerance_seconds": 3600 });
    case(hmac(timed), "fine");
    case(hmac(json!({ "template": "{timestamp}.{body}" })), "scheme `hmac with {timestamp}` needs `timestamp_header`");
    case(hmac(json!({ "template": "{id}.{body}" })), "scheme `hmac with {id}` needs `id_header`");
    case(hmac(json!({ "timestamp_header": "X-T" })), "scheme `hmac without {timestamp}` takes no `timestamp_header`");
    case(hmac(json!({ "tolerance_seconds": 5 })), "scheme `hmac without {timestamp}` takes no `tolerance_seconds`");
    case(
        hmac(json!({ "template": "{timestamp}" })),
        "the template `{timestamp}` cannot be used: it must have {body} exactly once",
    );
    case(hmac(json!({ "id_header": "X I" })), "`X I` is not a header's name");
    case(hmac(json!({ "separator": "" })), "separator must not be empty: leave it out if there is one signature");
}
