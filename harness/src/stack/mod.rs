//! A running stack: its endpoint, the names of its resources, and operations of the harness on it.

mod access_token;
mod alarms;
mod destinations;
mod emails;
mod emulator_policy;
mod event_source_mapping;
mod external;
mod handle;
mod idempotency_table;
mod leftovers;
mod logs;
mod queues;
mod recorder;
mod role_policy;
mod secrets;
mod sources;
mod stack_config;
mod startup;
mod state;
mod variables;

pub(crate) use self::alarms::Alarm;
pub(crate) use self::destinations::{Destination, DestinationKind};
pub(crate) use self::emails::{RECIPIENT, SENDER};
pub(crate) use self::emulator_policy::EMULATOR_POLICY;
pub(crate) use self::external::ExternalStack;
pub use self::handle::Stack;
pub(crate) use self::leftovers::leftover_resources;
pub(crate) use self::queues::QueueDepths;
pub(crate) use self::recorder::EventRecorder;
pub use self::role_policy::RemovedPermission;
pub(crate) use self::secrets::Secrets;
pub(crate) use self::sources::{SecretPair, Source, scheme_sources};
pub(crate) use self::stack_config::{Route, StackConfig};
pub(crate) use self::startup::{RunningStack, check_required_tools, keep_running, start_emulator, start_stack};
pub(crate) use self::state::State;
pub(crate) use self::variables::{PROCESS_TIMEOUT_SECONDS, emulator_variables, terraform_variables};
