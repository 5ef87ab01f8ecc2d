//! Reads payloads for filters and templates. Destinations receive the exact bytes; only the view in this module is
//! decoded, and its size is bounded.

mod cursor;
mod decode;
mod form;
mod json;
mod number;
mod readable;
mod tree;
mod unreadable;

pub(crate) use self::cursor::{string, string_end};
pub(crate) use self::json::Pointers;
pub(crate) use self::number::are_equal_numbers;
pub(crate) use self::readable::{PointedValue, ReadablePayload};
pub(crate) use self::unreadable::Unreadable;
