use std::sync::atomic::{AtomicBool, Ordering};

use crate::{Level, Line, Metric, VERSION};

/// Detects the first call of an execution environment.
#[derive(Debug)]
pub struct ColdStart(AtomicBool);

impl Default for ColdStart {
    fn default() -> Self {
        Self(AtomicBool::new(true))
    }
}

impl ColdStart {
    /// Returns whether this call is the environment's first, and counts a cold start if it is.
    ///
    /// The count happens here and not during initialization, because Lambda also starts environments that never get a
    /// call.
    pub fn take(&self) -> bool {
        let is_first_call = self.0.swap(false, Ordering::Relaxed);
        if is_first_call {
            let line = Line { version: &VERSION, ..Line::new(Level::Info, "cold_start") };
            line.write(&[(Metric::ColdStarts, 1.0)]);
        }
        is_first_call
    }
}
