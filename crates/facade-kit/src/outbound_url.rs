//! Addresses that integrators want called or opened. This looks at the literal text; whoever dials looks at the resolved
//! address again.

use std::net::IpAddr;

use selfsame_verification::callbacks::AddressRules;
use url::{Host, Url};

/// What an address may be in a dialect that wants public host names and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutboundUrlRules {
    /// Allows http, ports, IP addresses and loopback. For laptops, never for production.
    pub development: bool,
}

/// What an address may be in a dialect whose documentation names servers by host name or IP address, with a port.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallbackUrlRules {
    /// Those of whoever dials.
    pub addresses: AddressRules,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutboundUrlError {
    #[error("is not an absolute URL")]
    Malformed,
    #[error("must begin with https://")]
    Scheme,
    #[error("must name a public host, not an IP address or localhost")]
    Host,
    #[error(
        "must name a host or an IP address that is public, or in a network that the server's setting callbacks.allowed_private lists"
    )]
    Private,
    #[error("must not name a port")]
    Port,
    #[error("must not have a user name, a password or a fragment")]
    Parts,
    #[error("is longer than 2047 characters")]
    TooLong,
}

impl OutboundUrlError {
    /// Whether the address lies where callers may not send the server, rather than being miswritten.
    pub fn is_guarded(self) -> bool {
        matches!(self, Self::Host | Self::Private)
    }
}

impl OutboundUrlRules {
    /// # Errors
    /// The first rule that the address breaks.
    pub fn check(self, text: &str) -> Result<Url, OutboundUrlError> {
        let url = parse(text, self.development)?;
        match url.host() {
            None => return Err(OutboundUrlError::Host),
            Some(_) if self.development => return Ok(url),
            Some(Host::Ipv4(_) | Host::Ipv6(_)) => return Err(OutboundUrlError::Host),
            Some(Host::Domain(name)) if is_private(name) => return Err(OutboundUrlError::Host),
            Some(Host::Domain(_)) => {}
        }
        if url.port().is_some() {
            return Err(OutboundUrlError::Port);
        }
        Ok(url)
    }
}

