//! Which addresses may be asked: those of the public internet.
//!
//! An address is judged as the number that a connection would be made to, so that a name which resolves to
//! the inside of a network (or to the metadata service of a cloud) is refused like the number itself.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// What addresses the user allows.
#[derive(Debug, Clone, Default)]
pub(super) struct Guard {
    allow_private: bool,
    #[cfg(test)]
    exempt: Vec<IpAddr>,
}

impl Guard {
    pub(super) fn new(allow_private: bool) -> Self {
        Self {
            allow_private,
            #[cfg(test)]
            exempt: Vec::new(),
        }
    }

    /// Takes one address for public, as tests of what happens after a first, allowed request need it.
    #[cfg(test)]
    pub(super) fn except(mut self, ip: IpAddr) -> Self {
        self.exempt.push(ip);
        self
    }

    /// Why this URL must not be asked, as far as it tells without resolving a name.
    pub(super) fn refusal_of_url(&self, url: &Url) -> Option<String> {
        if !matches!(url.scheme(), "http" | "https") {
            return Some(format!("only http and https are fetched, not {}", url.scheme()));
        }
        match url.host() {
            None => Some("it names no host".to_owned()),
            Some(Host::Ipv4(ip)) => self.refusal(IpAddr::V4(ip)),
            Some(Host::Ipv6(ip)) => self.refusal(IpAddr::V6(ip)),
            Some(Host::Domain(name)) => {
                let name = name.trim_end_matches('.');
                let local = name == "localhost" || name.ends_with(".localhost");
                (local && !self.allow_private).then(|| format!("'{name}' is this machine{LIFT}"))
            }
        }
    }

    /// Why this URL must not be asked through a proxy, as far as its name tells: the proxy resolves it where
    /// nobody looks.
    pub(super) fn refusal_through_proxy(&self, url: &Url) -> Option<String> {
        let Some(Host::Domain(name)) = url.host() else { return self.refusal_of_url(url) };
        let name = name.trim_end_matches('.');
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let inside =
            matches!(ending, "" | "local" | "internal" | "intranet" | "lan" | "home" | "corp" | "private")
                || name.ends_with(".home.arpa");
        match inside && !self.allow_private {
            true => Some(format!("'{name}' is a name for the inside of a network{LIFT}")),
            false => self.refusal_of_url(url),
        }
    }

    /// Why no connection to this address may be made; `None` when it may.
    pub(super) fn refusal(&self, ip: IpAddr) -> Option<String> {
        #[cfg(test)]
        if self.exempt.contains(&ip) {
            return None;
        }
        match kind(ip) {
            Kind::Public => None,
            Kind::Private(_) if self.allow_private => None,
            Kind::Private(what) => Some(format!("{ip} is {what}{LIFT}")),
            Kind::Never(what) => Some(format!("{ip} is {what}, which is never asked")),
        }
    }
}

const LIFT: &str = ", and only public addresses are asked unless --allow-private is given";

