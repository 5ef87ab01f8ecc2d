//! Patterns of actions, resources and values in policies.

use wildmatch::WildMatch;

/// Returns whether a pattern with IAM's wildcards `*` and `?` matches the whole text.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    if pattern.contains(['*', '?']) { WildMatch::new(pattern).matches(text) } else { pattern == text }
}
