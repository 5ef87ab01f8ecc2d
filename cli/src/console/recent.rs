use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

/// The most values that are kept. The oldest are forgotten.
pub(super) const MAX_VALUES: usize = 100;

/// The newest values, each with a random id that a page has.
#[derive(Debug)]
pub(super) struct Recent<T>(Mutex<VecDeque<(String, T)>>);

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Recent<T> {
    /// Adds a value and returns its id.
    pub(super) fn add(&self, value: T) -> String {
        let id = Uuid::new_v4().simple().to_string();
        let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        values.push_back((id.clone(), value));
        if values.len() > MAX_VALUES {
            values.pop_front();
        }
        id
    }

    /// Removes the value with an id and returns it.
    pub(super) fn take(&self, id: &str) -> Option<T> {
        let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let index = values.iter().position(|(known, _)| known == id)?;
        values.remove(index).map(|(_, value)| value)
    }

    /// Calls `change` with the value that has an id. No other call runs meanwhile.
    pub(super) fn change<R>(&self, id: &str, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        values.iter_mut().find(|(known, _)| known == id).map(|(_, value)| change(value))
    }
}
