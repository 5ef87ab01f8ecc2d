//! A web application on 127.0.0.1 that shows a deployment and operates it, over the same library as the commands.
//!
//! `server` binds the port, `guard` decides which requests reach a page, `session` has the values that it compares.
//! Each file of `pages` has the handlers of one page, and the plain data that its template shows: templates are tested
//! without AWS. Templates are escaped by the engine, and the browser runs only the files of `assets`.

mod activity;
mod application;
mod fields;
mod forms;
mod guard;
mod jobs;
mod notices;
mod pages;
mod payload;
mod recent;
mod render;
mod server;
mod session;
mod times;

pub use self::server::{Options, Server};

#[cfg(test)]
mod tests;
