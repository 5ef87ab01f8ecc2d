//! Attribute values of DynamoDB.

use aws_sdk_dynamodb::types::AttributeValue;

pub(crate) fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

pub(crate) fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