impl CallbackUrlRules {
    /// # Errors
    /// The first rule that the address breaks.
    pub fn check(&self, text: &str) -> Result<Url, OutboundUrlError> {
        let url = parse(text, self.addresses.development)?;
        let allowed = match url.host() {
            None => return Err(OutboundUrlError::Malformed),
            Some(Host::Ipv4(address)) => self.addresses.allows(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => self.addresses.allows(IpAddr::V6(address)),
            // Where private networks may be called, their names may be written: what they point to is looked at when it is dialled.
            Some(Host::Domain(name)) => {
                self.addresses.development || !self.addresses.private.is_empty() || !is_private(name)
            }
        };
        if allowed { Ok(url) } else { Err(OutboundUrlError::Private) }
    }
}

/// What holds for every address, whatever its host.
fn parse(text: &str, development: bool) -> Result<Url, OutboundUrlError> {
    if text.len() > 2047 {
        return Err(OutboundUrlError::TooLong);
    }
    let url = Url::parse(text).map_err(|_| OutboundUrlError::Malformed)?;
    let scheme_fits = url.scheme() == "https" || (development && url.scheme() == "http");
    if !scheme_fits {
        return Err(OutboundUrlError::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(OutboundUrlError::Parts);
    }
    Ok(url)
}

/// Names that no public resolver knows.
fn is_private(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    let last = |end: &str| name == end || name.ends_with(&format!(".{end}"));
    !name.contains('.') || ["localhost", "local", "internal", "home.arpa"].into_iter().any(last)
}

#[cfg(test)]
mod tests {
    use selfsame_verification::callbacks::PrivateNetworks;

    use super::*;

    #[test]
    fn only_public_https_hosts_outside_development() {
        let rules = OutboundUrlRules { development: false };
        assert!(rules.check("https://bank.example.com/hook?id=1").is_ok());
        for (text, expected) in [
            ("bank.example.com", OutboundUrlError::Malformed),
            ("http://bank.example.com", OutboundUrlError::Scheme),
            ("ftp://bank.example.com", OutboundUrlError::Scheme),
            ("https://127.0.0.1/", OutboundUrlError::Host),
            ("https://0x7f000001/", OutboundUrlError::Host),
            ("https://[::1]/", OutboundUrlError::Host),
            ("https://localhost/", OutboundUrlError::Host),
            ("https://a.localhost./", OutboundUrlError::Host),
            ("https://printer/", OutboundUrlError::Host),
            ("https://bank.example.com:8443/", OutboundUrlError::Port),
            ("https://u:p@bank.example.com/", OutboundUrlError::Parts),
            ("https://bank.example.com/#x", OutboundUrlError::Parts),
        ] {
            assert_eq!(rules.check(text).err(), Some(expected), "{text}");
        }
        assert_eq!(
            rules.check(&format!("https://a.example/{}", "x".repeat(2048))).err(),
            Some(OutboundUrlError::TooLong)
        );
    }

    #[test]
    fn where_servers_are_named_with_ports_they_may_be_public_ones() {
        let rules = CallbackUrlRules::default();
        for text in [
            "https://bank.example.com:9943/hook?id=1",
            "https://1.1.1.1:8443/hook",
            "https://[2606:4700::1111]/",
        ] {
            assert_eq!(rules.check(text).map(|url| url.to_string()).as_deref(), Ok(text));
        }
        for (text, expected) in [
            ("http://bank.example.com:9943", OutboundUrlError::Scheme),
            ("https://localhost:9943", OutboundUrlError::Private),
            ("https://127.0.0.1/", OutboundUrlError::Private),
            ("https://0x7f000001/", OutboundUrlError::Private),
            ("https://10.1.0.4:9943/", OutboundUrlError::Private),
            ("https://169.254.169.254/", OutboundUrlError::Private),
            ("https://[::1]/", OutboundUrlError::Private),
            ("https://[::ffff:10.1.0.4]/", OutboundUrlError::Private),
            ("https://printer/", OutboundUrlError::Private),
            ("https://hooks.bank.internal/", OutboundUrlError::Private),
            ("https://u:p@bank.example.com/", OutboundUrlError::Parts),
        ] {
            assert_eq!(rules.check(text).err(), Some(expected), "{text}");
        }
    }

    #[test]
    fn private_networks_that_are_listed_may_be_named() {
        let private = PrivateNetworks::parse(&["10.1.0.0/16", "127.0.0.1"]).unwrap();
        let rules = CallbackUrlRules { addresses: AddressRules { private, ..AddressRules::default() } };
        for text in ["https://10.1.0.4:9943/", "https://localhost:9943/", "https://hooks.bank.internal/"] {
            assert!(rules.check(text).is_ok(), "{text}");
        }
        for text in ["https://10.2.0.4/", "https://169.254.169.254/", "https://[::1]/"] {
            assert_eq!(rules.check(text).err(), Some(OutboundUrlError::Private), "{text}");
        }
        assert_eq!(rules.check("http://10.1.0.4/").err(), Some(OutboundUrlError::Scheme));
    }

    #[test]
    fn development_relaxes_scheme_host_and_port_only() {
        let rules = OutboundUrlRules { development: true };
        assert!(rules.check("http://127.0.0.1:8088/hook").is_ok());
        assert!(rules.check("http://u@127.0.0.1:8088/hook").is_err());
        assert!(rules.check("file:///etc/passwd").is_err());
        let addresses = AddressRules { development: true, ..AddressRules::default() };
        let rules = CallbackUrlRules { addresses };
        assert!(rules.check("http://127.0.0.1:8088/hook").is_ok());
        assert!(rules.check("http://u@127.0.0.1:8088/hook").is_err());
        assert!(rules.check("file:///etc/passwd").is_err());
    }
}
