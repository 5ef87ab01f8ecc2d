use super::*;

#[track_caller]
fn case(check: fn(&str) -> Result<String, String>, valid: &[&str], invalid: &[&str]) {
    for text in valid {
        assert_eq!(check(text).as_deref(), Ok(*text));
    }
    for text in invalid {
        let problem = check(text).expect_err(text);
        assert!(problem.starts_with(&format!("`{text}`")), "{problem}");
    }
}

#[test]
fn values_are_those_that_the_module_accepts() {
    case(
        region,
        &["eu-west-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1", "ap-southeast-12"],
        &[
            "",
            "eu-west",
            "EU-west-1",
            "us-iso-east-1",
            "us-isob-east-1",
            "xx-west-1",
            "eu-west-1a",
            "eu-west-1-",
            "eu--1",
        ],
    );
    case(
        environment,
        &["a", "prod", "a-1", "abcdefghijklmnop"],
        &["", "default", "1a", "-a", "Prod", "a_b", "abcdefghijklmnopq", "a b", "é"],
    );
    case(
        domain,
        &["hooks.example.com", "a.b", "x--1.example.c0m"],
        &[
            "",
            "com",
            ".com",
            "a..b",
            "-a.example.com",
            "a-.example.com",
            "Hooks.example.com",
            "a.1b",
            "https://a.b",
            "a.b/",
            "a.b.",
        ],
    );
    case(
        email,
        &["alerts@example.com", "a.b+c@x-y.example"],
        &[
            "",
            "alerts",
            "a@b",
            "a b@example.com",
            "a@example.com,b@example.com",
            "A <a@example.com>",
            "@example.com",
            "a@@b.c",
        ],
    );
    case(
        version,
        &["1.0.0", "0.12.3-rc.1"],
        &["", "1.0", "1.0.0.0", "1.0.x", "1.0.0-", "1.0.0-a/b", "latest", "../1.0.0"],
    );
    assert_eq!(version("v1.2.3").as_deref(), Ok("1.2.3"));
}

#[test]
fn certificates_are_of_certificate_manager_in_a_region() {
    let valid = "arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012";
    let invalid = [
        "",
        "12345678-1234-1234-1234-123456789012",
        "arn:aws:iam:eu-west-1:123456789012:certificate/1234",
        "arn:aws:acm:eu-west-1:12345678901:certificate/1234",
        "arn:aws:acm:eu-west-1:123456789012:certificate/",
        "arn:aws:acm:eu-west-1:123456789012:certificate/a\"b",
        "arn:aws:acm::123456789012:certificate/1234",
    ];
    case(certificate_arn, &[valid], &invalid);
    assert_eq!(certificate_region(valid), Some("eu-west-1"));
}

#[test]
fn urls_are_https_or_private() {
    case(
        url,
        &[
            "https://api.example.com",
            "https://api.example.com:8443/hooks?a=${b}&c=\"d\"",
            "https://localhost?x",
            "https://[2001:db8::1]:443/",
            "http://127.0.0.1:3000/hook",
            "http://10.1.2.3/",
            "http://100.64.0.1",
        ],
        &[
            "",
            "api.example.com",
            "ftp://example.com",
            "https://",
            "https:///path",
            "https://user:password@example.com/",
            "https://example.com/#fragment",
            "https://example.com/a b",
            "https://example.com:0/",
            "https://example.com:080/",
            "https://example.com:65536/",
            "https://example.com:/",
            "https://-a.example.com/",
            "https://a..example.com/",
            "https://10.0.0.256/",
            "https://hooks.example.123/",
            "https://0x7f000001/",
            "https://[::1",
            "http://example.com/",
            "http://127.0.0.2/",
            "http://8.8.8.8/",
            "http://010.0.0.1/",
        ],
    );
    assert_eq!(private_address_of("http://127.0.0.1:3000/"), Some(Ipv4Addr::LOCALHOST));
    assert_eq!(private_address_of("https://172.16.0.1/"), Some(Ipv4Addr::new(172, 16, 0, 1)));
    assert_eq!(private_address_of("https://example.com/"), None);
}

/// The functions follow these patterns by hand, so a change there has to be one here.
#[test]
fn module_has_the_same_patterns() {
    let files = [
        (
            include_str!("../../../../terraform/modules/hookline/partitions.tf"),
            vec![
                r#""^(?:af|ap|ca|eu|il|me|mx|sa|us)-[a-z]+-[0-9]+$""#,
                r#""^cn-[a-z]+-[0-9]+$""#,
                r#""^eusc-[a-z]+-[a-z]+-[0-9]+$""#,
                r#""^us-gov-[a-z]+-[0-9]+$""#,
            ],
        ),
        (include_str!("../../../../terraform/modules/naming/outputs.tf"), vec![r#""^[a-z][a-z0-9-]{0,15}$""#]),
        (
            include_str!("../../../../terraform/modules/hookline/variables_api.tf"),
            vec![
                r#""^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$""#,
                r#""^arn:[a-z-]+:acm:${var.region}:[0-9]{12}:certificate/.+$""#,
            ],
        ),
        (
            include_str!("../../../../terraform/modules/hookline/destination_kinds.tf"),
            vec![
                r#""^https?://(${local.host_pattern})(:(?:${local.port_pattern}))?([/?][^\\s#]*)?$""#,
                r#""^[0-9A-Za-z._+=/'~-]+@[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)+$""#,
            ],
        ),
        (
            include_str!("../../../../terraform/modules/hookline/variables_routing.tf"),
            vec![r#""10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.1/32", "fc00::/7","#],
        ),
        (
            include_str!("../../../../terraform/modules/hookline/variables.tf"),
            vec![r#""^[0-9]+[.][0-9]+[.][0-9]+(-[0-9A-Za-z.-]+)?$""#],
        ),
    ];
    for (file, patterns) in files {
        for pattern in patterns {
            assert!(file.contains(pattern), "{pattern}");
        }
    }
}
