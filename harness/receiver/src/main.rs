//! The function `hookline-receiver` of the harness: Hookline delivers events to it, and scenarios read its log. It is a
//! program on the Lambda Runtime API, as Hookline's functions are, so that no emulator needs another runtime for it.

#![allow(clippy::print_stdout, reason = "the standard output of a function is its log")]

use std::convert::Infallible;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::value::RawValue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(record)).await
}

/// Writes the event to the log, as one line.
async fn record(event: LambdaEvent<Box<RawValue>>) -> Result<(), Infallible> {
    println!("{}", event.payload);
    Ok(())
}
