//! Places of a request (`header:X-Id`, `json:/event/id`) and templates of texts that are made of their values
//! (`{timestamp}.{body}`).
//!
//! Unauthenticated requests are read: nothing is built of a body except the values that a template names, and ambiguous
//! values are errors.

mod encoding;
mod error;
mod form;
mod headers;
mod json;
mod reader;
mod request;
mod template;

pub use encoding::{BASE64, BASE64URL, Encoding};
pub use error::ReadError;
pub use form::{Field, fields, is_form};
pub use headers::{Headers, is_credential_header};
pub use json::{Pointer, elements, without_bom};
pub use reader::Reader;
pub use request::Request;
pub use template::{Hashed, Part, Place, Template, TemplateError};
