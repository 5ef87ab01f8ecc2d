//! Checks of the values, with the rules of the Terraform module. Each function returns the value, or what is wrong with it.

use std::net::Ipv4Addr;

use hookline_senders::Sender;

/// The first parts of regions in the partition `aws`.
const AREAS: [&str; 9] = ["af", "ap", "ca", "eu", "il", "me", "mx", "sa", "us"];

/// Returns the slug of a sender.
pub(crate) fn sender(text: &str) -> Result<&'static str, String> {
    Sender::named(text).map_err(|error| format!("{error}; `hookline senders list` prints all"))
}

/// Returns the partition of a region, as `region_patterns` in terraform/modules/hookline/partitions.tf.
pub(crate) fn partition(region: &str) -> Option<&'static str> {
    let parts: Vec<_> = region.split('-').collect();
    let is_word = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match parts.as_slice() {
        ["cn", word, number] if is_word(word) && is_number(number) => Some("aws-cn"),
        ["us", "gov", word, number] if is_word(word) && is_number(number) => Some("aws-us-gov"),
        ["eusc", country, word, number] if is_word(country) && is_word(word) && is_number(number) => Some("aws-eusc"),
        [area, word, number] if AREAS.contains(area) && is_word(word) && is_number(number) => Some("aws"),
        _ => None,
    }
}

pub(crate) fn region(text: &str) -> Result<String, String> {
    match partition(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err(format!("`{text}` is not the code of a supported AWS region, such as eu-west-1 or us-gov-west-1")),
    }
}

/// `^[a-z][a-z0-9-]{0,15}$`, which is part of the names in AWS.
pub(crate) fn environment(text: &str) -> Result<String, String> {
    let is_other = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_valid = text.starts_with(|first: char| first.is_ascii_lowercase()) && text.bytes().all(is_other);
    if text == "default" {
        return Err("`default` is no environment: use a name such as dev or prod".to_owned());
    }
    if !is_valid || text.len() > 16 {
        return Err(format!("`{text}` must be 1 to 16 lower-case letters, digits or hyphens, with a letter first"));
    }
    Ok(text.to_owned())
}

/// `^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`
pub(crate) fn domain(text: &str) -> Result<String, String> {
    let is_edge = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let is_label = |label: &str| {
        let bytes = label.as_bytes();
        let is_other = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
        bytes.len() <= 63 && is_edge(bytes.first()) && is_edge(bytes.last()) && bytes.iter().all(is_other)
    };
    let is_top = |label: &str| label.starts_with(|first: char| first.is_ascii_lowercase());
    match text.rsplit_once('.') {
        Some((parents, top)) if is_top(top) && text.split('.').all(is_label) && !parents.is_empty() => {
            Ok(text.to_owned())
        }
        _ => Err(format!(
            "`{text}` must be a domain name in lower case without scheme and path, such as hooks.example.com"
        )),
    }
}

/// Returns a domain, or an empty text for none.
pub(crate) fn optional_domain(text: &str) -> Result<String, String> {
    if text.is_empty() { Ok(String::new()) } else { domain(text) }
}

/// The form of a certificate's ARN. [`certificate_region`] is its region.
pub(crate) fn certificate_arn(text: &str) -> Result<String, String> {
    let parts: Vec<_> = text.splitn(6, ':').collect();
    let is_partition =
        |text: &str| text.starts_with("aws") && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'-'));
    let is_account = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_certificate = |text: &str| {
        let id = text.strip_prefix("certificate/").unwrap_or_default();
        !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    match parts.as_slice() {
        ["arn", name, "acm", region, account, certificate]
            if is_partition(name)
                && partition(region).is_some()
                && is_account(account)
                && is_certificate(certificate) =>
        {
            Ok(text.to_owned())
        }
        _ => Err(format!(
            "`{text}` is not the ARN of a certificate, such as arn:aws:acm:eu-west-1:123456789012:certificate/1234abcd"
        )),
    }
}

