//! Addresses that integrators want called or opened. This looks at the literal text; whoever dials looks at the resolved
//! address again.

use url::{Host, Url};

/// What an address may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutboundUrlRules {
    /// Allows http, ports, IP addresses and loopback. For laptops, never for production.
    pub development: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutboundUrlError {
    #[error("is not an absolute URL")]
    Malformed,
    #[error("must begin with https://")]
    Scheme,
    #[error("must name a public host, not an IP address or localhost")]
    Host,
    #[error("must not name a port")]
    Port,
    #[error("must not have a user name, a password or a fragment")]
    Parts,
    #[error("is longer than 2047 characters")]
    TooLong,
}

impl OutboundUrlRules {
    pub fn check(self, text: &str) -> Result<Url, OutboundUrlError> {
        if text.len() > 2047 {
            return Err(OutboundUrlError::TooLong);
        }
        let url = Url::parse(text).map_err(|_| OutboundUrlError::Malformed)?;
        let scheme_fits = url.scheme() == "https" || (self.development && url.scheme() == "http");
        if !scheme_fits {
            return Err(OutboundUrlError::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(OutboundUrlError::Parts);
        }
        match url.host() {
            None => return Err(OutboundUrlError::Host),
            Some(_) if self.development => return Ok(url),
            Some(Host::Ipv4(_) | Host::Ipv6(_)) => return Err(OutboundUrlError::Host),
            Some(Host::Domain(name)) => {
                let name = name.trim_end_matches('.');
                let private = ["localhost", "local", "internal", "home.arpa"];
                let last = |end: &str| name == end || name.ends_with(&format!(".{end}"));
                if !name.contains('.') || private.iter().any(|end| last(end)) {
                    return Err(OutboundUrlError::Host);
                }
            }
        }
        if url.port().is_some() {
            return Err(OutboundUrlError::Port);
        }
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
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
    fn development_relaxes_scheme_host_and_port_only() {
        let rules = OutboundUrlRules { development: true };
        assert!(rules.check("http://127.0.0.1:8088/hook").is_ok());
        assert!(rules.check("http://u@127.0.0.1:8088/hook").is_err());
        assert!(rules.check("file:///etc/passwd").is_err());
    }
}
