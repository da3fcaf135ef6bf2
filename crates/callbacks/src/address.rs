//! Which addresses may be dialled.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::PrivateNetworks;

/// The guard of the address that is really dialled, after names were resolved. It stands behind the check of the literal URL when a
/// callback is registered: a name can point anywhere, and point elsewhere tomorrow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AddressRules {
    /// Allows every address. For laptops, never for production.
    pub development: bool,
    /// Allowed beside the public internet.
    pub private: PrivateNetworks,
}

/// IPv4 networks that are not the public internet: the IANA special-purpose address registry (RFC 6890 and its updates).
const REFUSED_V4: &[(Ipv4Addr, u32)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    // Carrier-grade NAT; some clouds have their metadata in it.
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // Link-local, and in it the metadata of most clouds.
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // Multicast, reserved, broadcast.
    (Ipv4Addr::new(224, 0, 0, 0), 3),
    // A cloud's virtual public address of its host (metadata, DHCP, DNS).
    (Ipv4Addr::new(168, 63, 129, 16), 32),
];

/// IPv6: only global unicast (2000::/3) is the internet, and not all of it.
const REFUSED_V6: &[(Ipv6Addr, u32)] = &[
    // Teredo, benchmarking, ORCHID and what else the IETF keeps to itself.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    // 6to4: an IPv4 address in disguise, by relays that nobody should use any more.
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

impl AddressRules {
    /// Whether a callback may be sent to this address.
    pub fn allows(&self, address: IpAddr) -> bool {
        self.development || is_public(address) || self.private.contain(address)
    }
}

/// IPv6 forms that carry an IPv4 address (mapped, compatible, NAT64 of either prefix) lie outside global unicast and are refused
/// with it, whatever they carry.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let bits = u32::from(address);
            !REFUSED_V4.iter().any(|(network, length)| {
                let mask = u32::MAX << (32 - length);
                bits & mask == u32::from(*network) & mask
            })
        }
        IpAddr::V6(address) => {
            let within = |(network, length): &(Ipv6Addr, u32)| {
                let mask = u128::MAX << (128 - length);
                u128::from(address) & mask == u128::from(*network) & mask
            };
            within(&GLOBAL_V6) && !REFUSED_V6.iter().any(within)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_range_that_is_not_the_internet_is_refused_to_its_edges() {
        let rules = AddressRules::default();
        for refused in [
            "0.0.0.0",
            "0.255.255.255",
            "10.0.0.0",
            "10.255.255.255",
            "100.64.0.0",
            "100.100.100.200",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "169.254.0.0",
            "169.254.169.254",
            "172.16.0.0",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.0",
            "192.168.255.255",
            "198.18.0.0",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.255",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "168.63.129.16",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::8.8.8.8",
            "64:ff9b:1::a00:1",
            "100::1",
            "2001::1",
            "2001:1ff:ffff::",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:808:808::",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "ffff::1",
            "4000::1",
        ] {
            assert!(!rules.allows(refused.parse().unwrap()), "{refused}");
        }
        for allowed in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "168.63.129.17",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2606:4700::1111",
            "2a00:1450::1",
            "3ffe::1",
        ] {
            assert!(rules.allows(allowed.parse().unwrap()), "{allowed}");
        }
    }

    #[test]
    fn development_allows_all() {
        let rules = AddressRules { development: true, ..AddressRules::default() };
        assert!(rules.allows("127.0.0.1".parse().unwrap()));
    }

    #[test]
    fn a_network_that_is_listed_is_allowed_and_no_other() {
        let private = PrivateNetworks::parse(&["10.1.0.0/16"]).unwrap();
        let rules = AddressRules { private, ..AddressRules::default() };
        for (address, allowed) in
            [("10.1.2.3", true), ("1.1.1.1", true), ("10.2.0.1", false), ("169.254.169.254", false)]
        {
            assert_eq!(rules.allows(address.parse().unwrap()), allowed, "{address}");
        }
    }
}
