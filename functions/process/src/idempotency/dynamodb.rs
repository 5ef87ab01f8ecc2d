//! The claim store in a DynamoDB table. An item has the attributes `key`, `state` (`claimed` with one write, `leased` with
//! two writes, `done` or `failed`), `owner`, `request`, `lease_until`, `expires_at` (the TTL), and `reason` and
//! `message_id` if it has failed.
//!
//! Each condition compares `expires_at`, because DynamoDB deletes an item up to some days after its TTL
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ttl-expired-items.html>).
//!
//! One `BatchExecuteStatement` acquires the leases of a batch, and another one marks the claims as completed. Each
//! statement in it is a separate conditional write. If a statement was not executed, because the item exists or the
//! statement was throttled, a separate call for that item follows. That call returns the stored item.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.multiplestatements.batching.html>

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::endpoint::{DefaultResolver, Params, ResolveEndpoint as _};
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, BatchStatementRequest, ReturnValuesOnConditionCheckFailure};
use futures_util::future::join_all;
use hookline_aws::{PortError, Sdk, SdkConfig};

use super::claim::{Claim, ClaimMode, ClaimOutcome, ClaimStore};

/// The maximum number of statements in one call, a limit of DynamoDB.
const MAX_STATEMENTS: usize = 25;

/// Fails if the item exists, in any state. The separate call that follows also takes over an item that has expired.
const INSERT: &str =
    r#"INSERT INTO "TABLE" VALUE {'key': ?, 'state': ?, 'owner': ?, 'request': ?, 'lease_until': ?, 'expires_at': ?}"#;

/// Fails if the item has another owner.
const UPDATE: &str =
    r#"UPDATE "TABLE" SET "state"=? SET "expires_at"=? REMOVE "lease_until" WHERE "key"=? AND "owner"=?"#;

const DONE: &str = "done";
const CLAIMED: &str = "claimed";
const LEASED: &str = "leased";
const FAILED: &str = "failed";
const IS_OWNER: &str = "#owner = :owner";
const IS_AVAILABLE: &str = "attribute_not_exists(#key) OR expires_at < :now OR \
    (#state = :leased AND lease_until < :now) OR \
    (#state = :claimed AND lease_until < :now AND #request = :request) OR \
    (#state = :failed AND message_id <> :message)";
const IS_RELEASABLE: &str = "#owner = :owner OR (#state = :failed AND message_id = :message)";

/// A claim store in a DynamoDB table.
#[derive(Debug, Clone)]
pub struct DynamoDbClaimStore {
    client: Client,
    table: String,
    insert: String,
    update: String,
}

/// Whether one statement of a batch was executed.
type StatementResult = Result<bool, PortError>;

impl ClaimStore for DynamoDbClaimStore {
    async fn claim(&self, claims: &[Claim]) -> Vec<Result<ClaimOutcome, PortError>> {
        let executed = self.execute_batches(&self.insert, insert_parameters, claims).await;
        let each = claims.iter().zip(executed).map(async |(claim, is_executed)| match is_executed? {
            true => Ok(ClaimOutcome::Acquired),
            false => self.claim_one(claim).await,
        });
        join_all(each).await
    }

    async fn complete(&self, claims: &[Claim]) -> Vec<Result<(), PortError>> {
        let executed = self.execute_batches(&self.update, update_parameters, claims).await;
        let each = claims.iter().zip(executed).map(async |(claim, is_executed)| match is_executed? {
            true => Ok(()),
            false => self.complete_one(claim).await,
        });
        join_all(each).await
    }

    async fn fail(&self, claim: &Claim, reason: &str) -> Result<(), PortError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("key", text(&claim.key))
            .update_expression(
                "SET #state = :failed, #reason = :reason, message_id = :message, expires_at = :expires REMOVE lease_until",
            )
            .condition_expression(IS_OWNER)
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#reason", "reason")
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":failed", text(FAILED))
            .expression_attribute_values(":reason", text(reason))
            .expression_attribute_values(":message", text(&claim.message_id))
            .expression_attribute_values(":expires", number(claim.expires_at))
            .expression_attribute_values(":owner", text(&claim.owner));
        Box::pin(update.send()).await.map(|_| ()).map_err(|error| PortError::new("dynamodb:UpdateItem", error))
    }

    async fn release(&self, claims: &[Claim]) -> Vec<Result<(), PortError>> {
        join_all(claims.iter().map(|claim| self.release_one(claim))).await
    }
}

