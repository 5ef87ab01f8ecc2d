/// Why a payload, or a value in it, cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    /// The content coding is broken or is applied too often.
    #[error("the content coding of the payload cannot be decoded")]
    Coding,
    /// The payload is larger than the limit, either as text or as a tree of values.
    #[error("the payload is too large to be read")]
    TooLarge,
    /// The payload is neither JSON nor a form.
    #[error("the payload is neither JSON nor a form")]
    Format,
    /// A string has bytes or an escape sequence that is not Unicode.
    #[error("a value of the payload is not Unicode text")]
    Text,
}
