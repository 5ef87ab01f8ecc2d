use hookline_aws::Variables;
use process::Config;
use serde_json::json;

use crate::fixture::{Function, Payloads, Queue, batch, environment, message};

#[track_caller]
fn destinations(url: &str) -> String {
    let destination = json!({ "kind": "http", "url": url, "timeout_ms": 2000 });
    json!({ "orders": destination, "audit": destination, "hangs": destination }).to_string()
}

/// 127.0.0.1 alone is listed: nothing else that leads to this machine may be connected to.
#[tokio::test]
async fn addresses_that_are_not_listed_are_never_connected_to() {
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
        let function = Function::with("HOOKLINE_DESTINATIONS", Some(&destinations(url))).await;
        assert!(function.failures(vec![message("m", "github", 1)]).await.is_empty(), "{url}");
        assert_eq!(function.letters()[0]["reason"], "blocked_address", "{url}");
    }
}

/// An interface's zone would let an address stand for another network; a URL has none.
#[test]
fn an_address_with_a_zone_is_no_url() {
    for url in ["https://[fe80::1%25eth0]/", "https://[fe80::1%eth0]/"] {
        let lookup = environment("", "HOOKLINE_DESTINATIONS", Some(&destinations(url)));
        let faults = Config::read(Variables::new(&lookup)).err().map(|faults| faults.to_string()).unwrap_or_default();
        assert!(faults.contains("is not a URL with a host"), "{faults}");
    }
}

#[tokio::test]
async fn a_name_that_resolves_to_such_an_address_is_blocked_too() {
    let lookup = environment("https://localhost", "HOOKLINE_PRIVATE_NETWORKS", Some("[]"));
    let config = Config::read(Variables::new(&lookup)).unwrap();
    let (function, queue) = (Function::new().await, Queue::default());
    let batch = batch(config, None, queue.clone(), Payloads::default());
    let function = Function { batch, queue, ..function };
    assert!(function.failures(vec![message("m", "github", 1)]).await.is_empty());
    assert_eq!(function.letters()[0]["reason"], "blocked_address");
}
