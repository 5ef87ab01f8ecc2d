use crate::sender_scheme::SenderScheme;
use crate::source_error::SourceError;
use crate::tables::SCHEMES;

/// Returns how a sender signs.
///
/// # Errors
///
/// [`SourceError`] if there is no such sender.
pub fn scheme(slug: &str) -> Result<SenderScheme, SourceError> {
    let found = SCHEMES.binary_search_by_key(&slug, |(name, _)| name).ok().and_then(|index| SCHEMES.get(index));
    let (_, json) = found.ok_or_else(|| SourceError::unknown(slug))?;
    serde_json::from_str(json).map_err(|source| SourceError::Catalogue { sender: slug.to_owned(), source })
}
