//! What has to hold on a running stack, grouped by behaviour. `support` has what several scenarios use.

mod body_changed;
mod burst;
mod crash;
mod delivered_once;
mod deployed_unnoticed;
mod discord_message;
mod dlq_alarm;
mod duplicate_header;
mod email_sent;
mod event_followed;
mod event_put;
mod event_with_token;
mod event_with_wrong_scope;
mod event_without_token;
mod every_scheme;
mod exact_json;
mod failing_destination;
mod filtered;
mod flaky_destination;
mod ingest_permissions;
mod kept_body_delivered;
mod large_body_delivered;
mod letters_operated;
mod logs_clean;
mod not_found;
mod octets_delivered;
mod one_of_ten_retried;
mod pair_retried;
mod panicking_record;
mod ping_answered;
mod poison_record;
mod policies_reviewed;
mod previous_secret;
mod process_permissions;
mod published;
mod push_delivered;
mod redriven;
mod request_signed;
mod retry_after;
mod second_plan;
mod secret_missing;
mod sha1_only;
mod signature_missing;
mod slack_message;
mod support;
mod too_large;
mod two_bytes_delivered;
mod unknown_source;
mod wrong_signature;

pub(crate) use self::support::{Deployment, PUSH, Scenario, ScenarioResult, Testbed, list, print, run};
use self::support::{everywhere, expect, permissions};
#[cfg(test)]
use crate::emulator::Capabilities;
use crate::emulator::Capability;

/// All of them, in the order in which they run: the last looks at what the others have left in the logs.
pub(crate) fn all() -> Vec<Scenario> {
    vec![
        second_plan::SCENARIO,
        policies_reviewed::SCENARIO,
        push_delivered::SCENARIO,
        two_bytes_delivered::SCENARIO,
        large_body_delivered::SCENARIO,
        kept_body_delivered::SCENARIO,
        exact_json::SCENARIO,
        octets_delivered::SCENARIO,
        every_scheme::DELIVERED,
        every_scheme::REFUSED,
        ping_answered::SCENARIO,
        wrong_signature::SCENARIO,
        signature_missing::SCENARIO,
        body_changed::SCENARIO,
        sha1_only::SCENARIO,
        duplicate_header::SCENARIO,
        unknown_source::SCENARIO,
        too_large::SCENARIO,
        secret_missing::SCENARIO,
        event_without_token::SCENARIO,
        event_with_wrong_scope::SCENARIO,
        event_with_token::SCENARIO,
        filtered::SCENARIO,
        request_signed::SCENARIO,
        slack_message::SCENARIO,
        discord_message::SCENARIO,
        email_sent::SCENARIO,
        event_put::SCENARIO,
        published::SCENARIO,
        event_followed::SCENARIO,
        previous_secret::SCENARIO,
        flaky_destination::SCENARIO,
        pair_retried::SCENARIO,
        retry_after::SCENARIO,
        failing_destination::SCENARIO,
        not_found::SCENARIO,
        dlq_alarm::SCENARIO,
        delivered_once::SCENARIO,
        poison_record::SCENARIO,
        one_of_ten_retried::SCENARIO,
        panicking_record::SCENARIO,
        crash::SCENARIO,
        letters_operated::SCENARIO,
        redriven::SCENARIO,
        burst::SCENARIO,
        deployed_unnoticed::DEPLOYED,
        deployed_unnoticed::ROLLED_BACK,
        ingest_permissions::SCENARIO,
        process_permissions::SCENARIO,
        logs_clean::SCENARIO,
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::emulator::known;

    /// Scenarios of the same fate share a row.
    fn matrix() -> String {
        let fate = |scenario: &Scenario, capabilities: &Capabilities| {
            scenario.lack(capabilities).map_or_else(|| "runs".to_owned(), |reason| format!("skipped: {reason}"))
        };
        let mut rows: BTreeMap<[String; 2], Vec<String>> = BTreeMap::new();
        for scenario in all() {
            let fates = [known::ministack(), known::localstack()].map(|emulator| fate(&scenario, &emulator));
            rows.entry(fates).or_default().push(format!("`{}`", scenario.name));
        }
        let rows =
            rows.into_iter().map(|([one, other], names)| format!("| {} | {one} | {other} |\n", names.join(", ")));
        format!("| scenario | MiniStack | LocalStack 4.14.0 |\n|---|---|---|\n{}", rows.collect::<String>())
    }

    #[test]
    fn the_readme_says_what_runs_where() {
        let readme = include_str!("../../../README.md");
        assert!(readme.contains(&matrix()), "README.md must have this table:\n{}", matrix());
    }
}
