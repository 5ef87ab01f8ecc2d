use std::fmt::Display;
use std::net::UdpSocket;
use std::panic;

use crate::output::{self, Settings};
use crate::{Level, Line};

/// Sets up logs, metrics and traces from a function's configuration and returns the configuration. An invalid
/// configuration is logged with all its errors.
///
/// # Errors
///
/// The error in `config`, unchanged.
pub fn start<C, E: Display>(
    function: &'static str,
    config: Result<C, E>,
    level_and_service: impl Fn(&C) -> (Level, String),
) -> Result<C, E> {
    let (level, service) = config.as_ref().map(level_and_service).unwrap_or_default();
    let daemon = std::env::var("AWS_XRAY_DAEMON_ADDRESS").ok().and_then(|address| connect_daemon(&address));
    if output::set(Settings { level, service, function }, daemon) {
        panic::set_hook(Box::new(|info| {
            let location = info.location().map(ToString::to_string).unwrap_or_default();
            // The panic's message is not logged: it may quote the input.
            Line { detail: Some(&location), ..Line::new(Level::Error, "panic") }.write(&[]);
        }));
    }
    config.inspect_err(|error| {
        Line { detail: Some(error), ..Line::new(Level::Error, "invalid_configuration") }.write(&[]);
    })
}

/// Connects to X-Ray's daemon. The address has the form `address:port` or `tcp:address:port udp:address:port`.
fn connect_daemon(address: &str) -> Option<UdpSocket> {
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
    fn parses_both_forms_of_the_daemon_address() {
        let listener = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        for text in [address.to_string(), format!("tcp:127.0.0.1:1 udp:{address}")] {
            assert_eq!(connect_daemon(&text).unwrap().peer_addr().unwrap(), address, "{text}");
        }
        assert!(connect_daemon("nonsense").is_none());
    }
}
