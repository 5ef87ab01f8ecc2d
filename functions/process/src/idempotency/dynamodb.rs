//! The claim store in a DynamoDB table. An item has the attributes `key`, `state` (`claimed` with one write, `leased` with
//! two writes, `done` or `failed`), `owner`, `request`, `message_id`, `lease_until`,
//! `expires_at` (the TTL), `data_hash`, and `reason` if it has failed.
//!
//! Each condition compares `expires_at`, because DynamoDB deletes an item up to some days after its TTL
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ttl-expired-items.html>).
//!
//! One `BatchExecuteStatement` acquires the leases of a batch, and another one marks the claims as completed. Each
//! statement in it is a separate conditional write. If a statement was not executed, because the item exists or the
//! statement was throttled, a separate call for that item follows. That call returns the stored item.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.multiplestatements.batching.html>

use std::collections::HashSet;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::endpoint::{DefaultResolver, Params, ResolveEndpoint as _};
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, BatchStatementRequest, ReturnValuesOnConditionCheckFailure};
use futures_util::future::join_all;
use hookline_aws::{PortError, Sdk, SdkConfig};

use super::claim::{Claim, ClaimMode, ClaimOutcome, ClaimStore};
use super::item::{
    CLAIMED, DONE, FAILED, LEASED, insert_parameters, item_of_failed_condition, new_item, outcome_of_item,
    update_parameters,
};
use crate::attribute_value::{number, text};

/// The maximum number of statements in one call, a limit of DynamoDB.
const MAX_STATEMENTS: usize = 25;

/// Fails if the item exists, in any state. The separate call that follows also takes over an item that has expired.
const INSERT: &str = r#"INSERT INTO "TABLE" VALUE {'key': ?, 'state': ?, 'owner': ?, 'request': ?, 'message_id': ?, 'lease_until': ?, 'expires_at': ?, 'data_hash': ?}"#;

/// Fails if the item has another owner.
const UPDATE: &str =
    r#"UPDATE "TABLE" SET "state"=? SET "expires_at"=? REMOVE "lease_until" WHERE "key"=? AND "owner"=?"#;

const IS_OWNER: &str = "#owner = :owner";
const IS_NEW: &str = "attribute_not_exists(#key)";
/// The condition of a message that ingest sent.
const SENT_MESSAGE_MAY_CLAIM: &str = "attribute_not_exists(#key) OR expires_at < :now OR \
    (#state = :leased AND lease_until < :now) OR \
    (#state = :claimed AND lease_until < :now AND #request = :request AND message_id = :message) OR \
    (#state = :failed AND message_id <> :message)";
/// The condition of a message that was moved from another queue.
const MOVED_MESSAGE_MAY_CLAIM: &str = "attribute_not_exists(#key) OR expires_at < :now OR \
    (#state = :leased AND lease_until < :now) OR \
    (#state = :claimed AND lease_until < :now AND #request = :request) OR \
    (#state = :failed AND message_id <> :message)";
const IS_RELEASABLE: &str = "#owner = :owner OR (#state = :failed AND message_id = :message)";

const EXECUTE: &str = "dynamodb:BatchExecuteStatement";
const UPDATE_ITEM: &str = "dynamodb:UpdateItem";

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
            true => Ok(ClaimOutcome::Acquired { mode: claim.mode }),
            // A batch of one claim has no statement.
            false if claims.len() == 1 => self.claim_one(claim).await,
            false => self.take_over(claim).await,
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
            .update_own(claim, FAILED)
            .update_expression(
                "SET #state = :state, #reason = :reason, message_id = :message, expires_at = :expires REMOVE lease_until",
            )
            .expression_attribute_names("#reason", "reason")
            .expression_attribute_values(":reason", text(reason))
            .expression_attribute_values(":message", text(&claim.message_id));
        Box::pin(update.send()).await.map(|_| ()).map_err(|error| PortError::new(UPDATE_ITEM, error))
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

    /// Claims one delivery. Only a new key is claimed with one write.
    async fn claim_one(&self, claim: &Claim) -> Result<ClaimOutcome, PortError> {
        if claim.mode == ClaimMode::OneWrite
            && let outcome @ ClaimOutcome::Acquired { .. } = self.put(claim, self.put_item(claim), IS_NEW).await?
        {
            return Ok(outcome);
        }
        self.take_over(claim).await
    }

    /// Claims a delivery whose key may exist. Another claim of it may still have an effect, so two writes are needed.
    async fn take_over(&self, claim: &Claim) -> Result<ClaimOutcome, PortError> {
        let claim = &Claim { mode: ClaimMode::TwoWrites, ..claim.clone() };
        let put = self
            .put_item(claim)
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#request", "request")
            .expression_attribute_values(":claimed", text(CLAIMED))
            .expression_attribute_values(":leased", text(LEASED))
            .expression_attribute_values(":failed", text(FAILED))
            .expression_attribute_values(":message", text(&claim.message_id))
            .expression_attribute_values(":request", text(&claim.request_id))
            .expression_attribute_values(":now", number(claim.now));
        let condition = if claim.is_sent_by_ingest { SENT_MESSAGE_MAY_CLAIM } else { MOVED_MESSAGE_MAY_CLAIM };
        self.put(claim, put, condition).await
    }

    fn put_item(&self, claim: &Claim) -> PutItemFluentBuilder {
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(new_item(claim)))
            .expression_attribute_names("#key", "key")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }

    async fn put(&self, claim: &Claim, put: PutItemFluentBuilder, condition: &str) -> Result<ClaimOutcome, PortError> {
        match Box::pin(put.condition_expression(condition).send()).await {
            Ok(_) => Ok(ClaimOutcome::Acquired { mode: claim.mode }),
            Err(error) => match item_of_failed_condition(&error) {
                Some(item) => Ok(outcome_of_item(item, claim)),
                None => Err(PortError::new("dynamodb:PutItem", error)),
            },
        }
    }

    async fn complete_one(&self, claim: &Claim) -> Result<(), PortError> {
        let update = self.update_own(claim, DONE);
        let update = update.update_expression("SET #state = :state, expires_at = :expires REMOVE lease_until");
        Box::pin(update.send()).await.map(|_| ()).map_err(|error| PortError::new(UPDATE_ITEM, error))
    }

    /// Ends a lease or a failed claim. The item stays, because a later claim of a new key would need only one write.
    async fn release_one(&self, claim: &Claim) -> Result<(), PortError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("key", text(&claim.key))
            .update_expression("SET #state = :leased, lease_until = :ended REMOVE #reason")
            .condition_expression(IS_RELEASABLE)
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#reason", "reason")
            .expression_attribute_values(":owner", text(&claim.owner))
            .expression_attribute_values(":failed", text(FAILED))
            .expression_attribute_values(":leased", text(LEASED))
            .expression_attribute_values(":ended", number(0))
            .expression_attribute_values(":message", text(&claim.message_id));
        Box::pin(update.send()).await.map(|_| ()).map_err(|error| PortError::new(UPDATE_ITEM, error))
    }

    /// Updates the item of a claim that this worker owns.
    fn update_own(&self, claim: &Claim, state: &str) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .key("key", text(&claim.key))
            .condition_expression(IS_OWNER)
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":state", text(state))
            .expression_attribute_values(":expires", number(claim.expires_at))
            .expression_attribute_values(":owner", text(&claim.owner))
    }
}
