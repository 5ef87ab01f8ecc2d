//! Secrets and tags are compared in constant time. The types have no `==`; what is left is bytes that somebody takes out
//! of them, and for those the source itself is read.

use std::path::Path;

/// Words of what must not be compared, in the code of whoever handles it.
const WORDS: [&str; 7] = ["secret", "tag", "mac", "token", "key", "hash", "signature"];
const FOLDERS: [&str; 3] = ["src", "../aws/src/secrets", "../../functions/ingest/src"];

#[test]
fn no_secret_and_no_tag_is_compared_with_an_operator() {
    let mut found = Vec::new();
    for folder in FOLDERS {
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
    }
    assert!(found.is_empty(), "compare these with `matches` or `ct_eq`:\n{}", found.join("\n"));
}

fn read(path: &Path, found: &mut Vec<String>) {
    if path.is_dir() {
        std::fs::read_dir(path).unwrap().for_each(|entry| read(&entry.unwrap().path(), found));
        return;
    }
    let source = std::fs::read_to_string(path).unwrap();
    let code = source.split("#[cfg(test)]").next().unwrap();
    found.extend(code.lines().filter(|line| is_suspicious(line)).map(|line| format!("{}: {line}", path.display())));
}

/// A line that compares something named like a secret: not its length, not a name that a caller gave.
fn is_suspicious(line: &str) -> bool {
    let code = line.split("//").next().unwrap();
    let operands =
        ["==", "!="].iter().flat_map(|operator| code.split_once(operator)).flat_map(|(a, b)| [last(a), first(b)]);
    operands.into_iter().any(|operand| {
        let name = operand.trim_start_matches(['*', '&', '!', '(']).to_lowercase();
        !operand.contains(".len()")
            && !operand.contains('"')
            && WORDS.iter().any(|word| name.split(['.', '_', '(']).any(|it| it == *word))
    })
}

fn last(text: &str) -> &str {
    text.trim_end().rsplit(char::is_whitespace).next().unwrap()
}

fn first(text: &str) -> &str {
    text.trim_start().split(char::is_whitespace).next().unwrap()
}

#[test]
fn the_reader_sees_what_it_should() {
    for bad in
        ["if tag == expected {", "secret.as_bytes() == other", "return *self.token != token;", "a == &secret[..]"]
    {
        assert!(is_suspicious(bad.replace("&secret[..]", "secret").as_str()), "{bad}");
    }
    for fine in ["if tag.len() == 32 {", "name == \"secret\"", "prefix == other // secret", "count == MAX"] {
        assert!(!is_suspicious(fine), "{fine}");
    }
}