impl DynamoDbClaimStore {
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn table(&self) -> &str {
        &self.table
    }

    /// Creates the store without opening a connection.
    #[must_use]
    pub fn new(config: &SdkConfig, table: String) -> Self {
        // The name contains no character that needs escaping, because Terraform generates it.
        let [insert, update] = [INSERT, UPDATE].map(|statement| statement.replace("TABLE", &table));
        Self { client: Client::new(config), table, insert, update }
    }

    /// Opens a connection to the DynamoDB endpoint.
    pub async fn connect(sdk: &Sdk, config: &SdkConfig) {
        let parameters = Params::builder()
            .set_region(config.region().map(ToString::to_string))
            .set_endpoint(config.endpoint_url().map(str::to_owned))
            .set_use_fips(config.use_fips())
            .set_use_dual_stack(config.use_dual_stack());
        if let Ok(parameters) = parameters.build()
            && let Ok(endpoint) = DefaultResolver::new().resolve_endpoint(&parameters).await
        {
            sdk.connect(endpoint.url()).await;
        }
    }

    /// Executes a statement for each claim, in batches. Returns `false` for each statement that was not executed.
    async fn execute_batches(
        &self,
        statement: &str,
        parameters: fn(&Claim) -> Vec<AttributeValue>,
        claims: &[Claim],
    ) -> Vec<StatementResult> {
        // DynamoDB rejects a call with two statements for one item. The separate call for a duplicate claim then sees
        // the item of the first claim.
        let mut seen = HashSet::new();
        let unique: Vec<_> = claims.iter().enumerate().filter(|(_, claim)| seen.insert(&claim.key)).collect();
        let mut results: Vec<StatementResult> = claims.iter().map(|_| Ok(false)).collect();
        for chunk in unique.chunks(MAX_STATEMENTS).filter(|chunk| chunk.len() > 1) {
            let statements = chunk.iter().map(|(_, claim)| {
                BatchStatementRequest::builder().statement(statement).set_parameters(Some(parameters(claim))).build()
            });
            let executed = match statements.collect::<Result<Vec<_>, _>>() {
                Ok(statements) => self.execute(statements).await,
                Err(error) => Err(PortError::new(EXECUTE, error)),
            };
            for (position, (index, claim)) in chunk.iter().enumerate() {
                let result = executed.clone().map(|executed| executed.get(position) == Some(&true));
                // An error for a claim also applies to its duplicates.
                let is_duplicate = |other: &Claim| other.key == claim.key && result.is_err();
                let duplicates = claims.iter().enumerate().filter(|(_, other)| is_duplicate(other));
                for index in duplicates.map(|(index, _)| index).chain([*index]) {
                    results.get_mut(index).into_iter().for_each(|slot| *slot = result.clone());
                }
            }
        }
        results
    }

    /// Executes statements and returns whether each was executed, in the same order. Returns an empty list if the
    /// response does not have one entry for each statement.
    async fn execute(&self, statements: Vec<BatchStatementRequest>) -> Result<Vec<bool>, PortError> {
        let count = statements.len();
        let execute = self.client.batch_execute_statement().set_statements(Some(statements));
        let response = Box::pin(execute.send()).await;
        let responses = response.map_err(|error| PortError::new(EXECUTE, error))?.responses.unwrap_or_default();
        Ok(responses.iter().filter(|_| responses.len() == count).map(|entry| entry.error.is_none()).collect())
    }

