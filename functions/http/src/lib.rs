//! Requests to other hosts: to AWS, and to wherever webhooks are delivered.
//!
//! HTTP/1.1 by [`hyper`], TLS by [`rustls`]; here is what lies between them and a request: names are looked up (`names`),
//! connections opened (`dial`) and kept for as long as they are of use (`pool`). Instead of `reqwest`, which took a tenth more
//! CPU and memory (`docs/performance.md`), and looks a name up again for each of ten connections.
//!
//! No redirect is followed, no proxy asked and nothing repeated that may have had an effect.

mod address;
mod answer;
mod dial;
mod error;
mod names;
mod pool;
mod tls;

pub use address::Address;
pub use answer::Answer;
pub use error::HttpError;
pub use names::{Lookup, System};
pub use pool::{Limits, Pool};
