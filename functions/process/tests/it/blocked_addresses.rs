use hookline_aws::Variables;
use process::Config;
use serde_json::json;

use crate::fixture::{FakeQueue, Function, InMemoryPayloads, environment, handler, unique_record};

#[track_caller]
fn destinations(url: &str) -> String {
    let destination = json!({ "kind": "http", "url": url, "timeout_ms": 2000 });
    json!({ "orders": destination, "audit": destination, "hangs": destination }).to_string()
}

/// Only 127.0.0.1 is listed. All other addresses of the local machine are blocked.
#[tokio::test]
async fn blocks_private_addresses_that_are_not_listed() {
    for url in [
        "https://127.0.0.2/",
        "https://0x7f.2/",
        "https://2130706434/",
        "https://0177.0.0.2/",
        "https://127.2/",
        "https://0x7f000002/",
        "https://[::1]/",
        "https://[2002:7f00:2::]/",
        "https://[::7f00:2]/",
        "https://[::ffff:127.0.0.2]/",
        "https://[64:ff9b::7f00:2]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[fd00:ec2::254]/",
    ] {
        let function = Function::with_variable("HOOKLINE_DESTINATIONS", Some(&destinations(url))).await;
        assert!(function.failed_ids(vec![unique_record("m", "github", 1)]).await.is_empty(), "{url}");
        assert_eq!(function.dead_letters()[0]["reason"], "blocked_address", "{url}");
    }
}

/// A zone would select the network interface. URLs do not support zones.
#[test]
fn rejects_address_with_zone() {
    for url in ["https://[fe80::1%25eth0]/", "https://[fe80::1%eth0]/"] {
        let lookup = environment("", "HOOKLINE_DESTINATIONS", Some(&destinations(url)));
        let errors = Config::read(Variables::new(&lookup)).err().map(|errors| errors.to_string()).unwrap_or_default();
        assert!(errors.contains("is not a URL with a host"), "{errors}");
    }
}

/// Unicode has other digits and dots, which a browser reads as those of ASCII.
#[test]
fn rejects_host_outside_of_ascii() {
    let errors = |url: &str| {
        let lookup = environment("", "HOOKLINE_DESTINATIONS", Some(&destinations(url)));
        Config::read(Variables::new(&lookup)).err().map(|errors| errors.to_string()).unwrap_or_default()
    };
    for url in ["https://b\u{fc}cher.example/", "https://\u{ff11}27.0.0.1/", "https://127\u{3002}0.0.1/"] {
        assert!(errors(url).contains("is not a URL with a host"), "{url}");
    }
    assert_eq!(errors("https://xn--bcher-kva.example/"), "");
}

#[tokio::test]
async fn blocks_name_that_resolves_to_private_address() {
    let lookup = environment("https://localhost", "HOOKLINE_PRIVATE_NETWORKS", Some("[]"));
    let config = Config::read(Variables::new(&lookup)).unwrap();
    let (function, queue) = (Function::new().await, FakeQueue::default());
    let handler = handler(config, None, queue.clone(), InMemoryPayloads::default());
    let function = Function { handler, queue, ..function };
    assert!(function.failed_ids(vec![unique_record("m", "github", 1)]).await.is_empty());
    assert_eq!(function.dead_letters()[0]["reason"], "blocked_address");
}
