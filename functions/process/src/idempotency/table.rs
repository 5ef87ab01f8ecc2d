//! The claims table in DynamoDB: `key`, `state` (`leased` or `done`), `owner`, `lease_until` and `expires_at`, its TTL.
//!
//! The claims of a batch are written by one `BatchExecuteStatement`, and so is what is done. Each statement is still a
//! conditional write of its own. For a statement that was not executed (the item exists, the statement was throttled) a
//! call for that item alone follows, which returns the stored item.
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

use super::claim::{Claim, Claimed, Claims};

/// The most statements that DynamoDB takes at once.
const MAX_STATEMENTS: usize = 25;

/// Fails if the item exists, whatever it is.
const INSERT: &str =
    r#"INSERT INTO "TABLE" VALUE {'key': ?, 'state': ?, 'owner': ?, 'lease_until': ?, 'expires_at': ?}"#;

/// Fails if the item is not the owner's.
const UPDATE: &str =
    r#"UPDATE "TABLE" SET "state"=? SET "expires_at"=? REMOVE "lease_until" WHERE "key"=? AND "owner"=?"#;

const DONE: &str = "done";
const LEASED: &str = "leased";
const OWNED: &str = "#owner = :owner";

/// A table of Amazon DynamoDB.
#[derive(Debug, Clone)]
pub struct DynamoDbClaims {
    client: Client,
    table: String,
    insert: String,
    update: String,
}

/// The result of one statement among several.
type Written = Result<bool, PortError>;

impl Claims for DynamoDbClaims {
    async fn claim(&self, claims: &[Claim]) -> Vec<Result<Claimed, PortError>> {
        let written = self.write(&self.insert, insert, claims).await;
        let each = claims.iter().zip(written).map(async |(claim, written)| match written? {
            true => Ok(Claimed::Ours),
            false => self.claim_alone(claim).await,
        });
        join_all(each).await
    }

    async fn complete(&self, claims: &[Claim]) -> Vec<Result<(), PortError>> {
        let written = self.write(&self.update, update, claims).await;
        let each = claims.iter().zip(written).map(async |(claim, written)| match written? {
            true => Ok(()),
            false => self.complete_alone(claim).await,
        });
        join_all(each).await
    }

    async fn release(&self, claims: &[Claim]) -> Vec<Result<(), PortError>> {
        join_all(claims.iter().map(|claim| self.release_alone(claim))).await
    }
}

impl DynamoDbClaims {
    /// Opens no connection yet.
    #[must_use]
    pub fn new(config: &SdkConfig, table: String) -> Self {
        // The name has no character that needs an escape: Terraform makes it.
        let [insert, update] = [INSERT, UPDATE].map(|statement| statement.replace("TABLE", &table));
        Self { client: Client::new(config), table, insert, update }
    }

    /// Opens a connection to the table's endpoint.
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

    /// Executes a statement for each claim. `false` where it was not executed, for whatever reason.
    async fn write(
        &self,
        statement: &str,
        parameters: fn(&Claim) -> Vec<AttributeValue>,
        claims: &[Claim],
    ) -> Vec<Written> {
        // DynamoDB refuses one item twice in a call: a copy has to see what the first has left.
        let mut seen = HashSet::new();
        let first: Vec<_> = claims.iter().enumerate().filter(|(_, claim)| seen.insert(&claim.key)).collect();
        let mut written: Vec<Written> = claims.iter().map(|_| Ok(false)).collect();
        for chunk in first.chunks(MAX_STATEMENTS).filter(|chunk| chunk.len() > 1) {
            let statements = chunk.iter().map(|(_, claim)| {
                BatchStatementRequest::builder().statement(statement).set_parameters(Some(parameters(claim))).build()
            });
            let executed = match statements.collect::<Result<Vec<_>, _>>() {
                Ok(statements) => self.execute(statements).await,
                Err(error) => Err(PortError::new(EXECUTE, error)),
            };
            for (position, (index, claim)) in chunk.iter().enumerate() {
                let result = executed.clone().map(|executed| executed.get(position) == Some(&true));
                // What failed for an item failed for its copies.
                let copies = claims.iter().enumerate().filter(|(_, it)| it.key == claim.key && result.is_err());
                for at in copies.map(|(at, _)| at).chain([*index]) {
                    written.get_mut(at).into_iter().for_each(|it| *it = result.clone());
                }
            }
        }
        written
    }

