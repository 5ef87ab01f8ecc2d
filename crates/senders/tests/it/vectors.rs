//! Published vectors of the senders' files.

use hookline_senders::{Sender, VectorError};

#[test]
fn published_vectors_have_their_verdicts() {
    let mut count = 0;
    let mut problems = Vec::new();
    for slug in hookline_senders::slugs() {
        for vector in Sender::read(slug).unwrap().unwrap().vectors {
            let verdict = vector.verify(Some(slug));
            let expected = vector.expected == "valid";
            if verdict.as_ref().is_ok_and(|verdict| verdict.is_ok()) != expected {
                problems.push(format!("{}: {verdict:?}", vector.id));
            }
            if let Err(VectorError::Malformed { .. }) = verdict {
                problems.push(format!("{}: {verdict:?}", vector.id));
            }
            count += 1;
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(count >= 39, "{count} vectors");
}
