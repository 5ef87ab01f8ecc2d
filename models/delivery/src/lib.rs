//! A model of the delivery protocol: how the process function claims, delivers, moves and acknowledges, while
//! sandboxes crash and calls lose their responses. [`stateright`] visits every state that is reachable within
//! [`Bounds`] and checks the properties of [`DeliveryModel`] in each. The model is not linked into any program.
//!
//! ```sh
//! cargo test -p delivery-model                           # check all properties
//! cargo test -p delivery-model mutations -- --nocapture  # print why each rule is necessary
//! ```
//!
//! # What is modelled
//!
//! - Messages on the intake queue, the retry queue and the dead-letter queue: visibility, receive counts, and the move
//!   by SQS after too many receives. On the last receive, process itself uses the dead-letter queue if the retry queue
//!   does not confirm.
//! - The claim of each delivery in the idempotency table, in both modes ([`Protocol::claim`]).
//! - Two sandboxes, each with the steps of one message ([`Step`]). Other sandboxes can work between two steps.
//! - Destinations that accept, reject, or are deferred (paused, open breaker, slow).
//! - Faults: crashes before each step; calls to SQS, DynamoDB and destinations without a response, with and without an
//!   effect; a message that two sandboxes receive; a lease that ends while its owner works.
//! - A sender that repeats a request, and an operator who redrives, or redrives a copy and leaves the original.
//!
//! # Properties
//!
//! Nothing is lost, everything is settled in the end, nothing is acknowledged too early, and only documented repeats
//! happen. Each fault allows a repeat of the deliveries that it affects:
//!
//! | fault | repeat allowed in `two_writes` | in addition in `one_write` |
//! |---|---|---|
//! | crash | of deliveries that are not marked | all deliveries of the receive that are not marked |
//! | the destination's response is lost | of this delivery | |
//! | a mark has no effect | of this delivery | |
//! | the acknowledgement has no effect | | all deliveries of the receive that are not marked |
//! | a lease ends too early | of this delivery, until it is marked | |
//! | two receives of one message | | of deliveries that the second one takes over after the lease, or defers |
//!
//! # Rules that the checker has shown to be necessary
//!
//! Each rule has a [`Mutation`] that breaks it, and a test with the counterexample:
//!
//! - The message is acknowledged after the other queue has confirmed each failed or deferred delivery.
//! - With one write, deliveries are marked before another delivery of the event is moved.
//! - A `claimed` item whose lease has ended is taken over by its own request, and is done for other requests. The
//!   identity is the `requestid`, because a redriven message has another SQS message id.
//! - Only the first receive of a message that ingest sent claims with one write, and only if there is no item.
//!   Takeovers use two writes. A redriven event may have a copy on the retry queue.
//! - A release does not delete the item: it leaves a lease that has ended.
//! - If another receive of the message has claimed a delivery with one write and its lease runs, the message stays on
//!   its queue, and none of its deliveries is moved: the other receive marks nothing.
//!
//! # What is not modelled
//!
//! - Time. A lease or a visibility timeout may end at any moment after its owner has finished or crashed, and earlier
//!   as a fault. [`Bounds::attempts`] stands for the age at which a delivery is given up. Items do not expire.
//! - Batches. Deliveries of two messages share an item only if the messages have the same event, and a crash of a batch
//!   is a crash at some step of each of its messages.
//! - Routing, payloads, panics (weaker than a crash), the state of breakers, and a change of the mode.
//! - The Rust code of the process function. Its tests and the scenarios check that it follows the protocol.
//!
//! A run has no cycle: each transition is a step of a sandbox, a receive (which SQS limits), the end of a lease or of a
//! visibility timeout (at most one for each claim and receive), or takes from a budget. So a state without a required
//! transition is the end of each run, and "everything is settled" is checked there.

mod bounds;
mod canonical;
mod describe;
mod environment;
mod item;
mod message;
mod model;
mod protocol;
mod sandbox;
mod state;
mod steps;

pub use bounds::{Bounds, Budget};
pub use environment::Action;
pub use item::{Item, Mode, Receive};
pub use message::{Delivery, Message, Queue};
pub use model::DeliveryModel;
pub use protocol::{ClaimOutcome, Mutation, Protocol};
pub use sandbox::{Status, Step, Work};
pub use state::{Received, State};
pub use steps::Outcome;
