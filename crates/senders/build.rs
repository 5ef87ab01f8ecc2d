//! Compiles the files of `senders/` into two tables: what the functions need to verify requests, and everything for people. A
//! program that does not use a table does not contain it.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a build script reports errors by a panic"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use serde_json::Value;

#[expect(unreachable_pub, reason = "the library exports it")]
#[path = "src/merge.rs"]
mod merge;

fn main() {
    // Not `env!`: a compiled script in a target directory that two clones share would read the other clone.
    let package = env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let folder = Path::new(&package).join("../../senders");
    println!("cargo::rerun-if-changed={}", folder.display());
    println!("cargo::rerun-if-changed=src/merge.rs");
    let senders = read(&folder);
    let (mut schemes, mut senders_for_people) = (String::new(), String::new());
    for (slug, sender) in &senders {
        let base =
            sender["extends"].as_str().map(|slug| senders.get(slug).unwrap_or_else(|| panic!("no sender {slug}")));
        let scheme = merge::merged(sender, base.unwrap_or(&Value::Null));
        writeln!(schemes, "({slug:?}, {:?}),", scheme.to_string()).expect("a String");
        writeln!(senders_for_people, "({slug:?}, {:?}),", sender.to_string()).expect("a String");
    }
    let code = format!(
        "pub(crate) static SCHEMES: &[(&str, &str)] = &[{schemes}];\npub(crate) static SENDERS: &[(&str, &str)] = \
         &[{senders_for_people}];\n"
    );
    let target = Path::new(&env::var("OUT_DIR").expect("cargo sets OUT_DIR")).join("catalogue.rs");
    fs::write(target, code).expect("OUT_DIR is writable");
}

/// Reads all senders by slug.
fn read(folder: &Path) -> BTreeMap<String, Value> {
    let files = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut senders = BTreeMap::new();
    for file in files {
        let path = file.expect("a readable folder").path();
        let slug = path.file_stem().and_then(|name| name.to_str()).expect("a name in ASCII").to_owned();
        if slug == "schema" || path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        println!("cargo::rerun-if-changed={}", path.display());
        let text = fs::read(&path).unwrap_or_else(|error| panic!("{slug}: {error}"));
        let sender = serde_json::from_slice(&text).unwrap_or_else(|error| panic!("senders/{slug}.json: {error}"));
        senders.insert(slug, sender);
    }
    senders
}
