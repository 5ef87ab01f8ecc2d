use std::path::PathBuf;

/// A program that does a function's work.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) executable: PathBuf,
    /// Size of the deployment package.
    pub(crate) package_bytes: u64,
    /// Whether the program loads a trust store from a file at its start. The others contain the public root certificates.
    pub(crate) loads_trust_store: bool,
    pub(crate) setup: Setup,
}

/// What a program is configured with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setup {
    /// One source and one destination, without an event log.
    Small,
    /// The same, with the event log of all sources for 14 days.
    EventLog,
    /// 500 sources, 500 routes and 200 destinations. They do not fit into the environment, so they are an object in S3.
    ManySources,
}

// Names, in the order of the report.
pub(crate) const BASELINE: &str = "empty handler";
pub(crate) const SHIPPED: &str = "as shipped";
pub(crate) const EVENT_LOG: &str = "event log on";
pub(crate) const MANY_SOURCES: &str = "500 sources";
pub(crate) const OTHER_BUILD: &str = "other build";
pub(crate) const SDK_DEFAULTS: &str = "SDK defaults";
pub(crate) const NODE: &str = "Node.js";
pub(crate) const PYTHON: &str = "Python";
