use serde::Deserialize;
use serde::de::Error as _;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The longest accepted GUID. GitHub's have 36 characters.
const MAX_GUID_BYTES: usize = 128;

/// One attempt of GitHub to deliver an event: an element of the list of deliveries. All attempts of an event have the
/// same GUID.
///
/// <https://docs.github.com/en/rest/repos/webhooks#list-deliveries-for-a-repository-webhook>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RawDelivery")]
pub struct Delivery {
    /// The ID of the attempt.
    pub id: u64,
    /// The event's ID, which the header `X-GitHub-Delivery` contains.
    pub guid: String,
    /// The time of the attempt, in seconds since 1970.
    pub delivered_at: u64,
    /// Whether a user or the API requested the attempt.
    pub is_redelivery: bool,
    /// Whether the receiver responded with a 2xx status.
    pub is_successful: bool,
    /// The name of the event, for instance `push`.
    pub event: String,
}

/// A delivery as GitHub returns it. Other members are ignored.
#[derive(Deserialize)]
struct RawDelivery {
    id: u64,
    guid: String,
    delivered_at: String,
    #[serde(default)]
    redelivery: bool,
    /// 0 or null without a response.
    status_code: Option<i64>,
    event: Option<String>,
}

impl TryFrom<RawDelivery> for Delivery {
    type Error = serde_json::Error;

    fn try_from(raw: RawDelivery) -> Result<Self, Self::Error> {
        let time = OffsetDateTime::parse(&raw.delivered_at, &Rfc3339).ok().map(OffsetDateTime::unix_timestamp);
        let delivered_at = time.and_then(|time| u64::try_from(time).ok());
        if raw.guid.is_empty() || raw.guid.len() > MAX_GUID_BYTES {
            return Err(serde_json::Error::custom("`guid` is empty or too long"));
        }
        Ok(Self {
            id: raw.id,
            guid: raw.guid,
            delivered_at: delivered_at.ok_or_else(|| serde_json::Error::custom("`delivered_at` is no time"))?,
            is_redelivery: raw.redelivery,
            is_successful: raw.status_code.is_some_and(|status| (200..300).contains(&status)),
            event: raw.event.unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn parse(replaced: &str, value: Value) -> Result<Delivery, String> {
        let mut delivery = json!({
            "id": 9_007_199_254_740_993_u64, "guid": "0b989ba4-242f-11e5-81e1-c7b6966d2516",
            "delivered_at": "2019-06-03T00:57:16Z", "redelivery": false, "duration": 0.27, "status": "OK",
            "status_code": 200, "event": "issues", "action": "opened", "installation_id": 123, "repository_id": null,
            "throttled_at": null,
        });
        delivery[replaced] = value;
        serde_json::from_value(delivery).map_err(|error| error.to_string())
    }

    #[test]
    fn delivery_is_read_as_documented() {
        let expected = Delivery {
            id: 9_007_199_254_740_993,
            guid: "0b989ba4-242f-11e5-81e1-c7b6966d2516".to_owned(),
            delivered_at: 1_559_523_436,
            is_redelivery: false,
            is_successful: true,
            event: "issues".to_owned(),
        };
        assert_eq!(parse("action", Value::Null), Ok(expected));
        let time = parse("delivered_at", json!("2019-06-03T02:57:16.9+02:00")).unwrap().delivered_at;
        assert_eq!(time, 1_559_523_436);
        assert_eq!(parse("event", Value::Null).unwrap().event, "");
    }

    #[test]
    fn only_a_2xx_status_is_a_success() {
        for (status, expected) in [(json!(202), true), (json!(299), true), (json!(300), false), (json!(0), false)] {
            assert_eq!(parse("status_code", status.clone()).unwrap().is_successful, expected, "{status}");
        }
        assert!(!parse("status_code", Value::Null).unwrap().is_successful);
        assert!(!parse("status_code", json!(-200)).unwrap().is_successful);
    }

    #[test]
    fn malformed_members_are_errors() {
        for (name, value) in [
            ("id", json!(-1)),
            ("id", json!("1")),
            ("guid", json!("")),
            ("guid", json!("x".repeat(129))),
            ("guid", Value::Null),
            ("delivered_at", json!("yesterday")),
            ("delivered_at", json!("1969-01-01T00:00:00Z")),
            ("delivered_at", Value::Null),
        ] {
            assert!(parse(name, value.clone()).is_err(), "{name}: {value}");
        }
    }
}
