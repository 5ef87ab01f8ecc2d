use super::*;
use crate::capacity::model::Fault;
use crate::capacity::parameters::{Parameters, ServiceTimes};

/// The output for `environments/prod.tfvars`: that of [`console`] in a folder with copies of `terraform/variables*.tf`.
const OUTPUT: &str = include_str!("../testdata/console.txt");

const PROD: &str = include_str!("../../../../terraform/environments/prod.tfvars");

/// Production as committed, at its highest rate.
pub(crate) fn production() -> Parameters {
    let settings = Settings::parse(OUTPUT).unwrap();
    Parameters { rate: settings.throttle_rate, settings, times: ServiceTimes::default() }
}

#[test]
fn reads_the_output_of_terraform_console() {
    let settings = Settings::parse(OUTPUT).unwrap();
    let names: Vec<_> = settings.destinations.iter().map(|destination| destination.name.as_str()).collect();
    assert_eq!(names, ["audit", "ci", "ledger"]);
    let sources: Vec<_> =
        settings.sources.iter().map(|source| (source.name.as_str(), source.destinations.as_slice())).collect();
    assert_eq!(sources, [("billing", [0, 2].as_slice()), ("events", &[0, 2]), ("github", &[0, 1])]);
    assert_eq!((settings.writes, settings.billing.secrets, settings.billing.is_rest_api), (1, 2, true));
    assert_eq!(settings.retry.give_up_seconds, 86_400);
}

/// Tests run without Terraform: this one compares the numbers that the file sets, and the variables that it leaves.
#[test]
fn production_is_as_committed() {
    let Parameters { rate, settings, .. } = production();
    let Settings { ingest, process, intake, retry_lane, .. } = &settings;
    let text = PROD.split_whitespace().collect::<Vec<_>>().join(" ");
    let expected = [
        format!("ingest = {{ memory_mb = {} }}", ingest.memory_mb),
        format!("process = {{ memory_mb = {} }}", process.memory_mb),
        format!("queue = {{ max_receive_count = 8 maximum_concurrency = {} }}", intake.maximum_concurrency),
        format!("retry_lane = {{ maximum_concurrency = {} }}", retry_lane.maximum_concurrency),
        // For `github`, and for `billing` and `POST /events`.
        format!("throttle = {{ rate = {}, burst = 600 }}", rate - 200.0),
        "throttle = { rate = 100 burst = 200 }".to_owned(),
    ];
    for setting in expected {
        assert!(text.contains(&setting), "{setting}");
    }
    let defaults = [
        "retry",
        "breaker",
        "idempotency",
        "trace_sampling",
        "timeout_seconds",
        "give_up_after_hours",
        "reserved_concurrency",
    ];
    for default in defaults {
        assert!(!text.contains(&format!("{default} = ")), "{default}");
    }
}

#[test]
fn comment_in_production_says_what_an_outage_needs_of_the_retry_lane() {
    let load = production().outage(2, 3600.0, Fault::Rejects).unwrap().deferral_load;
    let text = PROD.replace("\n#", "");
    let comment = format!("an hour at 333 events per second needs about {:.0} % of this lane", load * 100.0);
    assert!(text.contains(&comment), "{comment}");
}

#[test]
fn other_output_is_an_error() {
    assert!(Settings::parse("").unwrap_err().to_string().contains("printed no value"));
    let error = Settings::parse("\"{}\"").unwrap_err().to_string();
    assert!(error.contains("older than the Terraform modules"), "{error}");
}

#[test]
fn several_routes_of_a_source_are_one_source() {
    let route = |destination: &str| Route { source: "a".to_owned(), destinations: vec![destination.to_owned()] };
    let names = ["x".to_owned(), "y".to_owned()];
    let found = sources(&[route("y"), route("x"), route("y")], &names).unwrap();
    assert_eq!(found, [Source { name: "a".to_owned(), destinations: vec![1, 0] }]);
    assert!(sources(&[route("z")], &names).unwrap_err().to_string().contains("`z`"));
}

#[test]
fn unknown_workspace_is_an_error_with_the_known_names() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let error = Settings::of_workspace(&repository, "qa", &[]).unwrap_err().to_string();
    assert!(error.ends_with("the workspaces are dev, prod, staging"), "{error}");
}
