//! The SSRF guard: it keeps deliveries out of private networks.
//!
//! Without the guard, the owner of a destination could make the function read the metadata of its environment or reach
//! hosts in its private network. The guard checks each address after name resolution and before the connection, so that
//! a name cannot resolve to one address for the check and to another for the connection.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use ipnet::IpNet;

/// The SSRF guard: all public addresses and the listed private networks are allowed.
#[derive(Debug, Clone)]
pub(crate) struct SsrfGuard(Arc<[IpNet]>);

/// The guard does not allow connections to the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{address}` is not a public address and is in no network of `private_networks`")]
pub(crate) struct BlockedAddress {
    /// The blocked address.
    pub(crate) address: IpAddr,
}

impl SsrfGuard {
    /// Allows all public addresses and the addresses of `private_networks`.
    #[must_use]
    pub(crate) fn new(private_networks: Vec<IpNet>) -> Self {
        Self(private_networks.into())
    }

    /// Whether the address is in a listed private network.
    #[must_use]
    pub(crate) fn is_listed(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Checks that connections to the address are allowed.
    ///
    /// # Errors
    ///
    /// [`BlockedAddress`]: the address is neither public nor listed.
    pub(crate) fn check(&self, address: IpAddr) -> Result<(), BlockedAddress> {
        if is_public(address) || self.is_listed(address) { Ok(()) } else { Err(BlockedAddress { address }) }
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => match embedded_v4(v6) {
            Some(v4) => is_public_v4(v4),
            None => is_public_v6(v6),
        },
    }
}

/// <https://www.iana.org/assignments/iana-ipv4-special-registry/>
fn is_public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let protocol_assignments = a == 192 && b == 0 && c == 0;
    let benchmarking = a == 198 && (b == 18 || b == 19);
    let relay = a == 192 && b == 88 && c == 99;
    !(a == 0
        || a >= 224
        || v4.is_private()
        || v4.is_loopback()
        || v4.is_link_local()
        || v4.is_documentation()
        || shared
        || protocol_assignments
        || benchmarking
        || relay)
}

/// Global unicast without the special-purpose ranges in it:
/// <https://www.iana.org/assignments/iana-ipv6-special-registry/>
fn is_public_v6(v6: Ipv6Addr) -> bool {
    let [a, b, ..] = v6.segments();
    let protocol_assignments = a == 0x2001 && b < 0x200;
    let documentation = (a == 0x2001 && b == 0xdb8) || (a == 0x3fff && b < 0x1000);
    a & 0xe000 == 0x2000 && !protocol_assignments && !documentation
}

/// Returns the IPv4 address that an IPv6 address embeds: IPv4-mapped, IPv4-compatible, NAT64 and 6to4.
fn embedded_v4(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = v6.segments();
    let last = Ipv4Addr::from((u32::from(g) << 16) | u32::from(h));
    match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0 | 0xffff) | (0x64, 0xff9b, 0, 0, 0, 0) => Some(last),
        (0x2002, b, c, ..) => Some(Ipv4Addr::from((u32::from(b) << 16) | u32::from(c))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(address: &str, is_allowed: bool) {
        let result = SsrfGuard::new(Vec::new()).check(address.parse().unwrap());
        assert_eq!(result.is_ok(), is_allowed, "{address}");
    }

    #[test]
    fn allows_only_public_addresses() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "172.15.0.1",
            "172.32.0.1",
            "100.128.0.1",
            "2606:4700::1111",
            "64:ff9b::1.1.1.1",
            "::ffff:8.8.8.8",
            "2002:808:808::1",
        ] {
            case(address, true);
        }
        for address in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::10.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:a9fe:a9fe::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "ff02::1",
        ] {
            case(address, false);
        }
    }

    #[test]
    fn allows_listed_network_and_blocks_adjacent_network() {
        let guard = SsrfGuard::new(vec!["10.1.0.0/16".parse().unwrap()]);
        assert_eq!(guard.check("10.1.2.3".parse().unwrap()), Ok(()));
        assert!(guard.check("10.2.0.1".parse().unwrap()).is_err());
    }
}
