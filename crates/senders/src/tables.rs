//! The tables that the build script has compiled.

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// Returns the names of all senders in alphabetical order.
pub fn slugs() -> impl Iterator<Item = &'static str> {
    SCHEMES.iter().map(|(slug, _)| *slug)
}
