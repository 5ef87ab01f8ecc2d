//! Lambda's [Runtime API](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html), as far as a function needs it that
//! takes one event after the other and always answers.
//!
//! Instead of `lambda_runtime`, whose client, layers and contexts are more than half of what an event costs that has little to
//! do (`docs/performance.md` has the numbers): here is one connection, on which an event is asked for, answered, and the next
//! asked for. What a runtime has to keep is kept, and tested: a connection that the API has closed is opened again, a panic
//! is told and ends nothing, and an API that refuses an answer does not end the function either.

mod answer;
mod api;
mod connection;
mod error;
mod invocation;
mod run;

pub use error::RuntimeError;
pub use invocation::Invocation;
pub use run::run;
