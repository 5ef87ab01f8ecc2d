//! The table of claims in DynamoDB. A batch has ten events at once: their claims are written by one call, and so is what was
//! done by the time that a call is over. Each is still a conditional write of its own. Whatever is not as it should be (the
//! item is there already, a statement was throttled) is asked once more alone, by a call that tells what stands there.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.multiplestatements.batching.html>

use bytes::Bytes;
use hookline_aws::{AwsError, Client, DYNAMODB, Operation};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::claim::{Claim, ClaimError, Claimed, Claims};
use crate::together::Together;

/// DynamoDB takes no more statements at once.
const MOST: usize = 25;

/// A table in DynamoDB: `key`, `state` (`leased` or `done`), `owner`, `lease_until` and `expires_at`, its TTL.
pub struct Table {
    client: Client,
    name: String,
    insert: String,
    update: String,
    claiming: Together<Claim, Result<Written, ClaimError>>,
    completing: Together<Claim, Result<Written, ClaimError>>,
}

/// What became of a claim among several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    /// It is written.
    Yes,
    /// It is not, for whatever reason: what stands there is to be asked about this one alone.
    No,
}

const DONE: &str = "done";
const LEASED: &str = "leased";
const OWNED: &str = "#owner = :owner";

impl Claims for Table {
    async fn claim(&self, claim: &Claim) -> Result<Claimed, ClaimError> {
        match self.claiming.ask(claim.clone(), |all| self.write(&self.insert, insert, all)).await? {
            Written::Yes => Ok(Claimed::Ours),
            Written::No => self.claim_alone(claim).await,
        }
    }

    async fn complete(&self, claim: &Claim) -> Result<(), ClaimError> {
        match self.completing.ask(claim.clone(), |all| self.write(&self.update, update, all)).await? {
            Written::Yes => Ok(()),
            Written::No => self.complete_alone(claim).await,
        }
    }

    async fn release(&self, claim: &Claim) -> Result<(), ClaimError> {
        let delete = json!({
            "TableName": self.name,
            "Key": { "key": text(&claim.key) },
            "ConditionExpression": OWNED,
            "ExpressionAttributeNames": { "#owner": "owner" },
            "ExpressionAttributeValues": { ":owner": text(&claim.owner) },
        });
        self.ask("DeleteItem", &delete).await.map(|_| ()).map_err(|error| failed(&error))
    }
}

/// Fails if the item is there, whatever stands there.
const INSERT: &str =
    r#"INSERT INTO "TABLE" VALUE {'key': ?, 'state': ?, 'owner': ?, 'lease_until': ?, 'expires_at': ?}"#;

fn insert(claim: &Claim) -> Parameters<'_> {
    let (lease_until, expires_at) = (Parameter::number(claim.lease_until), Parameter::number(claim.forget_at));
    vec![Parameter::S(&claim.key), Parameter::S(LEASED), Parameter::S(&claim.owner), lease_until, expires_at]
}

/// Fails if it is not ours.
const UPDATE: &str =
    r#"UPDATE "TABLE" SET "state"=? SET "expires_at"=? REMOVE "lease_until" WHERE "key"=? AND "owner"=?"#;

fn update(claim: &Claim) -> Parameters<'_> {
    let expires_at = Parameter::number(claim.forget_at);
    vec![Parameter::S(DONE), expires_at, Parameter::S(&claim.key), Parameter::S(&claim.owner)]
}

/// What is asked for all. Written as it stands: to make values of it first took longer than to sign and send it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statements<'a> {
    statements: Vec<Statement<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement<'a> {
    statement: &'a str,
    parameters: Parameters<'a>,
}

type Parameters<'a> = Vec<Parameter<'a>>;

#[derive(Serialize)]
enum Parameter<'a> {
    S(&'a str),
    N(String),
}

impl Parameter<'_> {
    fn number(value: u64) -> Self {
        Self::N(value.to_string())
    }
}

/// One for each statement, in their order.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answers {
    responses: Vec<Answer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    error: Option<IgnoredAny>,
}

impl Table {
    /// Asks nothing yet.
    #[must_use]
    pub fn new(client: Client, name: String) -> Self {
        // The name is our own, and of characters that need no escape.
        let [insert, update] = [INSERT, UPDATE].map(|statement| statement.replace("TABLE", &name));
        Self { client, name, insert, update, claiming: Together::new(MOST), completing: Together::new(MOST) }
    }

