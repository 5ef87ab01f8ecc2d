//! Why a target may be missed, as far as it is known: what `docs/performance.md` says at length.

pub(super) const HANDSHAKES: &str =
    "most of what is above the floor is two TLS handshakes, one with the secret store and one with the queue";
pub(super) const ONE_REQUEST: &str =
    "half of what is above the floor is the kernel's and TLS's, for the one request that the floor does not make";
pub(super) const WAITING: &str =
    "most of it is waiting for two handshakes and an answer, whose other half is made on the same cores";
pub(super) const FIRST_BATCH: &str =
    "the first batch opens eleven connections, one of them with a handshake, and makes some thirteen requests";
pub(super) const REQUESTS: &str =
    "the floor makes no request; a batch of ten makes ten to the destination and three or four to the table";
pub(super) const TEN_EVENTS: &str = "ten events are in memory at once, and ten connections";
pub(super) const SINK: &str = "5 ms of it are the destination's own";
pub(super) const SPEED: &str =
    "CPU counts as it was measured on this machine today: with 128 MB a tenth of a millisecond an event is $0.0023";
pub(super) const TABLE: &str = "two writes a webhook to the idempotency table are $1.25 of it, and a line for each event in each function most of the rest";
