//! The compared programs: what they are, how they are built, and the environment in which they run.

mod build;
mod environment;
mod function;
mod subject;

pub(crate) use self::build::build;
pub(crate) use self::environment::environment;
pub(crate) use self::function::Function;
pub(crate) use self::subject::{BASELINE, EVENT_LOG, NODE, SDK_DEFAULTS, SHIPPED, Subject};