/// What a number stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Public,
    /// Refused unless the user allows it.
    Private(&'static str),
    /// No forum is ever there.
    Never(&'static str),
}

fn kind(ip: IpAddr) -> Kind {
    match ip {
        IpAddr::V4(ip) => kind_v4(ip),
        IpAddr::V6(ip) => kind_v6(ip),
    }
}

/// By the IANA registry of special-purpose IPv4 addresses.
fn kind_v4(ip: Ipv4Addr) -> Kind {
    match ip.octets() {
        [0, ..] => Kind::Never("an unspecified address"),
        [169, 254, ..] => Kind::Never("a link-local address, where clouds keep their metadata"),
        [224..=239, ..] => Kind::Never("a multicast address"),
        [255, 255, 255, 255] => Kind::Never("the broadcast address"),
        [127, ..] => Kind::Private("a loopback address"),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Kind::Private("a private address"),
        [100, 64..=127, ..] => Kind::Private("an address shared behind a carrier"),
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => {
            Kind::Private("an address for documentation")
        }
        [192, 0, 0, _] | [192, 88, 99, _] | [198, 18..=19, ..] | [240..=255, ..] => {
            Kind::Private("a reserved address")
        }
        _ => Kind::Public,
    }
}

/// By the IANA registry of special-purpose IPv6 addresses: outside 2000::/3 nothing is public, and an IPv4
/// address inside an IPv6 one is judged for itself.
fn kind_v6(ip: Ipv6Addr) -> Kind {
    let s = ip.segments();
    let v4 = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        kind_v4(Ipv4Addr::new(a, b, c, d))
    };
    match s {
        [0, 0, 0, 0, 0, 0, 0, 0] => Kind::Never("an unspecified address"),
        [0, 0, 0, 0, 0, 0, 0, 1] => Kind::Private("a loopback address"),
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => v4(high, low),
        [0x2002, high, low, ..] => v4(high, low),
        [0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254] => Kind::Never("the metadata service of a cloud"),
        [0xfe80..=0xfebf, ..] => Kind::Never("a link-local address"),
        [0xff00..=0xffff, ..] => Kind::Never("a multicast address"),
        [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] => Kind::Private("a private address"),
        [0x2001, 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => Kind::Private("an address for documentation"),
        [0x2001, 0..=0x01ff, ..] => Kind::Private("a reserved address"),
        // ISATAP: an IPv4 address in the lower half.
        [_, _, _, _, 0 | 0x0200, 0x5efe, high, low] => v4(high, low),
        [0x2000..=0x3fff, ..] => Kind::Public,
        _ => Kind::Private("a reserved address"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(url: &str, allow_private: bool) -> bool {
        Guard::new(allow_private).refusal_of_url(&Url::parse(url).unwrap()).is_some()
    }

    #[test]
    fn only_the_public_internet_is_asked() {
        for inside in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "2130706433",
            "0x7f.1",
            "017700000001",
            "localhost",
            "LOCALHOST",
            "forum.localhost",
            "localhost.",
            "[::]",
            "[::1]",
            "[::127.0.0.1]",
            "[::ffff:10.0.0.1]",
            "[::ffff:169.254.169.254]",
            "[64:ff9b::127.0.0.1]",
            "[64:ff9b:1::1]",
            "[2002:7f00:1::]",
            "[2002:c0a8:101::1]",
            "[2001::1]",
            "[2001:db8::1]",
            "[3fff::1]",
            "[fc00::1]",
            "[fd00:ec2::254]",
            "[fe80::1]",
            "[fec0::1]",
            "[ff02::1]",
            "[100::1]",
            "[4000::1]",
            "[2a00::5efe:10.0.0.1]",
        ] {
            assert!(refused(&format!("http://{inside}/thread"), false), "{inside}");
        }
        for outside in
            ["example.org", "1.1.1.1", "100.128.0.1", "172.32.0.1", "[2606:4700::1111]", "[64:ff9b::1.1.1.1]"]
        {
            assert!(!refused(&format!("https://{outside}/thread"), false), "{outside}");
        }
    }

    #[test]
    fn other_schemes_are_refused() {
        for url in ["ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "data:text/html,hi"]
        {
            assert!(refused(url, true), "{url}");
        }
    }

    #[test]
    fn allowing_private_addresses_does_not_allow_the_metadata_service() {
        for inside in
            ["127.0.0.1:8080", "localhost", "192.168.1.1", "[::1]", "[fd12::1]", "[::ffff:10.0.0.1]"]
        {
            assert!(!refused(&format!("http://{inside}/"), true), "{inside}");
        }
        for never in
            ["169.254.169.254", "[fd00:ec2::254]", "[::ffff:169.254.169.254]", "0.0.0.0", "224.0.0.1"]
        {
            assert!(refused(&format!("http://{never}/"), true), "{never}");
        }
    }
}
