//! The values that a request needs: a token that works once, a cookie, and a value in each form. They are random, live
//! as long as the program, and are compared in constant time.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use subtle::ConstantTimeEq;
use uuid::Uuid;

/// The only session of a console.
pub(super) struct Session {
    token: Mutex<Option<String>>,
    cookie_name: String,
    cookie: String,
    csrf: String,
}

impl Session {
    /// Creates the session of the console on a port. Browsers send cookies to all ports of a host, so the name has it.
    pub(super) fn new(port: u16) -> Self {
        Self {
            token: Mutex::new(Some(random())),
            cookie_name: format!("hookline_console_{port}"),
            cookie: random(),
            csrf: random(),
        }
    }

    /// Returns the token for the URL; `None` after it was used.
    pub(super) fn token(&self) -> Option<String> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the value of the header `Set-Cookie` if the token is the valid one, which is invalid from then on.
    pub(super) fn exchange(&self, token: &str) -> Option<String> {
        let mut valid = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        if !valid.as_deref().is_some_and(|valid| is_equal(valid, token)) {
            return None;
        }
        *valid = None;
        let Self { cookie_name, cookie, .. } = self;
        Some(format!("{cookie_name}={cookie}; HttpOnly; SameSite=Strict; Path=/"))
    }

    /// Whether a header `Cookie` has the cookie of the session.
    pub(super) fn has_cookie(&self, header: &str) -> bool {
        let pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
        pairs.filter(|(name, _)| *name == self.cookie_name).any(|(_, value)| is_equal(&self.cookie, value))
    }

    /// Returns the value that each form contains.
    pub(super) fn csrf(&self) -> &str {
        &self.csrf
    }

    /// Whether a form has the value.
    pub(super) fn is_csrf(&self, value: &str) -> bool {
        is_equal(&self.csrf, value)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Session(redacted)")
    }
}

/// Returns 244 random bits as text.
fn random() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

fn is_equal(valid: &str, value: &str) -> bool {
    valid.as_bytes().ct_eq(value.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_is_exchanged_once() {
        let session = Session::new(4000);
        let token = session.token().unwrap();
        assert_eq!((session.exchange("other"), session.exchange("")), (None, None));
        let cookie = session.exchange(&token).unwrap();
        assert!(cookie.starts_with("hookline_console_4000="), "{cookie}");
        assert!(cookie.ends_with("; HttpOnly; SameSite=Strict; Path=/"), "{cookie}");
        assert_eq!((session.exchange(&token), session.token()), (None, None));
        let pair = cookie.split(';').next().unwrap();
        assert!(session.has_cookie(pair) && session.has_cookie(&format!("other=1; {pair}")));
        assert!(
            !session.has_cookie("") && !session.has_cookie("hookline_console_4000=") && !session.has_cookie(&token)
        );
    }

    #[test]
    fn values_differ_and_are_not_printed() {
        let session = Session::new(1);
        assert!(session.is_csrf(session.csrf()) && !session.is_csrf(""));
        assert!(session.csrf().len() == 64 && session.csrf() != session.token().unwrap());
        assert_eq!(format!("{session:?}"), "Session(redacted)");
    }
}
