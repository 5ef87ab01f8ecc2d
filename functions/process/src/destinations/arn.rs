//! Reads the ARNs of the configuration. <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>

use super::error::DestinationError;

/// The form of the ARNs that a kind accepts.
#[derive(Debug, Clone, Copy)]
pub(super) struct ArnFormat {
    /// The service in the ARN, for instance `states`.
    pub(super) service: &'static str,
    /// What is before the name of the resource, for instance `stateMachine:`.
    pub(super) prefix: &'static str,
    /// What the ARN names, with an example, for error messages.
    pub(super) expected: &'static str,
    /// Whether the ARN has a region and an account. Those of buckets have none.
    pub(super) is_regional: bool,
}

/// The ARN of the resource that receives the events.
#[derive(Debug, Clone)]
pub(super) struct Arn {
    /// The complete ARN.
    pub(super) text: String,
    /// For instance `aws` or `aws-cn`.
    pub(super) partition: String,
    /// The region that is called. Empty for a bucket.
    pub(super) region: String,
    /// The account of 12 digits. Empty for a bucket.
    pub(super) account: String,
    /// The name of the resource, with the version or alias if the ARN has one.
    pub(super) name: String,
}

impl Arn {
    /// Reads an ARN.
    ///
    /// # Errors
    ///
    /// [`DestinationError::InvalidArn`]: the text is not an ARN of this form.
    pub(super) fn parse(text: &str, format: ArnFormat) -> Result<Self, DestinationError> {
        parse(text, format)
            .ok_or_else(|| DestinationError::InvalidArn { arn: text.to_owned(), expected: format.expected })
    }
}

fn parse(text: &str, format: ArnFormat) -> Option<Arn> {
    let ["arn", partition, service, region, account, resource] = *text.splitn(6, ':').collect::<Vec<_>>() else {
        return None;
    };
    let name = resource.strip_prefix(format.prefix)?;
    let is_word = |text: &str| text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    // The wildcards of policies are not the name of a resource.
    let is_name = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'*' | b'?' | b'"' | b'\'' | b'<' | b'>');
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let is_place = if format.is_regional {
        !region.is_empty() && is_word(region) && is_account
    } else {
        region.is_empty() && account.is_empty()
    };
    let is_valid = partition.starts_with("aws") && is_word(partition) && service == format.service && is_place;
    (is_valid && !name.is_empty() && name.bytes().all(is_name)).then(|| Arn {
        text: text.to_owned(),
        partition: partition.to_owned(),
        region: region.to_owned(),
        account: account.to_owned(),
        name: name.to_owned(),
    })
}

/// Returns the region of an ARN, or `None` for a text that is no ARN, such as the name of a resource.
pub(super) fn region(text: &str) -> Option<&str> {
    let region = text.strip_prefix("arn:")?.split(':').nth(2)?;
    (!region.is_empty()).then_some(region)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FUNCTION: ArnFormat =
        ArnFormat { service: "lambda", prefix: "function:", expected: "a function", is_regional: true };
    const BUCKET: ArnFormat = ArnFormat { service: "s3", prefix: "", expected: "a bucket", is_regional: false };

    #[test]
    fn arn_has_the_parts_that_a_call_needs() {
        let arn = Arn::parse("arn:aws-cn:lambda:cn-north-1:123456789012:function:orders:live", FUNCTION).unwrap();
        let parts = [&arn.partition, &arn.region, &arn.account, &arn.name];
        assert_eq!(parts, ["aws-cn", "cn-north-1", "123456789012", "orders:live"]);
        let arn = Arn::parse("arn:aws:s3:::archive", BUCKET).unwrap();
        assert_eq!([&arn.region, &arn.account, &arn.name], ["", "", "archive"]);
    }

    #[test]
    fn name_has_no_region() {
        assert_eq!(region("arn:aws:events:us-west-2:123456789012:event-bus/orders"), Some("us-west-2"));
        for text in ["orders", "default", "arn:aws:s3:::archive", "arn:aws", ""] {
            assert_eq!(region(text), None, "{text}");
        }
    }

    #[test]
    fn other_texts_are_invalid() {
        for text in [
            "",
            "orders",
            "arn:aws:lambda:eu-central-1:123456789012:function:",
            "arn:aws:lambda:eu-central-1:123456789012:layer:orders",
            "arn:aws:lambda:eu-central-1::function:orders",
            "arn:aws:lambda:eu-central-1:12345678901:function:orders",
            "arn:aws:lambda::123456789012:function:orders",
            "arn:aws:lambda:eu central:123456789012:function:orders",
            "arn:aws:sqs:eu-central-1:123456789012:function:orders",
            "arn:aws:lambda:eu-central-1:123456789012:function:*",
            "arn:aws:lambda:eu-central-1:123456789012:function:two words",
            "arn:gcp:lambda:eu-central-1:123456789012:function:orders",
        ] {
            let error = Arn::parse(text, FUNCTION).unwrap_err().to_string();
            assert!(error.contains("a function"), "{text}: {error}");
        }
        for text in ["arn:aws:s3:eu-central-1:123456789012:archive", "arn:aws:s3:::", "archive"] {
            assert!(Arn::parse(text, BUCKET).is_err(), "{text}");
        }
    }
}
