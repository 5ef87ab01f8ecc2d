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

use serde_json::{Value, json};

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../senders");
    println!("cargo::rerun-if-changed={}", folder.display());
    let senders = read(&folder);
    let (mut schemes, mut senders_for_people) = (String::new(), String::new());
    for (slug, sender) in &senders {
        writeln!(schemes, "({slug:?}, {:?}),", scheme(sender, &senders).to_string()).expect("a String");
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

/// Returns the ways in which a sender signs, its handshakes and its response.
fn scheme(sender: &Value, senders: &BTreeMap<String, Value>) -> Value {
    let base = sender["extends"].as_str().map(|slug| senders.get(slug).unwrap_or_else(|| panic!("no sender {slug}")));
    let inherited = |member: &str| {
        let own = &sender[member];
        if own.is_null() { base.map_or(&Value::Null, |base| &base[member]) } else { own }
    };
    let mut scheme = base.map_or_else(|| json!({}), |base| base["scheme"].clone());
    json_patch::merge(&mut scheme, &sender["scheme"].as_object().map_or_else(|| json!({}), |scheme| json!(scheme)));
    let alternatives = inherited("alternatives").as_array().cloned().unwrap_or_default();
    let patched = alternatives.iter().map(|patch| {
        let mut alternative = scheme.clone();
        json_patch::merge(&mut alternative, patch);
        alternative
    });
    let patched: Vec<_> = patched.collect();
    let ways: Vec<_> = std::iter::once(scheme).chain(patched).collect();
    let mut scheme = json!({ "ways": ways });
    for member in ["handshakes", "response"] {
        if !inherited(member).is_null() {
            scheme[member] = inherited(member).clone();
        }
    }
    scheme
}
