//! GitHub's API: the port with two operations, and its adapter.

mod authentication;
mod client;
mod error;
mod link;
mod response;

use std::future::Future;

pub use self::authentication::{Credential, InvalidCredential};
pub use self::client::{ClientError, GithubApi, GithubClient};
pub use self::error::GithubError;
use crate::delivery::Delivery;

/// A page of the list of deliveries, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The deliveries.
    pub deliveries: Vec<Delivery>,
    /// The cursor of the next page, which has older deliveries.
    pub next: Option<String>,
}

/// GitHub's response to the request for a redelivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redelivery {
    /// GitHub redelivers: 202.
    Requested,
    /// GitHub cannot redeliver this delivery, and will not be able to later.
    Rejected {
        /// The status of the response.
        status: u16,
    },
}

/// The deliveries of one webhook. The calls are made one after the other, as GitHub recommends
/// (<https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api>).
pub trait DeliveriesApi {
    /// Lists deliveries, newest first: those at the cursor, or the newest ones.
    fn list(&mut self, cursor: Option<&str>) -> impl Future<Output = Result<Page, GithubError>> + Send;

    /// Requests that GitHub repeats a delivery.
    fn redeliver(&mut self, delivery: u64) -> impl Future<Output = Result<Redelivery, GithubError>> + Send;
}
