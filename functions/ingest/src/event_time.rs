use std::num::NonZeroU8;

use time::OffsetDateTime;
use time::format_description::well_known::Iso8601;
use time::format_description::well_known::iso8601::{Config, EncodedConfig, TimePrecision};

/// RFC 3339 with exactly three decimals, because the size of a message must not depend on the time.
const RFC3339_MILLISECONDS: EncodedConfig =
    Config::DEFAULT.set_time_precision(TimePrecision::Second { decimal_digits: NonZeroU8::new(3) }).encode();

/// Formats the time of an event.
pub(crate) fn format(time: OffsetDateTime) -> Option<String> {
    time.format(&Iso8601::<RFC3339_MILLISECONDS>).ok()
}
