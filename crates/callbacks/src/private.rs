//! What is not public and may be called all the same.

use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;

/// Networks that callbacks may reach although they are not the public internet: an integrator's own, beside the server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrivateNetworks(Arc<[IpNet]>);

/// A network that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither an address nor a network as in 10.1.0.0/16 or fd00:1::/32")]
pub struct PrivateNetworkError(String);

impl PrivateNetworks {
    /// Addresses, and networks as in `10.1.0.0/16`.
    ///
    /// # Errors
    /// [`PrivateNetworkError`].
    pub fn parse<T: AsRef<str>>(networks: &[T]) -> Result<Self, PrivateNetworkError> {
        let networks = networks
            .iter()
            .map(|text| network(text.as_ref()).ok_or_else(|| PrivateNetworkError(text.as_ref().to_owned())));
        networks.collect::<Result<_, _>>().map(Self)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// An IPv4 address in IPv6 form is in no IPv4 network: no honest name points to one.
    pub(crate) fn contain(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_ends_where_it_says() {
        let networks = PrivateNetworks::parse(&["10.1.0.0/16", "192.168.7.9", "fd00:1::/32"]).unwrap();
        for (address, contained) in [
            ("10.1.0.0", true),
            ("10.1.255.255", true),
            ("10.0.255.255", false),
            ("10.2.0.0", false),
            ("192.168.7.9", true),
            ("192.168.7.8", false),
            ("fd00:1::5", true),
            ("fd00:2::5", false),
            ("::ffff:10.1.0.1", false),
        ] {
            assert_eq!(networks.contain(address.parse().unwrap()), contained, "{address}");
        }
        assert!(!PrivateNetworks::default().contain("127.0.0.1".parse().unwrap()));
    }

    #[test]
    fn what_is_no_network_is_named() {
        for text in ["", "bank.example", "10.1.0.0/33", "10.1.0.0/", "10.1/16", "fd00::/129", "10.1.0.0/-1"] {
            let error = PrivateNetworks::parse(&["10.0.0.0/8", text]).unwrap_err();
            assert!(error.to_string().starts_with(&format!("{text:?}")), "{error}");
        }
    }
}