    /// Which statements were executed, in their order. A response that has not one for each says nothing of any of them.
    async fn execute(&self, statements: Vec<BatchStatementRequest>) -> Result<Vec<bool>, PortError> {
        let count = statements.len();
        let execute = self.client.batch_execute_statement().set_statements(Some(statements));
        let response = Box::pin(execute.send()).await;
        let responses = response.map_err(|error| PortError::new(EXECUTE, error))?.responses.unwrap_or_default();
        Ok(responses.iter().filter(|_| responses.len() == count).map(|it| it.error.is_none()).collect())
    }

    async fn claim_alone(&self, claim: &Claim) -> Result<Claimed, PortError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("key", text(&claim.key))
            .item("state", text(LEASED))
            .item("owner", text(&claim.owner))
            .item("lease_until", number(claim.lease_until))
            .item("expires_at", number(claim.forget_at))
            .condition_expression("attribute_not_exists(#key) OR (#state = :leased AND lease_until < :now)")
            .expression_attribute_names("#key", "key")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":leased", text(LEASED))
            .expression_attribute_values(":now", number(claim.now))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match Box::pin(put.send()).await {
            Ok(_) => Ok(Claimed::Ours),
            Err(error) => match refused(&error) {
                Some(item) => Ok(stored(item, claim)),
                None => Err(PortError::new("dynamodb:PutItem", error)),
            },
        }
    }

    async fn complete_alone(&self, claim: &Claim) -> Result<(), PortError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("key", text(&claim.key))
            .update_expression("SET #state = :done, expires_at = :expires REMOVE lease_until")
            .condition_expression(OWNED)
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":done", text(DONE))
            .expression_attribute_values(":expires", number(claim.forget_at))
            .expression_attribute_values(":owner", text(&claim.owner));
        Box::pin(update.send()).await.map(|_| ()).map_err(|error| PortError::new("dynamodb:UpdateItem", error))
    }

    async fn release_alone(&self, claim: &Claim) -> Result<(), PortError> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("key", text(&claim.key))
            .condition_expression(OWNED)
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":owner", text(&claim.owner));
        Box::pin(delete.send()).await.map(|_| ()).map_err(|error| PortError::new("dynamodb:DeleteItem", error))
    }
}

const EXECUTE: &str = "dynamodb:BatchExecuteStatement";

fn insert(claim: &Claim) -> Vec<AttributeValue> {
    let (lease_until, expires_at) = (number(claim.lease_until), number(claim.forget_at));
    vec![text(&claim.key), text(LEASED), text(&claim.owner), lease_until, expires_at]
}

fn update(claim: &Claim) -> Vec<AttributeValue> {
    vec![text(DONE), number(claim.forget_at), text(&claim.key), text(&claim.owner)]
}

type Item = HashMap<String, AttributeValue>;

/// The stored item, empty if it was not returned, where the write's condition does not hold.
fn refused<R>(error: &SdkError<PutItemError, R>) -> Option<Option<&Item>> {
    match error.as_service_error()? {
        PutItemError::ConditionalCheckFailedException(refused) => Some(refused.item()),
        _ => None,
    }
}

/// What a stored item means for a claim. The claim's own lease is stored if a response was lost and the call was repeated.
fn stored(item: Option<&Item>, claim: &Claim) -> Claimed {
    let text = |name: &str| item?.get(name)?.as_s().ok().map(String::as_str);
    if text("state") == Some(DONE) {
        return Claimed::Done;
    }
    if text("owner") == Some(claim.owner.as_str()) {
        return Claimed::Ours;
    }
    let until = || item?.get("lease_until")?.as_n().ok()?.parse().ok();
    Claimed::Leased { until: until().unwrap_or(claim.lease_until) }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
