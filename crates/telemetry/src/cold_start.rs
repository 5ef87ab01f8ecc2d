use std::sync::atomic::{AtomicBool, Ordering};

use crate::{Level, Line, Metric};

/// Whether an environment has worked yet.
#[derive(Debug)]
pub struct ColdStart(AtomicBool);

impl Default for ColdStart {
    fn default() -> Self {
        Self(AtomicBool::new(true))
    }
}

impl ColdStart {
    /// Whether this call is the first, which is then counted. Not at the start itself: Lambda also starts environments that
    /// never get a call.
    pub fn take(&self) -> bool {
        let cold = self.0.swap(false, Ordering::Relaxed);
        if cold {
            Line::new(Level::Info, "cold_start").write(&[(Metric::ColdStarts, 1.0)]);
        }
        cold
    }
}
