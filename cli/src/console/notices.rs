//! The results of actions. A result is bound to the redirect of its action by an id in the address, so that no other page,
//! for instance in another tab, shows it.

use super::fields::Fields;
use super::recent::Recent;

/// The parameter of the address.
const PARAMETER: &str = "notice";

/// The results that no page has shown yet, with their ids.
#[derive(Debug, Default)]
pub(super) struct Notices(Recent<String>);

impl Notices {
    /// Keeps a result for the page at `path`. Returns the address of this page.
    pub(super) fn keep(&self, path: &str, notice: String) -> String {
        let separator = if path.contains('?') { '&' } else { '?' };
        format!("{path}{separator}{PARAMETER}={}", self.0.add(notice))
    }

    /// Takes the result for an address, if no page has shown it.
    pub(super) fn take(&self, fields: &Fields) -> Option<String> {
        self.0.take(fields.get(PARAMETER)?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::recent::MAX_VALUES;
    use super::*;

    fn fields(address: &str) -> Fields {
        Fields::parse(address.split_once('?').unwrap_or_default().1.as_bytes())
    }

    #[test]
    fn a_result_is_shown_once_and_only_at_its_address() {
        let notices = Notices::default();
        let (first, second) = (notices.keep("/event?id=1", "a".to_owned()), notices.keep("/events", "b".to_owned()));
        assert!(first.starts_with("/event?id=1&notice=") && second.starts_with("/events?notice="));
        assert_eq!((notices.take(&fields("/events")), notices.take(&fields("/events?notice=x"))), (None, None));
        assert_eq!(notices.take(&fields(&second)).as_deref(), Some("b"));
        assert_eq!((notices.take(&fields(&first)).as_deref(), notices.take(&fields(&first))), (Some("a"), None));
    }

    #[test]
    fn the_number_of_results_is_bounded() {
        let notices = Notices::default();
        let addresses: Vec<_> = (0..=MAX_VALUES).map(|number| notices.keep("/", number.to_string())).collect();
        assert_eq!(
            (notices.take(&fields(&addresses[0])), notices.take(&fields(&addresses[1])).as_deref()),
            (None, Some("1"))
        );
    }
}
