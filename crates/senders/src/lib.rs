//! The catalogue of senders: the files of `senders/`, compiled in, so that a function parses only the senders that are configured.
//! An [`Endpoint`] is how a source's requests are verified and responded to.

mod catalogue;
mod endpoint;
mod handshake;
mod handshake_description;
mod merge;
mod names;
mod nearest;
mod sender;
mod sender_scheme;
mod source;
mod source_error;
mod tables;
mod unsupported;
mod vector;

pub use catalogue::scheme;
pub use endpoint::Endpoint;
pub use handshake::{Handshake, HandshakeResponse};
pub use handshake_description::{EventResponse, HandshakeDescription};
pub use merge::merged;
pub use nearest::nearest;
pub use sender::{Retries, Sender};
pub use sender_scheme::SenderScheme;
pub use source::SchemeSource;
pub use source_error::SourceError;
pub use tables::slugs;
pub use unsupported::{UNSUPPORTED, Unsupported};
pub use vector::{Vector, VectorError, VectorSource};
