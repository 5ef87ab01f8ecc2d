//! Tests of the SDK with the functions' configuration, against servers with scripted responses.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod bucket;
mod calls;
mod configuration;
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

/// The server's response to a request: status, body and headers. With status 0 the server does not respond.
pub(crate) type Response = (u16, &'static str, Vec<(&'static str, String)>);

/// A server with a scripted response to each request. It records the headers that it receives.
#[derive(Clone, Default)]
pub(crate) struct Server {
    pub(crate) responses: Arc<Mutex<VecDeque<Response>>>,
    pub(crate) received_headers: Arc<Mutex<Vec<HeaderMap>>>,
    received_uris: Arc<Mutex<Vec<String>>>,
}

/// Creates the SDK's configuration from an environment with these additional variables.
pub(crate) fn sdk(additional: &[(&str, &str)]) -> Sdk {
    let lookup = |name: &str| match name {
        "AWS_REGION" => Some("eu-west-1".to_owned()),
        "AWS_ACCESS_KEY_ID" => Some("AKID".to_owned()),
        "AWS_SECRET_ACCESS_KEY" => Some("secret".to_owned()),
        "AWS_SESSION_TOKEN" => Some("token".to_owned()),
        name => additional.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned()),
    };
    let mut variables = Variables::new(&lookup);
    let settings = AwsSettings::read(&mut variables);
    Sdk::new(variables.finish(settings).unwrap_or_else(|error| panic!("{error}")))
}

/// Creates an SQS client for an endpoint.
pub(crate) fn sqs_client(endpoint: &str, timeouts: Timeouts) -> aws_sdk_sqs::Client {
    aws_sdk_sqs::Client::new(&sdk(&[("AWS_ENDPOINT_URL", endpoint)]).config(timeouts))
}

/// Starts a server with scripted responses and creates an SQS client for it.
pub(crate) async fn scripted_sqs(responses: impl IntoIterator<Item = Response>) -> (aws_sdk_sqs::Client, Server) {
    let server = Server { responses: Arc::new(Mutex::new(responses.into_iter().collect())), ..Server::default() };
    (sqs_client(&server.start().await, TIMEOUTS), server)
}

impl Server {
    pub(crate) async fn start(&self) -> String {
        let app = Router::new().fallback(respond).with_state(self.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, app).await });
        url
    }

    pub(crate) fn received_uris(&self) -> Vec<String> {
        self.received_uris.lock().unwrap().clone()
    }

    pub(crate) fn request_count(&self) -> usize {
        self.received_headers.lock().unwrap().len()
    }
}

async fn respond(State(server): State<Server>, request: Request) -> (StatusCode, HeaderMap, &'static str) {
    server.received_headers.lock().unwrap().push(request.headers().clone());
    server.received_uris.lock().unwrap().push(request.uri().to_string());
    let (status, body, headers) = server.responses.lock().unwrap().pop_front().unwrap_or((200, "{}", Vec::new()));
    if status == 0 {
        std::future::pending::<()>().await;
    }
    let headers = headers.into_iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
    (StatusCode::from_u16(status).unwrap(), headers, body)
}

/// A response without headers.
pub(crate) fn response(status: u16, body: &'static str) -> Response {
    (status, body, Vec::new())
}
