//! The effect of each step of a sandbox.

use crate::bounds::{Bounds, Budget};
use crate::item::{Item, Mode, NO_OWNER};
use crate::message::{Delivery, Message, Queue};
use crate::protocol::{ClaimOutcome, Mutation, Protocol};
use crate::sandbox::{Status, Step, Work};
use crate::state::State;

/// How a step ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The call has its effect and the sandbox has the response.
    Succeeds,
    /// The call has its effect and its response is lost.
    LosesResponse,
    /// The call has no effect and no response.
    HasNoEffect,
    /// The deliveries are not marked. The other changes of the claims are made.
    MarksHaveNoEffect,
    /// The destination rejects the attempt. Another attempt can succeed.
    FailsRetryably,
    /// The destination rejects the attempt permanently.
    FailsPermanently,
}

/// The outcomes that a step can have within the budget.
pub(crate) fn outcomes(step: Step, budget: &Budget) -> Vec<Outcome> {
    use Outcome::{FailsPermanently, FailsRetryably, HasNoEffect, LosesResponse, MarksHaveNoEffect, Succeeds};
    let faults: &[Outcome] = match step {
        // A claim or a move without an effect is also possible.
        Step::Claim | Step::Move(_) => &[LosesResponse, HasNoEffect],
        // An attempt without an effect and without a response is a retryable failure. A lost response of an
        // acknowledgement is harmless.
        Step::Deliver(_) => &[LosesResponse],
        // The function does not use these responses.
        Step::Record => &[HasNoEffect, MarksHaveNoEffect],
        Step::RemoveFailed | Step::Acknowledge => &[HasNoEffect],
    };
    let failures: &[Outcome] = match step {
        Step::Deliver(_) => &[FailsRetryably, FailsPermanently],
        _ => &[],
    };
    let within = |outcomes: &'static [Outcome], budget: u8| outcomes.iter().filter(move |_| budget > 0);
    [Succeeds]
        .iter()
        .chain(within(faults, budget.lost_calls))
        .chain(within(failures, budget.failures))
        .copied()
        .collect()
}

/// Makes the next step of a work.
pub(crate) fn apply(state: &mut State, protocol: &Protocol, bounds: &Bounds, mut work: Work, outcome: Outcome) {
    match outcome {
        Outcome::Succeeds => {}
        Outcome::FailsRetryably | Outcome::FailsPermanently => state.budget.failures -= 1,
        _ => state.budget.lost_calls -= 1,
    }
    match work.step {
        Step::Claim => claim(state, protocol, &mut work, outcome),
        Step::Deliver(destination) => deliver(state, &mut work, destination, outcome),
        Step::Record => record(state, protocol, &mut work, outcome),
        Step::Move(destination) => move_delivery(state, bounds, &mut work, destination, outcome),
        Step::RemoveFailed => remove_failed(state, protocol, &work, outcome),
        Step::Acknowledge => acknowledge(state, &mut work, outcome),
    }
    state.sandboxes.remove(&work.receive());
    if let Some(step) = work.next_step(protocol) {
        work.step = step;
        state.sandboxes.insert(work.receive(), work);
    }
}

fn claim(state: &mut State, protocol: &Protocol, work: &mut Work, outcome: Outcome) {
    let Work { message, mode, deliveries, .. } = work;
    let (mut taken_over, mut unclaimed) = (Vec::new(), Vec::new());
    for (destination, status) in deliveries.iter_mut() {
        let delivery = Delivery { event: message.event, destination: *destination };
        let is_claimed = matches!(state.items.get(&delivery), Some(Item::Claimed { .. }));
        if *status == Status::New && outcome != Outcome::HasNoEffect {
            *status = claim_one(state, protocol, delivery, message, *mode);
        }
        if *status != Status::Deferred && outcome != Outcome::Succeeds {
            *status = Status::ClaimUnknown;
        }
        match status {
            Status::Acquired(_) if is_claimed => taken_over.push(delivery),
            Status::Deferred | Status::ClaimUnknown => unclaimed.push(delivery),
            _ => {}
        }
    }
    // Two receives of one message can repeat a delivery if the lease of the first one has ended, or if the second one
    // moves a delivery that it could not claim.
    let moves = !deliveries.values().any(|status| *status == Status::ClaimedByOtherReceive);
    let repeatable = taken_over.into_iter().chain(unclaimed.into_iter().filter(|_| moves));
    repeatable.filter(|_| message.is_duplicated).for_each(|delivery| state.allow_repeat(delivery));
}

fn claim_one(state: &mut State, protocol: &Protocol, delivery: Delivery, message: &Message, mode: Mode) -> Status {
    let stays = message.queue == Queue::Intake && !protocol.has(Mutation::MovesOwnClaimInProgress);
    match protocol.claim(state.items.get(&delivery).copied(), message, mode) {
        ClaimOutcome::Acquired(item) => {
            state.items.insert(delivery, item);
            Status::Acquired(item.mode())
        }
        ClaimOutcome::Done => Status::AlreadyDelivered,
        // The receive that delivers writes nothing else. A copy on the retry queue would be delivered again, so the
        // message stays on its queue until that receive has acknowledged it.
        ClaimOutcome::InProgress { is_own_claim: true } if stays => Status::ClaimedByOtherReceive,
        ClaimOutcome::InProgress { .. } => Status::InProgress,
        ClaimOutcome::Failed => Status::FailedBefore,
    }
}

