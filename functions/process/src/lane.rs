//! The lanes of a message. On the intake lane an event is routed and gets one attempt at each destination. A delivery that
//! failed or has to wait continues on the retry lane, with one message for each destination.

use aws_lambda_events::sqs::SqsMessage;

/// The queue from which a message was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// The intake queue.
    Intake,
    /// The retry queue.
    Retry,
}

impl Lane {
    /// Returns the lane of a message. The last part of the queue's ARN and the last part of its URL are its name.
    pub(crate) fn of(message: &SqsMessage, retry_queue_url: &str) -> Self {
        let queue = message.event_source_arn.as_deref().and_then(|arn| arn.rsplit(':').next());
        if queue.is_some() && queue == retry_queue_url.rsplit('/').next() { Self::Retry } else { Self::Intake }
    }
}

/// What happened to a delivery before this receive of its message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct History {
    /// The destination of the delivery. `None` if the event has to be routed.
    pub(crate) destination: Option<String>,
    /// The number of attempts.
    pub(crate) attempts: u32,
    /// The time of the first failure or deferral, in seconds since 1970.
    pub(crate) first_failed_at: Option<u64>,
    /// The time before which no attempt may be made, in seconds since 1970.
    pub(crate) not_before: u64,
    /// The time at which ingest sent the event to the intake queue, in milliseconds since 1970; empty if it is unknown.
    pub(crate) first_seen: String,
    /// The reason code of the last attempt; empty if there was none.
    pub(crate) reason: String,
}

impl History {
    /// Reads the attributes of a retry message. A missing or malformed attribute has no effect, so that the delivery is
    /// attempted rather than lost.
    ///
    /// On the intake queue, attributes are not read: a message that was moved from the dead-letter queue begins again.
    pub(crate) fn read(message: &SqsMessage, lane: Lane) -> Self {
        let sent = || message.attributes.get("SentTimestamp").cloned().unwrap_or_default();
        if lane == Lane::Intake {
            return Self { first_seen: sent(), ..Self::default() };
        }
        let text = |name: &str| {
            let attribute = message.message_attributes.get(name)?;
            attribute.string_value.clone().filter(|value| !value.is_empty())
        };
        let number = |name: &str| text(name)?.parse().ok();
        Self {
            destination: text("destination"),
            attempts: number("attempts").and_then(|attempts: u64| attempts.try_into().ok()).unwrap_or_default(),
            first_failed_at: number("first_failed_at"),
            not_before: number("not_before").unwrap_or_default(),
            first_seen: text("first_seen").unwrap_or_else(sent),
            reason: text("reason").unwrap_or_default(),
        }
    }

    /// Returns the age of the delivery in seconds: the time since its first failure or deferral.
    pub(crate) fn age_seconds(&self, now: u64) -> u64 {
        self.first_failed_at.map_or(0, |first| now.saturating_sub(first))
    }

    /// Returns the seconds until an attempt may be made, or `None` if it may be made now.
    pub(crate) fn seconds_until_due(&self, now: u64) -> Option<u64> {
        self.not_before.checked_sub(now).filter(|seconds| *seconds > 0)
    }
}

#[cfg(test)]
mod tests {
    use aws_lambda_events::sqs::SqsMessageAttribute;

    use super::*;

    fn message(queue: &str, attributes: &[(&str, &str)]) -> SqsMessage {
        let mut message = SqsMessage::default();
        message.event_source_arn = Some(format!("arn:aws:sqs:eu-west-1:123456789012:{queue}"));
        message.attributes.insert("SentTimestamp".to_owned(), "1545082649183".to_owned());
        for (name, value) in attributes {
            let mut attribute = SqsMessageAttribute::default();
            attribute.string_value = Some((*value).to_owned());
            message.message_attributes.insert((*name).to_owned(), attribute);
        }
        message
    }

    #[test]
    fn lane_is_the_name_of_the_queue() {
        let lane = |queue| Lane::of(&message(queue, &[]), "https://sqs.eu-west-1.amazonaws.com/123456789012/s-retry");
        assert_eq!([lane("s-retry"), lane("s-intake"), lane("x-s-retry")], [Lane::Retry, Lane::Intake, Lane::Intake]);
        assert_eq!(Lane::of(&SqsMessage::default(), "https://sqs.test/s-retry"), Lane::Intake);
    }

    #[test]
    fn history_is_read_from_the_attributes_of_a_retry_message() {
        let attributes = [
            ("destination", "orders"),
            ("attempts", "3"),
            ("first_failed_at", "1700000000"),
            ("not_before", "1700000900"),
            ("first_seen", "1699999999000"),
            ("reason", "http_503"),
        ];
        let history = History::read(&message("s-retry", &attributes), Lane::Retry);
        let expected = History {
            destination: Some("orders".to_owned()),
            attempts: 3,
            first_failed_at: Some(1_700_000_000),
            not_before: 1_700_000_900,
            first_seen: "1699999999000".to_owned(),
            reason: "http_503".to_owned(),
        };
        assert_eq!(history, expected);
        assert_eq!(history.age_seconds(1_700_000_060), 60);
        assert_eq!(history.seconds_until_due(1_700_000_000), Some(900));
        assert_eq!(history.seconds_until_due(1_700_000_900), None);
        let redriven = History::read(&message("s-intake", &attributes), Lane::Intake);
        assert_eq!(redriven, History { first_seen: "1545082649183".to_owned(), ..History::default() });
    }

    #[test]
    fn malformed_attributes_have_no_effect() {
        let attributes = [("destination", ""), ("attempts", "-1"), ("first_failed_at", "soon"), ("not_before", "1e9")];
        let history = History::read(&message("s-retry", &attributes), Lane::Retry);
        assert_eq!(history, History { first_seen: "1545082649183".to_owned(), ..History::default() });
        assert_eq!((history.age_seconds(u64::MAX), history.seconds_until_due(0)), (0, None));
    }
}