    /// A statement for each of several, by one call. One alone is left to the call that tells more.
    async fn write(
        &self,
        statement: &str,
        parameters: fn(&Claim) -> Parameters<'_>,
        claims: Vec<Claim>,
    ) -> Vec<Result<Written, ClaimError>> {
        // One item twice in a call is nothing to rely on: the second of two copies waits to see what the first has left.
        let first = |(at, claim): &(usize, &Claim)| claims.iter().position(|it| it.key == claim.key) == Some(*at);
        let asked: Vec<_> = claims.iter().enumerate().filter(first).collect();
        let mut written = vec![Ok(Written::No); claims.len()];
        if asked.len() < 2 {
            return written;
        }
        let statements = asked.iter().map(|(_, claim)| Statement { statement, parameters: parameters(claim) });
        let statements = Statements { statements: statements.collect() };
        let answers = match self.ask("BatchExecuteStatement", &statements).await {
            Ok(answers) => serde_json::from_slice::<Answers>(&answers),
            Err(error) => return vec![Err(failed(&error)); claims.len()],
        };
        // An answer that cannot be read, or is not one for each, says nothing of any of them.
        let answers = answers.map(|answers| answers.responses).unwrap_or_default();
        if answers.len() == asked.len() {
            for ((at, _), _) in asked.iter().zip(&answers).filter(|(_, answer)| answer.error.is_none()) {
                written.get_mut(*at).into_iter().for_each(|it| *it = Ok(Written::Yes));
            }
        }
        written
    }

    async fn claim_alone(&self, claim: &Claim) -> Result<Claimed, ClaimError> {
        let put = json!({
            "TableName": self.name,
            "Item": {
                "key": text(&claim.key),
                "state": text(LEASED),
                "owner": text(&claim.owner),
                "lease_until": number(claim.lease_until),
                "expires_at": number(claim.forget_at),
            },
            "ConditionExpression": "attribute_not_exists(#key) OR (#state = :leased AND lease_until < :now)",
            "ExpressionAttributeNames": { "#key": "key", "#state": "state" },
            "ExpressionAttributeValues": { ":leased": text(LEASED), ":now": number(claim.now) },
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        });
        match self.ask("PutItem", &put).await {
            Ok(_) => Ok(Claimed::Ours),
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => {
                let item = error.member("Item").unwrap_or_default();
                Ok(standing(&item, claim))
            }
            Err(error) => Err(failed(&error)),
        }
    }

    async fn complete_alone(&self, claim: &Claim) -> Result<(), ClaimError> {
        let update = json!({
            "TableName": self.name,
            "Key": { "key": text(&claim.key) },
            "UpdateExpression": "SET #state = :done, expires_at = :expires REMOVE lease_until",
            "ConditionExpression": OWNED,
            "ExpressionAttributeNames": { "#state": "state", "#owner": "owner" },
            "ExpressionAttributeValues": {
                ":done": text(DONE), ":expires": number(claim.forget_at), ":owner": text(&claim.owner),
            },
        });
        self.ask("UpdateItem", &update).await.map(|_| ()).map_err(|error| failed(&error))
    }

    async fn ask(&self, operation: &str, asked: &impl Serialize) -> Result<Bytes, AwsError> {
        // Strings: there is nothing that could fail.
        let asked = serde_json::to_string(asked).unwrap_or_default();
        self.client.send(Operation::json(DYNAMODB, operation, asked)).await
    }
}

fn failed(error: &AwsError) -> ClaimError {
    ClaimError { detail: error.to_string() }
}

/// What an item that is there already says of a claim. Our own lease is there if an answer was lost and the call was made
/// again.
fn standing(item: &Value, claim: &Claim) -> Claimed {
    let text = |name: &str| item.get(name)?.get("S")?.as_str();
    if text("state") == Some(DONE) {
        return Claimed::Done;
    }
    if text("owner") == Some(claim.owner.as_str()) {
        return Claimed::Ours;
    }
    let until = || item.get("lease_until")?.get("N")?.as_str()?.parse().ok();
    Claimed::Leased { until: until().unwrap_or(claim.lease_until) }
}

fn text(value: &str) -> Value {
    json!({ "S": value })
}

fn number(value: u64) -> Value {
    json!({ "N": value.to_string() })
}