fn deliver(state: &mut State, work: &mut Work, destination: u8, outcome: Outcome) {
    let delivery = Delivery { event: work.message.event, destination };
    let Some(Status::Acquired(mode)) = work.deliveries.get(&destination).copied() else { return };
    if matches!(outcome, Outcome::Succeeds | Outcome::LosesResponse) {
        state.received.entry(delivery).or_default().count += 1;
    }
    if outcome == Outcome::LosesResponse {
        state.allow_repeat(delivery);
    }
    let status = match outcome {
        Outcome::Succeeds => Status::Delivered { mode, is_settled: false },
        _ => Status::Failed { is_permanent: outcome == Outcome::FailsPermanently },
    };
    work.deliveries.insert(destination, status);
}

fn record(state: &mut State, protocol: &Protocol, work: &mut Work, outcome: Outcome) {
    let owner = work.receive();
    let marks = [Mode::OneWrite, Mode::TwoWrites].map(|mode| work.marks(mode, protocol));
    let marks = |mode| if mode == Mode::OneWrite { marks.first() } else { marks.last() } == Some(&true);
    for (destination, status) in &mut work.deliveries {
        let delivery = Delivery { event: work.message.event, destination: *destination };
        let is_owner = state.items.get(&delivery).and_then(Item::owner) == Some(owner);
        match status {
            Status::Delivered { mode, is_settled: is_settled @ false } if marks(*mode) => {
                *is_settled = true;
                match outcome {
                    Outcome::Succeeds if is_owner => drop(state.items.insert(delivery, Item::Done)),
                    Outcome::Succeeds => {}
                    _ => state.allow_repeat(delivery),
                }
            }
            Status::Failed { is_permanent } if is_owner && outcome != Outcome::HasNoEffect => match is_permanent {
                true => drop(state.items.insert(delivery, Item::Failed { message: owner.message })),
                false => release(state, protocol, delivery),
            },
            _ => {}
        }
    }
}

/// Sends a delivery to the next queue: the dead-letter queue if it has failed permanently or is given up.
fn move_delivery(state: &mut State, bounds: &Bounds, work: &mut Work, destination: u8, outcome: Outcome) {
    let Some(status) = work.deliveries.get_mut(&destination) else { return };
    let message = Message { is_from_ingest: false, destination: Some(destination), ..work.message };
    let (is_attempt, is_permanent) = match status {
        Status::Failed { is_permanent } => (true, *is_permanent),
        Status::FailedBefore => (false, true),
        _ => (false, false),
    };
    let attempts = message.attempts + u8::from(is_attempt);
    let is_given_up = is_permanent || *status == Status::NotRetried || (is_attempt && attempts >= bounds.attempts);
    let queue = if is_given_up { Queue::DeadLetter } else { Queue::Retry };
    let waits_for_lease = queue == Queue::Retry && *status == Status::InProgress;
    *status = match outcome {
        Outcome::Succeeds => Status::Moved { is_permanent },
        _ if queue == Queue::Retry && message.receives >= bounds.max_receive_count => Status::NotRetried,
        _ => Status::Unconfirmed,
    };
    if outcome != Outcome::HasNoEffect {
        state.send(Message { queue, attempts, waits_for_lease, is_duplicated: false, ..message });
    }
}

fn remove_failed(state: &mut State, protocol: &Protocol, work: &Work, outcome: Outcome) {
    let failed = work.deliveries.iter().filter(|(_, status)| **status == Status::Moved { is_permanent: true });
    for (destination, _) in failed.filter(|_| outcome == Outcome::Succeeds) {
        let delivery = Delivery { event: work.message.event, destination: *destination };
        if state.items.get(&delivery) == Some(&Item::Failed { message: work.message.id }) {
            release(state, protocol, delivery);
        }
    }
}

/// Ends a claim without a delivery. The item stays, so that the next claim is made with two writes.
fn release(state: &mut State, protocol: &Protocol, delivery: Delivery) {
    if protocol.has(Mutation::ReleaseDeletesItem) {
        state.items.remove(&delivery);
    } else {
        state.items.insert(delivery, Item::Leased { owner: NO_OWNER, is_running: false });
    }
}

/// Acknowledges the message: SQS deletes it, also for other receives, unless it has moved to the dead-letter queue.
fn acknowledge(state: &mut State, work: &mut Work, outcome: Outcome) {
    state.has_early_acknowledgement |= work.deliveries.values().any(|status| status.needs_move());
    if outcome == Outcome::Succeeds {
        state.messages.retain(|id, message| *id != work.message.id || message.queue != work.message.queue);
    } else {
        allow_repeats(state, work);
    }
}

/// Allows a repeat of each delivery of a receive that ended without a confirmed mark or acknowledgement.
pub(crate) fn allow_repeats(state: &mut State, work: &mut Work) {
    for (destination, status) in &mut work.deliveries {
        if let Status::Delivered { is_settled: is_settled @ false, .. } = status {
            *is_settled = true;
            state.allow_repeat(Delivery { event: work.message.event, destination: *destination });
        }
    }
}

/// Allows a repeat of a delivery whose lease has ended before its owner has finished.
pub(crate) fn allow_repeat_of_overrun(state: &mut State, delivery: Delivery) {
    let owner = state.items.get(&delivery).and_then(Item::owner);
    let Some(work) = owner.and_then(|owner| state.sandboxes.get_mut(&owner)) else { return };
    match work.deliveries.get_mut(&delivery.destination) {
        Some(Status::Delivered { mode: Mode::TwoWrites, is_settled: is_settled @ false }) => *is_settled = true,
        Some(Status::Acquired(_)) => {}
        _ => return,
    }
    state.allow_repeat(delivery);
}
