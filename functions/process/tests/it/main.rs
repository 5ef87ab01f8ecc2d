//! Tests of the function: from a batch of messages to the requests at a destination, the calls to the queues and the
//! response.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::type_complexity, reason = "tests")]

mod aws_destinations;
mod aws_previews;
mod batch;
mod blocked_addresses;
mod chat_destinations;
mod chat_elements;
mod claim_condition;
mod client_certificates;
mod configuration;
mod dead_lettering;
mod delivery;
mod destination_state_store;
mod destination_states;
mod dynamodb_claim_store;
mod egress;
mod event_log;
mod explanations;
mod firehose_destination;
mod fixture;
mod http_authentication;
mod http_bodies;
mod http_requests;
mod idempotency;
mod lambda_destination;
mod listeners;
mod memory;
mod message_templates;
mod oauth2_tokens;
mod offloaded_payloads;
mod properties;
mod repeated_messages;
mod request_signing;
mod retries;
mod role_signatures;
mod route_types;
mod routing;
mod s3_destination;
mod s3_payload_store;
mod sns_destination;
mod sqs_destination;
mod sqs_queue;
mod stepfunctions_destination;
mod telemetry;
