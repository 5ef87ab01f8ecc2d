//! The SDK, configured as the functions use it, against servers with a scripted response.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod calls;
mod connections;
mod secrets;
mod tls;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use hookline_aws::{AwsSettings, Sdk, Timeouts, Variables};
use tokio::net::TcpListener;

pub(crate) const TIMEOUTS: Timeouts =
    Timeouts { attempt: Duration::from_millis(300), call: Duration::from_secs(5), attempts: 3 };

/// What the server does with a request: a response, or (status 0) none.
pub(crate) type Response = (u16, &'static str, Vec<(&'static str, String)>);

/// A server with a scripted response to each request, and the headers that it received.
#[derive(Clone, Default)]
pub(crate) struct Server {
    pub(crate) responses: Arc<Mutex<VecDeque<Response>>>,
    pub(crate) seen: Arc<Mutex<Vec<HeaderMap>>>,
}

/// The SDK of a function in an environment with these variables in addition.
pub(crate) fn sdk(more: &[(&str, &str)]) -> Sdk {
    let lookup = |name: &str| match name {
        "AWS_REGION" => Some("eu-west-1".to_owned()),
        "AWS_ACCESS_KEY_ID" => Some("AKID".to_owned()),
        "AWS_SECRET_ACCESS_KEY" => Some("secret".to_owned()),
        "AWS_SESSION_TOKEN" => Some("token".to_owned()),
        name => more.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()),
    };
    let mut variables = Variables::new(&lookup);
    let settings = AwsSettings::read(&mut variables);
    Sdk::new(variables.finish(settings).unwrap_or_else(|faults| panic!("{faults}")))
}

pub(crate) fn queue(endpoint: &str, timeouts: Timeouts) -> aws_sdk_sqs::Client {
    aws_sdk_sqs::Client::new(&sdk(&[("AWS_ENDPOINT_URL", endpoint)]).config(timeouts))
}

/// A client of SQS for a scripted server.
pub(crate) async fn scripted(responses: impl IntoIterator<Item = Response>) -> (aws_sdk_sqs::Client, Server) {
    let server = Server { responses: Arc::new(Mutex::new(responses.into_iter().collect())), ..Server::default() };
    (queue(&server.start().await, TIMEOUTS), server)
}

impl Server {
    pub(crate) async fn start(&self) -> String {
        let app = Router::new().fallback(respond).with_state(self.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, app).await });
        url
    }

    pub(crate) fn requests(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

async fn respond(State(server): State<Server>, request: Request) -> (StatusCode, HeaderMap, &'static str) {
    server.seen.lock().unwrap().push(request.headers().clone());
    let (status, body, headers) = server.responses.lock().unwrap().pop_front().unwrap_or((200, "{}", Vec::new()));
    if status == 0 {
        std::future::pending::<()>().await;
    }
    let headers = headers.into_iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
    (StatusCode::from_u16(status).unwrap(), headers, body)
}

pub(crate) fn plain(status: u16, body: &'static str) -> Response {
    (status, body, Vec::new())
}