/// Returns the region of a valid certificate's ARN.
pub(crate) fn certificate_region(arn: &str) -> Option<&str> {
    arn.split(':').nth(3)
}

/// `url_pattern` in terraform/modules/hookline/destination_kinds.tf, and plain HTTP only for a private address.
pub(crate) fn url(text: &str) -> Result<String, String> {
    let invalid = || {
        format!(
            "`{text}` must be absolute, with a host and without user, password and fragment, such as https://api.example.com/hooks"
        )
    };
    let (is_plain, host) = parts(text).ok_or_else(invalid)?;
    if is_plain && private_address(host).is_none() {
        return Err(format!(
            "`{text}` must begin with https://, because plain HTTP is only for the IPv4 address of a private network"
        ));
    }
    Ok(text.to_owned())
}

/// Returns the address of a URL's host if only `private_networks` allows it.
pub(crate) fn private_address_of(url: &str) -> Option<Ipv4Addr> {
    parts(url).and_then(|(_, host)| private_address(host))
}

/// Returns whether a URL is plain HTTP, and its host.
fn parts(url: &str) -> Option<(bool, &str)> {
    let (is_plain, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => (false, rest),
        (_, Some(rest)) => (true, rest),
        _ => return None,
    };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end)?;
    let (host, port) = match authority.rfind(':') {
        Some(colon) if !authority.ends_with(']') => authority.split_at_checked(colon)?,
        _ => (authority, ""),
    };
    let is_path =
        !path.chars().any(|character| character.is_whitespace() || character.is_control() || character == '#');
    (is_host(host) && is_port(port) && is_path).then_some((is_plain, host))
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let is_label = |label: &str| {
        !label.starts_with('-')
            && !label.ends_with('-')
            && !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    // A host whose last part begins with a digit can only be an IPv4 address.
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_name = last.starts_with(|first: char| first.is_ascii_alphabetic());
    host.split('.').all(is_label) && (is_name || host.parse::<std::net::Ipv4Addr>().is_ok())
}

/// Whether a text is empty, or a colon and a port without leading zeros.
fn is_port(text: &str) -> bool {
    let Some(digits) = text.strip_prefix(':') else { return text.is_empty() };
    let is_number = !digits.starts_with(['0', '+']);
    is_number && digits.parse::<u16>().is_ok()
}

/// `private_ranges` in terraform/modules/hookline/variables_routing.tf.
fn private_address(host: &str) -> Option<Ipv4Addr> {
    let address: Ipv4Addr = host.parse().ok()?;
    let is_shared = matches!(address.octets(), [100, 64..=127, _, _]);
    (address.is_private() || is_shared || address == Ipv4Addr::LOCALHOST).then_some(address)
}

/// `^[0-9A-Za-z._+=/'~-]+@[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)+$`
pub(crate) fn email(text: &str) -> Result<String, String> {
    let is_user = |user: &str| {
        !user.is_empty() && user.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._+=/'~-".contains(&byte))
    };
    let is_label =
        |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    match text.split_once('@') {
        Some((user, host)) if is_user(user) && host.contains('.') && host.split('.').all(is_label) => {
            Ok(text.to_owned())
        }
        _ => Err(format!("`{text}` must be one plain address, such as alerts@example.com")),
    }
}

/// `^[0-9]+[.][0-9]+[.][0-9]+(-[0-9A-Za-z.-]+)?$`, also with the `v` of the tag, which is removed.
pub(crate) fn version(text: &str) -> Result<String, String> {
    let version = text.strip_prefix('v').unwrap_or(text);
    let (numbers, suffix) =
        version.split_once('-').map_or((version, None), |(numbers, suffix)| (numbers, Some(suffix)));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_suffix = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
    };
    if numbers.split('.').count() == 3 && numbers.split('.').all(is_number) && suffix.is_none_or(is_suffix) {
        return Ok(version.to_owned());
    }
    Err(format!("`{text}` must be a version such as 1.0.0"))
}

#[cfg(test)]
mod tests;
