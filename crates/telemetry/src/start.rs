use std::fmt::Display;
use std::net::UdpSocket;
use std::panic;

use crate::output::{self, Settings};
use crate::{Level, Line};

/// Sets up what a function tells of itself as its configuration says, and hands the configuration on; one that cannot be
/// used is logged, with all that is wrong.
///
/// # Errors
///
/// The configuration's own.
pub fn start<C, E: Display>(
    function: &'static str,
    config: Result<C, E>,
    level_and_service: impl Fn(&C) -> (Level, String),
) -> Result<C, E> {
    let (level, service) = config.as_ref().map(level_and_service).unwrap_or_default();
    let daemon = std::env::var("AWS_XRAY_DAEMON_ADDRESS").ok().and_then(|address| daemon(&address));
    if output::set(Settings { level, service, function }, daemon) {
        panic::set_hook(Box::new(|info| {
            let place = info.location().map(ToString::to_string).unwrap_or_default();
            // The message is left out: it may quote what was being read.
            Line { detail: Some(&place), ..Line::new(Level::Error, "panic") }.write(&[]);
        }));
    }
    config.inspect_err(|faults| {
        Line { detail: Some(faults), ..Line::new(Level::Error, "invalid_configuration") }.write(&[]);
    })
}

/// `address:port`, or, as it may be written, `tcp:address:port udp:address:port`.
fn daemon(address: &str) -> Option<UdpSocket> {
    let udp = address.split(' ').find_map(|part| part.strip_prefix("udp:"));
    let socket = UdpSocket::bind(("0.0.0.0", 0)).ok()?;
    socket.set_nonblocking(true).ok()?;
    socket.connect(udp.unwrap_or(address)).ok()?;
    Some(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_write_the_daemons_address_are_known() {
        let listener = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        for text in [address.to_string(), format!("tcp:127.0.0.1:1 udp:{address}")] {
            assert_eq!(daemon(&text).unwrap().peer_addr().unwrap(), address, "{text}");
        }
        assert!(daemon("nonsense").is_none());
    }
}
