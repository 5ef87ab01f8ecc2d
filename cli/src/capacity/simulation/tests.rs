use super::*;
use crate::capacity::model::{Fault, Outage};
use crate::capacity::parameters::Parameters;
use crate::capacity::parameters::tests::default_lanes;
use crate::capacity::terraform::tests::production;

const MINUTE: f64 = 60.0;
/// The outage begins after this number of minutes.
const LEAD: u32 = 2;
/// It receives two thirds of the events.
const LEDGER: usize = 2;

fn outage(fault: Fault, minutes: f64) -> Scenario {
    let from = f64::from(LEAD) * MINUTE;
    let until = from + minutes * MINUTE;
    Scenario { destination: LEDGER, fault, from, until, end: until + 180.0 * MINUTE, seed: 7 }
}

/// Checks the prediction of an outage of an hour, and that nothing is lost.
#[track_caller]
fn case(parameters: &Parameters, scenario: Scenario) -> (Report, Outage) {
    let report = simulate_lanes(parameters, scenario);
    let seconds = scenario.until - scenario.from;
    let predicted = parameters.outage(scenario.destination, seconds, scenario.fault).unwrap();
    let drained = report.drained_after.unwrap();
    let difference = (drained / predicted.drained_after - 1.0).abs();
    assert!(difference < 0.1, "drained after {drained:.0} s, predicted {:.0} s", predicted.drained_after);
    let waiting = report.samples.last().unwrap();
    let unfinished = report.accepted - report.delivered - report.dead_lettered;
    let in_progress = waiting.waiting + (waiting.intake + waiting.in_flight) * 2;
    assert!(unfinished <= in_progress as u64, "{unfinished} deliveries are lost: {waiting:?}");
    (report, predicted)
}

#[track_caller]
fn assert_near(simulated: u64, predicted: f64, tolerance: f64) {
    let difference = (simulated as f64 / predicted - 1.0).abs();
    assert!(difference < tolerance, "simulated {simulated}, predicted {predicted:.0}");
}

#[test]
fn dead_destination_never_delays_the_others() {
    let (report, predicted) = case(&default_lanes(), outage(Fault::Rejects, 60.0));
    assert_near(report.deferrals, predicted.deferrals, 0.1);
    assert!(report.worst_minute_seconds() < 5.0, "{}", report.worst_minute_seconds());
    assert!(report.healthy_p99_seconds < 0.2, "{}", report.healthy_p99_seconds);
    assert_eq!(report.dead_lettered, 0);
    let intake = default_lanes().settings.intake;
    assert!(report.max_in_flight <= (intake.maximum_concurrency * intake.batch_size) as usize);
}

#[test]
fn dead_destination_never_delays_the_others_in_production() {
    let parameters = production();
    assert_eq!((parameters.rate, parameters.settings.destinations.len()), (500.0, 3));
    assert!(parameters.settings.destinations.iter().all(|destination| !destination.is_slow()));
    let (report, predicted) = case(&parameters, outage(Fault::Rejects, 60.0));
    let minutes = (predicted.drained_after / MINUTE) as usize + 60 + LEAD as usize;
    assert!(report.samples.len() >= minutes * 9 / 10, "{} minutes", report.samples.len());
    for sample in &report.samples {
        assert!(sample.healthy_p99_seconds < 5.0, "{sample:?}");
    }
    assert!(predicted.deferral_load < 1.0, "the retry lane has room for other destinations");
    assert_eq!(report.dead_lettered, 0);
}

#[test]
fn hung_destination_delays_the_others_in_production_only_in_one_minute() {
    let (report, _) = case(&production(), outage(Fault::Hangs, 60.0));
    let (first, others): (Vec<&Sample>, Vec<&Sample>) =
        report.samples.iter().partition(|sample| sample.minute == LEAD + 1);
    assert!(first[0].healthy_p99_seconds < 10.0, "{first:?}");
    assert!(others.iter().all(|sample| sample.healthy_p99_seconds < 5.0));
    assert_eq!(report.dead_lettered, 0);
}

#[test]
fn hung_destination_delays_the_others_only_until_the_breaker_opens() {
    let (report, predicted) = case(&default_lanes(), outage(Fault::Hangs, 60.0));
    assert_near(report.deferrals, predicted.deferrals, 0.1);
    let (first, others): (Vec<&Sample>, Vec<&Sample>) =
        report.samples.iter().partition(|sample| sample.minute == LEAD + 1);
    // Each sandbox waits for one timeout, or for two if its first batch has fewer failures than open the breaker.
    assert!(first[0].healthy_p99_seconds < 10.0, "{first:?}");
    assert!(others.iter().all(|sample| sample.healthy_p99_seconds < 5.0));
    assert!(report.healthy_p99_seconds < 0.2, "{}", report.healthy_p99_seconds);
    assert_eq!(report.dead_lettered, 0);
}

#[test]
fn slow_destination_shares_the_retry_lane_with_the_backlog() {
    let mut parameters = default_lanes();
    // With slower computations, the arithmetic ends the backlog up to a sixth too early.
    parameters.times.process_cpu_ms = 2.4;
    parameters.settings.destinations[0].timeout_seconds = 20.0;
    let (report, predicted) = case(&parameters, outage(Fault::Rejects, 30.0));
    assert!(predicted.slow_waiting > 0.0);
    assert!(report.worst_slow_minute_seconds() > 60.0, "the deliveries to the slow destination wait");
    assert!(report.worst_minute_seconds() < 5.0, "and the others do not");
}

#[test]
fn deliveries_that_are_too_old_go_to_the_dead_letter_queue() {
    let mut parameters = default_lanes();
    parameters.rate = 50.0;
    parameters.settings.destinations[LEDGER].give_up_seconds = 600;
    let (report, predicted) = case(&parameters, outage(Fault::Rejects, 30.0));
    assert_near(report.dead_lettered, predicted.dead_lettered, 0.1);
}

#[test]
fn one_lane_stops_all_deliveries() {
    let simulate =
        |fault, minutes| simulate_one_lane(&default_lanes(), VisibilityRetry::PRODUCTION, outage(fault, minutes));
    let dead = simulate(Fault::Rejects, 15.0);
    assert_eq!(dead.max_in_flight, 120_000);
    assert!(dead.worst_minute_seconds() > 5.0 * MINUTE, "{}", dead.worst_minute_seconds());
    let hung = simulate(Fault::Hangs, 5.0);
    assert!(hung.worst_minute_seconds() > 3.0 * MINUTE, "{}", hung.worst_minute_seconds());
}

#[test]
fn seed_determines_the_result() {
    let simulate = |seed| simulate_lanes(&default_lanes(), Scenario { seed, ..outage(Fault::Rejects, 1.0) });
    assert_eq!(simulate(1), simulate(1));
    assert_ne!(simulate(1).accepted, simulate(2).accepted);
}
