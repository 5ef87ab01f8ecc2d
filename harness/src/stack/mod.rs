//! A running stack: its endpoint, the names that Terraform chose, and clients for what the harness does to it.

mod alarms;
mod bring_up;
mod claims;
mod emulator_policy;
mod external;
mod handle;
mod leftovers;
mod logs;
mod mails;
mod mapping;
mod policy;
mod queues;
mod recorder;
mod secrets;
mod sources;
mod state;
mod token;
mod variables;

pub(crate) use self::alarms::Alarm;
pub(crate) use self::bring_up::{Running, bring_up, check_tools, leave_up, start};
pub(crate) use self::emulator_policy::EMULATOR_POLICY;
pub(crate) use self::external::ExternalStack;
pub use self::handle::Stack;
pub(crate) use self::leftovers::left;
pub(crate) use self::mails::{RECIPIENT, SENDER};
pub use self::policy::Withdrawn;
pub(crate) use self::queues::Depth;
pub(crate) use self::recorder::Recorder;
pub(crate) use self::secrets::Secrets;
pub(crate) use self::sources::{Pair, sources};
pub(crate) use self::state::State;
pub(crate) use self::variables::{given_variables, terraform_variables};
