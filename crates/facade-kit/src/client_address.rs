//! Where a request really comes from, when proxies stand in front.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use ipnet::IpNet;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// Proxies whose `X-Forwarded-For` is believed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// A network that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither an address nor a network as in 10.0.0.0/8 or fd00::/8")]
pub struct NetworkError(String);

impl TrustedProxies {
    /// Addresses, and networks as in `10.0.0.0/8`.
    ///
    /// # Errors
    /// [`NetworkError`].
    pub fn parse<T: AsRef<str>>(networks: &[T]) -> Result<Self, NetworkError> {
        let parse = |text: &str| -> Option<IpNet> {
            text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
        };
        let networks = networks
            .iter()
            .map(|text| parse(text.as_ref()).ok_or_else(|| NetworkError(text.as_ref().to_owned())));
        networks.collect::<Result<_, _>>().map(Self)
    }

    /// Whether an address is that of a proxy whose word on its clients is believed.
    pub fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The nearest address that is not a trusted proxy: the peer of the connection or, where that is a proxy, the last entry of
    /// `X-Forwarded-For` that none of them wrote for another. What stands before it can be anybody's invention.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        // As bytes: what somebody wrote into the header shall not keep what a proxy added from being read.
        let lists: Vec<&[u8]> = headers.get_all(FORWARDED_FOR).iter().map(|value| value.as_bytes()).collect();
        for entry in lists.iter().flat_map(|list| list.split(|byte| *byte == b',')).rev() {
            if !self.contain(client) {
                break;
            }
            let Some(address) = std::str::from_utf8(entry).ok().and_then(address) else { break };
            client = address.to_canonical();
        }
        client
    }
}

/// An address, as some proxies write it: with a port, or in brackets.
fn address(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    let bare = entry.strip_prefix('[').and_then(|entry| entry.strip_suffix(']')).unwrap_or(entry);
    bare.parse().ok().or_else(|| entry.parse::<SocketAddr>().ok().map(|with_port| with_port.ip()))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn client(proxies: &[&str], peer: &str, forwarded: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        for list in forwarded {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(list));
        }
        TrustedProxies::parse(proxies).unwrap().client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed_and_only_as_far_as_they_reach() {
        let proxies = ["127.0.0.0/8", "::1", "10.1.0.0/16"];
        for (peer, forwarded, expected) in [
            ("203.0.113.9", &[][..], "203.0.113.9"),
            // Anybody can write the header.
            ("203.0.113.9", &["198.51.100.1"], "203.0.113.9"),
            ("127.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("::ffff:127.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", &["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", &["6.6.6.6, 198.51.100.1, 10.1.2.3"], "198.51.100.1"),
            ("127.0.0.1", &["6.6.6.6", "198.51.100.1", "10.1.2.3"], "198.51.100.1"),
            ("127.0.0.1", &["198.51.100.1, 10.2.2.3"], "10.2.2.3"),
            ("::1", &["2001:db8::7"], "2001:db8::7"),
            ("127.0.0.1", &["198.51.100.1, nonsense"], "127.0.0.1"),
            ("127.0.0.1", &[""], "127.0.0.1"),
            ("127.0.0.1", &["6.6.6.6, 198.51.100.1:4711"], "198.51.100.1"),
            ("127.0.0.1", &["[2001:db8::7]:443"], "2001:db8::7"),
            ("127.0.0.1", &["[2001:db8::7]"], "2001:db8::7"),
            ("127.0.0.1", &[], "127.0.0.1"),
        ] {
            assert_eq!(client(&proxies, peer, forwarded), expected, "{peer} {forwarded:?}");
        }
        assert_eq!(client(&[], "127.0.0.1", &["198.51.100.1"]), "127.0.0.1");
        // What a client put before it does not hide what the proxy wrote.
        let mut headers = HeaderMap::new();
        headers.append(FORWARDED_FOR, HeaderValue::from_bytes(b"\xff, 198.51.100.1").unwrap());
        let found = TrustedProxies::parse(&proxies).unwrap().client("127.0.0.1".parse().unwrap(), &headers);
        assert_eq!(found.to_string(), "198.51.100.1");
        assert_eq!(client(&["0.0.0.0/0"], "203.0.113.9", &["198.51.100.1"]), "198.51.100.1");
    }

    #[test]
    fn what_is_no_network_is_named() {
        for text in ["", "10.0.0.0/33", "::/129", "10.0.0/8", "10.0.0.0/", "proxy"] {
            let error = TrustedProxies::parse(&[text]).unwrap_err();
            assert!(error.to_string().contains(&format!("{text:?}")), "{error}");
        }
    }
}
