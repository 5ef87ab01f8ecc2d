use std::ffi::OsString;

/// Says what a long command does and how long it usually takes.
pub(crate) fn text(arguments: &[OsString], compiled: bool) -> Option<String> {
    let command = arguments.first()?.to_str()?;
    let is_given = |option: &str| arguments.iter().any(|argument| argument == option);
    if is_given("--help") || is_given("-h") || is_given("--list") || is_given("--reuse") {
        return None;
    }
    let steps = match command {
        "e2e" => {
            "starts an emulator, applies the Terraform configuration (about 1 minute) and runs the scenarios \
                  (about 2 minutes; --only GLOB selects some)"
        }
        "up" => "starts an emulator and applies the Terraform configuration (about 1 minute)",
        "environments" => "starts an emulator, and applies and destroys each environment (about 4 minutes)",
        _ => return None,
    };
    let compilation =
        if compiled { "" } else { "compiles the harness and the functions (about 5 minutes on two cores), " };
    Some(format!("{command}: {compilation}{steps}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(arguments: &[&str], compiled: bool, expected: Option<&str>) {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        let text = text(&arguments, compiled);
        assert_eq!(
            text.as_deref().map(|text| text.split_whitespace().take(3).collect::<Vec<_>>().join(" ")).as_deref(),
            expected
        );
    }

    #[test]
    fn announces_long_commands_only() {
        case(&["e2e"], false, Some("e2e: compiles the"));
        case(&["e2e", "--only", "burst*"], true, Some("e2e: starts an"));
        case(&["up"], true, Some("up: starts an"));
        case(&["e2e", "--list"], false, None);
        case(&["e2e", "--reuse"], true, None);
        case(&["down"], true, None);
        case(&[], true, None);
    }
}
