//! The name that a client wants to find in a server's certificate. Owns what is taken for one, so that both engines agree.

use core::net::IpAddr;

/// A name of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name<'a> {
    /// A DNS name, without the dot of the root.
    Dns(&'a str),
    /// An address. It is not told to the server (RFC 6066, 3).
    Address(IpAddr),
}

impl<'a> Name<'a> {
    /// `None` for what is neither.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        if let Ok(address) = text.parse() {
            return Some(Self::Address(address));
        }
        let name = text.strip_suffix('.').unwrap_or(text);
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        };
        // The last label of a name is no number: such texts are addresses with a mistake.
        let last = name.rsplit('.').next().unwrap_or(name);
        let fine = name.len() <= 253 && name.split('.').all(label) && !last.bytes().all(|byte| byte.is_ascii_digit());
        fine.then_some(Self::Dns(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::net::{Ipv4Addr, Ipv6Addr};

    #[test]
    fn names_and_addresses() {
        assert_eq!(Name::parse("example.org"), Some(Name::Dns("example.org")));
        assert_eq!(Name::parse("example.org."), Some(Name::Dns("example.org")));
        assert_eq!(Name::parse("my_device.local"), Some(Name::Dns("my_device.local")));
        assert_eq!(Name::parse("localhost"), Some(Name::Dns("localhost")));
        assert_eq!(Name::parse("10.0.0.1"), Some(Name::Address(Ipv4Addr::new(10, 0, 0, 1).into())));
        assert_eq!(Name::parse("::1"), Some(Name::Address(Ipv6Addr::LOCALHOST.into())));
    }

    #[test]
    fn what_is_no_name() {
        let long = "a.".repeat(127) + "ab";
        for text in ["", ".", "a..b", "-a", "a-", "a b", "a\0b", "ü.org", "10.0.0.256", "1.2.3", "*.org", long.as_str()]
        {
            assert_eq!(Name::parse(text), None, "{text}");
        }
    }
}
