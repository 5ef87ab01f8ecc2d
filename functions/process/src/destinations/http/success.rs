//! Statuses that count as a delivery in addition to 2xx.

use std::ops::RangeInclusive;

use crate::destinations::error::DestinationError;

/// Statuses that never mean that the receiver has the event: missing or rejected credentials, and requests to retry.
const NEVER: [u16; 5] = [401, 407, 408, 425, 429];

/// Statuses that can be configured. 1xx is no response, 2xx is always a success, and 5xx is a fault of the receiver that
/// a later attempt can mend.
const CONFIGURABLE: RangeInclusive<u16> = 300..=499;

/// Statuses that count as a delivery in addition to 2xx.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Success(Vec<RangeInclusive<u16>>);

impl Success {
    /// Parses single statuses (`409`) and ranges (`300-399`).
    ///
    /// # Errors
    ///
    /// [`DestinationError::InvalidStatus`].
    pub(super) fn new(statuses: &[String]) -> Result<Self, DestinationError> {
        let parse = |text: &String| {
            let (first, last) = text.split_once('-').unwrap_or((text, text));
            let number = |text: &str| text.parse::<u16>().ok().filter(|number| CONFIGURABLE.contains(number));
            let range = number(first).zip(number(last)).filter(|(first, last)| first <= last);
            let range = range.filter(|(first, last)| first != last || !NEVER.contains(first));
            range
                .map(|(first, last)| first..=last)
                .ok_or_else(|| DestinationError::InvalidStatus { text: text.clone() })
        };
        statuses.iter().map(parse).collect::<Result<_, _>>().map(Self)
    }

    /// Whether the status counts as a delivery.
    pub(super) fn contains(&self, status: u16) -> bool {
        !NEVER.contains(&status) && self.0.iter().any(|range| range.contains(&status))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn success(statuses: &[&str]) -> Result<Success, String> {
        let statuses: Vec<_> = statuses.iter().map(|status| (*status).to_owned()).collect();
        Success::new(&statuses).map_err(|error| error.to_string())
    }

    #[test]
    fn statuses_and_ranges_are_added() {
        let statuses = success(&["409", "300-399"]).unwrap();
        assert!([409, 300, 304, 399].iter().all(|status| statuses.contains(*status)));
        assert!([200, 400, 408, 410, 500].iter().all(|status| !statuses.contains(*status)));
        assert!(!success(&[]).unwrap().contains(301));
    }

    /// Otherwise an expired token or a busy receiver would lose events.
    #[test]
    fn range_never_includes_rejected_credentials_and_requests_to_retry() {
        let statuses = success(&["400-499"]).unwrap();
        let excluded: Vec<_> = (400..=499).filter(|status| !statuses.contains(*status)).collect();
        assert_eq!(excluded, NEVER);
    }

    #[test]
    fn other_statuses_are_invalid() {
        for text in
            ["", "4xx", "200", "299-301", "500", "400-500", "399-300", "401", "429", "408", "-", "409-", "99999"]
        {
            let error = success(&[text]).unwrap_err();
            assert!(error.contains(&format!("`{text}`")), "{error}");
        }
    }
}
