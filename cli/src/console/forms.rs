//! Forms that work once. A double click, or Back and another click, sends a form twice, and each replay has a new
//! deduplication key. So the page that confirms a replay has an id, and only the first form with it starts the replay.

use anyhow::{Context, Result};

use super::recent::Recent;

/// The ids of forms, with the path that shows what each form has started.
#[derive(Debug, Default)]
pub(super) struct Forms(Recent<Option<String>>);

/// What a form has started.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Started<T> {
    /// This form has started it.
    Now(T),
    /// The same form has started it before. This path shows it.
    Before(String),
}

impl Forms {
    /// Returns the id of a new form.
    pub(super) fn issue(&self) -> String {
        self.0.add(None)
    }

    /// Starts what the form with this id is for. `start` returns the path that shows it. The form can be sent again if
    /// `start` fails.
    ///
    /// # Errors
    ///
    /// If no form has this id, or if `start` fails.
    pub(super) fn start<T>(&self, id: &str, start: impl FnOnce() -> Result<(String, T)>) -> Result<Started<T>> {
        let started = self.0.change(id, |started| {
            if let Some(path) = started {
                return Ok(Started::Before(path.clone()));
            }
            let (path, value) = start()?;
            *started = Some(path);
            Ok(Started::Now(value))
        });
        started.context(
            "this form is no longer valid, and nothing was sent: open the page Events and repeat the action from there",
        )?
    }
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::super::recent::MAX_VALUES;
    use super::*;

    #[test]
    fn form_starts_its_operation_once() {
        let forms = Forms::default();
        let (first, second) = (forms.issue(), forms.issue());
        let start = |id: &str, value| forms.start(id, || Ok((format!("/job?id={value}"), value))).unwrap();
        assert_eq!((start(&first, 1), start(&first, 2)), (Started::Now(1), Started::Before("/job?id=1".to_owned())));
        assert!(forms.start::<()>(&second, || bail!("another job runs")).is_err());
        assert_eq!(start(&second, 3), Started::Now(3));
    }

    #[test]
    fn unknown_form_starts_nothing_and_the_number_of_forms_is_bounded() {
        let forms = Forms::default();
        let ids: Vec<_> = (0..=MAX_VALUES).map(|_| forms.issue()).collect();
        for id in ["", "x", &ids[0]] {
            let error = forms.start::<()>(id, || unreachable!("the form is unknown")).unwrap_err().to_string();
            assert!(error.contains("nothing was sent"), "{error}");
        }
        assert_eq!(forms.start(&ids[1], || Ok((String::new(), 1))).unwrap(), Started::Now(1));
    }
}
