use crate::tables::slugs;

/// Returns the senders whose names are most similar, at most three.
#[must_use]
pub fn nearest(name: &str) -> Vec<&'static str> {
    let wanted = bigrams(name);
    let similarity = |slug: &str| {
        let own = bigrams(slug);
        let common = own.iter().filter(|pair| wanted.contains(pair)).count();
        200 * common / (own.len() + wanted.len()).max(1)
    };
    let mut candidates: Vec<_> = slugs().map(|slug| (similarity(slug), slug)).collect();
    candidates.retain(|(similarity, slug)| *similarity >= 50 || (name.len() > 2 && slug.contains(name)));
    candidates.sort_by_key(|(similarity, slug)| (std::cmp::Reverse(*similarity), *slug));
    candidates.into_iter().take(3).map(|(_, slug)| slug).collect()
}

fn bigrams(name: &str) -> Vec<[u8; 2]> {
    let mut pairs: Vec<_> = name.as_bytes().windows(2).filter_map(|pair| <[u8; 2]>::try_from(pair).ok()).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}
