//! A signature holds for five minutes around AWS's time. A machine whose clock is wrong, as after a long freeze, learns by
//! how much from the answer that refuses it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// Words of services that refuse a signature, for its time or perhaps for it.
const BY_TIME: [&str; 7] = [
    "AuthFailure",
    "InvalidSignatureException",
    "RequestExpired",
    "RequestInTheFuture",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "InvalidSignature",
];

/// A difference that a signature bears.
const BEARABLE: i64 = 240;

/// AWS's time.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    /// Seconds that AWS is ahead.
    ahead: AtomicI64,
}

impl Clock {
    pub(crate) fn now(&self) -> SystemTime {
        let ahead = self.ahead.load(Ordering::Relaxed);
        let (now, by) = (SystemTime::now(), Duration::from_secs(ahead.unsigned_abs()));
        let corrected = if ahead < 0 { now.checked_sub(by) } else { now.checked_add(by) };
        corrected.unwrap_or(now)
    }

    /// Learns from a refusal and the answer's `Date`; says whether that changes anything.
    pub(crate) fn learn(&self, code: &str, date: Option<&str>) -> bool {
        let Some(theirs) = date.and_then(|date| OffsetDateTime::parse(date, &Rfc2822).ok()) else { return false };
        let ours = self.now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let difference = theirs.unix_timestamp().saturating_sub(ours.try_into().unwrap_or(i64::MAX));
        if !BY_TIME.contains(&code) || difference.abs() < BEARABLE {
            return false;
        }
        self.ahead.fetch_add(difference, Ordering::Relaxed);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_refusal_with_another_time_changes_the_clock() {
        let clock = Clock::default();
        let then = Some("Wed, 25 Nov 2037 07:00:00 GMT");
        assert!(!clock.learn("AccessDenied", then));
        assert!(!clock.learn("RequestTimeTooSkewed", None));
        assert!(!clock.learn("RequestTimeTooSkewed", Some("yesterday")));
        assert!(clock.learn("RequestTimeTooSkewed", then));
        let now = clock.now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        assert!(now.abs_diff(2_142_745_200) < 5, "{now}");
        assert!(
            !clock.learn("SignatureDoesNotMatch", then),
            "it is right now: the signature is wrong for another reason"
        );
    }
}
