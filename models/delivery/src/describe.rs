//! Plain text for the transitions of a counterexample.

use std::fmt::Write as _;

use crate::environment::Action;
use crate::item::Receive;
use crate::message::{Delivery, Message, Queue};
use crate::sandbox::Step;
use crate::state::State;
use crate::steps::Outcome;

impl Action {
    /// Describes the transition in one line. `state` is the state before the transition.
    #[must_use]
    pub fn describe(&self, state: &State) -> String {
        let message = |id: &u8| state.messages.get(id).map(describe_message).unwrap_or_default();
        match self {
            Self::Receive { message: id, deferred: None } => format!("a sandbox receives the {}", message(id)),
            Self::Receive { message: id, deferred: Some(destination) } => {
                format!("a sandbox receives the {}, and destination {destination} is deferred", message(id))
            }
            Self::ExceedReceives(id) => format!("SQS moves the {} to the DLQ", message(id)),
            Self::Step(receive, step, outcome) => {
                let (receive, step) = (describe_receive(state, *receive), describe_step(*step));
                format!("{receive}: {step}{}", describe_outcome(*outcome))
            }
            Self::Crash(receive, step) => {
                let (receive, step) = (describe_receive(state, *receive), describe_step(*step));
                format!("{receive}: crash before: {step}")
            }
            Self::EndLease(Delivery { event, destination }) => {
                format!("the lease of event {event} at destination {destination} ends")
            }
            Self::MakeVisible(id) => format!("the visibility timeout of the {} ends", message(id)),
            Self::Duplicate(id) => format!("SQS delivers the {} a second time", message(id)),
            Self::RepeatRequest { event } => format!("the sender repeats the request of event {event}"),
            Self::Redrive { message: id, is_deleted } => {
                let stays = if *is_deleted { "" } else { ", but does not delete it" };
                format!("an operator redrives the {}{stays}", message(id))
            }
        }
    }
}

fn describe_message(message: &Message) -> String {
    let kind = match message.queue {
        Queue::Intake if message.is_from_ingest => "intake message",
        Queue::Intake => "redriven message",
        Queue::Retry => "retry message",
        Queue::DeadLetter => "DLQ message",
    };
    let mut text = format!("{kind} of request {}", message.request);
    if let Some(destination) = message.destination {
        let _ = write!(text, " for destination {destination}");
    }
    text
}

fn describe_receive(state: &State, receive: Receive) -> String {
    let message = state.sandboxes.get(&receive).map(|work| describe_message(&work.message)).unwrap_or_default();
    format!("{message}, receive {}", receive.count)
}

fn describe_step(step: Step) -> String {
    match step {
        Step::Claim => "claim".to_owned(),
        Step::Deliver(destination) => format!("deliver to destination {destination}"),
        Step::Record => "record the results".to_owned(),
        Step::Move(destination) => format!("move the delivery to destination {destination}"),
        Step::RemoveFailed => "release the failed claims".to_owned(),
        Step::Acknowledge => "acknowledge".to_owned(),
    }
}

fn describe_outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Succeeds => "",
        Outcome::LosesResponse => " (has its effect, but the response is lost)",
        Outcome::HasNoEffect => " (has no effect)",
        Outcome::MarksHaveNoEffect => " (the marks have no effect)",
        Outcome::FailsRetryably => " (fails retryably)",
        Outcome::FailsPermanently => " (fails permanently)",
    }
}