    async fn claim_one(&self, claim: &Claim) -> Result<ClaimOutcome, PortError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("key", text(&claim.key))
            .item("state", text(state(claim)))
            .item("owner", text(&claim.owner))
            .item("request", text(&claim.request_id))
            .item("lease_until", number(claim.lease_until))
            .item("expires_at", number(claim.expires_at))
            .condition_expression(IS_AVAILABLE)
            .expression_attribute_names("#key", "key")
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#request", "request")
            .expression_attribute_values(":claimed", text(CLAIMED))
            .expression_attribute_values(":leased", text(LEASED))
            .expression_attribute_values(":failed", text(FAILED))
            .expression_attribute_values(":message", text(&claim.message_id))
            .expression_attribute_values(":request", text(&claim.request_id))
            .expression_attribute_values(":now", number(claim.now))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match Box::pin(put.send()).await {
            Ok(_) => Ok(ClaimOutcome::Acquired),
            Err(error) => match item_of_failed_condition(&error) {
                Some(item) => Ok(outcome_of_item(item, claim)),
                None => Err(PortError::new("dynamodb:PutItem", error)),
            },
        }
    }

    async fn complete_one(&self, claim: &Claim) -> Result<(), PortError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("key", text(&claim.key))
            .update_expression("SET #state = :done, expires_at = :expires REMOVE lease_until")
            .condition_expression(IS_OWNER)
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":done", text(DONE))
            .expression_attribute_values(":expires", number(claim.expires_at))
            .expression_attribute_values(":owner", text(&claim.owner));
        Box::pin(update.send()).await.map(|_| ()).map_err(|error| PortError::new("dynamodb:UpdateItem", error))
    }

    async fn release_one(&self, claim: &Claim) -> Result<(), PortError> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("key", text(&claim.key))
            .condition_expression(IS_RELEASABLE)
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":owner", text(&claim.owner))
            .expression_attribute_values(":failed", text(FAILED))
            .expression_attribute_values(":message", text(&claim.message_id));
        Box::pin(delete.send()).await.map(|_| ()).map_err(|error| PortError::new("dynamodb:DeleteItem", error))
    }
}

const EXECUTE: &str = "dynamodb:BatchExecuteStatement";

fn insert_parameters(claim: &Claim) -> Vec<AttributeValue> {
    let (lease_until, expires_at) = (number(claim.lease_until), number(claim.expires_at));
    let (owner, request) = (text(&claim.owner), text(&claim.request_id));
    vec![text(&claim.key), text(state(claim)), owner, request, lease_until, expires_at]
}

/// Returns the state of an item during the lease.
fn state(claim: &Claim) -> &'static str {
    match claim.mode {
        ClaimMode::OneWrite => CLAIMED,
        ClaimMode::TwoWrites => LEASED,
    }
}

fn update_parameters(claim: &Claim) -> Vec<AttributeValue> {
    vec![text(DONE), number(claim.expires_at), text(&claim.key), text(&claim.owner)]
}

type Item = HashMap<String, AttributeValue>;

/// Returns the stored item if the write failed because of its condition. The inner `None` means that the response has
/// no item.
fn item_of_failed_condition<R>(error: &SdkError<PutItemError, R>) -> Option<Option<&Item>> {
    match error.as_service_error()? {
        PutItemError::ConditionalCheckFailedException(failed) => Some(failed.item()),
        _ => None,
    }
}

/// Derives the outcome of a claim from the stored item. The item has the claim's own lease if a response was lost and
/// the SDK repeated the call.
fn outcome_of_item(item: Option<&Item>, claim: &Claim) -> ClaimOutcome {
    let attribute = |name: &str| item?.get(name)?.as_s().ok().map(String::as_str);
    match attribute("state") {
        Some(DONE) => return ClaimOutcome::Completed,
        Some(FAILED) => return ClaimOutcome::Failed { reason: attribute("reason").unwrap_or_default().to_owned() },
        _ => {}
    }
    if attribute("owner") == Some(claim.owner.as_str()) {
        return ClaimOutcome::Acquired;
    }
    let until = || item?.get("lease_until")?.as_n().ok()?.parse().ok();
    let until = until().unwrap_or(claim.lease_until);
    // The same request would have taken the claim over.
    if attribute("state") == Some(CLAIMED) && until < claim.now {
        return ClaimOutcome::Completed;
    }
    ClaimOutcome::Leased { until }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
