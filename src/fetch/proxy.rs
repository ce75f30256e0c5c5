//! Proxies, as the environment of a program names them.
//!
//! **Why the guard still holds.** Without a proxy an address is judged where the connection is made. A proxy
//! resolves names itself and makes that connection out of sight, so a name cannot be judged by what the
//! proxy will connect to. What can be known here is judged instead: numbers, names that only mean something
//! inside a network (`localhost`, `.local`, `.internal`, names without a dot), and, unless the proxy is one
//! that is chosen to keep names from being looked up here (`socks5h`), what the name stands for on this
//! machine. All of these are refused without `--allow-private`. What is left is a name that is public here
//! and private where the proxy stands: whoever runs a proxy must guard its own network.
//!
//! This machine itself (`localhost`, loopback numbers) is never asked through a proxy, as in Go and curl's
//! recommended settings: to a proxy those words mean the proxy.

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

use crate::error::{Error, Result};

/// The proxies to ask through, by the scheme of the address.
#[derive(Clone, Default, PartialEq)]
pub struct Proxies {
    http: Option<Url>,
    https: Option<Url>,
    /// Names, name endings and numbers that are asked directly.
    direct: Vec<String>,
}

/// Without user names and passwords.
impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |proxy: &Option<Url>| proxy.as_ref().map(shown);
        write!(f, "Proxies(http {:?}, https {:?})", shown(&self.http), shown(&self.https))
    }
}

impl Proxies {
    /// The proxies that these variables name: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in
    /// lower case first.
    ///
    /// In a CGI program `HTTP_PROXY` is whatever a visitor wrote into a `Proxy:` header, so there only the
    /// name in lower case counts.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let is_cgi = variable("REQUEST_METHOD").is_some();
        let proxy = |name: &str| -> Result<Option<Url>> {
            let upper = (!(is_cgi && name == "http_proxy")).then(|| name.to_ascii_uppercase());
            let filled = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
            let value = filled(name).or_else(|| filled(&upper?));
            value.map(|value| parse(name, value.trim())).transpose()
        };
        let all = proxy("all_proxy")?;
        let direct = variable("no_proxy").or_else(|| variable("NO_PROXY")).unwrap_or_default();
        let direct = direct.split([',', ' ']).map(|entry| entry.trim().to_ascii_lowercase());
        Ok(Self {
            http: proxy("http_proxy")?.or_else(|| all.clone()),
            https: proxy("https_proxy")?.or(all),
            direct: direct.filter(|entry| !entry.is_empty()).collect(),
        })
    }

    /// The proxy that this address is asked through, in words without its password; `None` when it is asked
    /// directly.
    pub fn shown_for(&self, url: &Url) -> Option<String> {
        self.for_url(url).map(shown)
    }

    /// All proxies.
    pub(super) fn all(&self) -> impl Iterator<Item = &Url> {
        self.http.iter().chain(&self.https)
    }

    /// The proxy for this address.
    pub(super) fn for_url(&self, url: &Url) -> Option<&Url> {
        let proxy = if url.scheme() == "https" { &self.https } else { &self.http };
        proxy.as_ref().filter(|_| !self.is_direct(url))
    }

    fn is_direct(&self, url: &Url) -> bool {
        let (name, number) = match url.host() {
            Some(Host::Domain(name)) => (name.trim_end_matches('.').to_owned(), None),
            Some(Host::Ipv4(ip)) => (ip.to_string(), Some(IpAddr::V4(ip))),
            Some(Host::Ipv6(ip)) => (ip.to_string(), Some(IpAddr::V6(ip))),
            None => return true,
        };
        let is_here = number.is_some_and(|ip| ip.to_canonical().is_loopback())
            || name == "localhost"
            || name.ends_with(".localhost");
        is_here || self.direct.iter().any(|entry| matches(entry, &name, number, url.port_or_known_default()))
    }
}

/// Whether an entry of NO_PROXY covers a host: `*`, a name and all below it, a number, a block of numbers;
/// each perhaps with a port.
fn matches(entry: &str, name: &str, number: Option<IpAddr>, port: Option<u16>) -> bool {
    if entry == "*" {
        return true;
    }
    if let Some(ip) = number {
        let bare = entry.trim_start_matches('[').trim_end_matches(']');
        return match bare.split_once('/') {
            Some((net, bits)) => within(ip, net, bits),
            None => {
                bare.parse() == Ok(ip)
                    || entry
                        .split_once(':')
                        .is_some_and(|(host, of)| host.parse() == Ok(ip) && of.parse().ok() == port)
            }
        };
    }
    let entry = match entry.rsplit_once(':') {
        Some((host, of)) if of.parse().ok() == port => host,
        Some(_) => return false,
        None => entry,
    };
    let entry = entry.trim_start_matches('*').trim_start_matches('.');
    name == entry || (!entry.is_empty() && name.strip_suffix(entry).is_some_and(|start| start.ends_with('.')))
}

fn within(ip: IpAddr, net: &str, bits: &str) -> bool {
    let Ok(bits) = bits.parse::<u32>() else { return false };
    match (ip, net.parse()) {
        (IpAddr::V4(ip), Ok(IpAddr::V4(net))) if bits <= 32 => {
            let shift = 32 - bits;
            (u64::from(ip.to_bits()) >> shift) == (u64::from(net.to_bits()) >> shift)
        }
        (IpAddr::V6(ip), Ok(IpAddr::V6(net))) if bits <= 128 => {
            bits == 0 || (ip.to_bits() >> (128 - bits)) == (net.to_bits() >> (128 - bits))
        }
        _ => false,
    }
}

fn parse(name: &str, value: &str) -> Result<Url> {
    let with_scheme = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
    let known = |url: &Url| matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h");
    Url::parse(&with_scheme).ok().filter(|url| known(url) && url.has_host()).ok_or_else(|| Error::Setting {
        // The value may hold a password.
        what: format!("the variable {}", name.to_ascii_uppercase()),
        reason: "it names no http, https or socks5 proxy; set it to an address such as \
                 http://proxy.example:3128 or leave it out"
            .to_owned(),
    })
}

fn shown(proxy: &Url) -> String {
    let mut proxy = proxy.clone();
    let _ = proxy.set_username("");
    let _ = proxy.set_password(None);
    proxy.set_path("");
    proxy.to_string().trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(variables: &[(&str, &str)]) -> Proxies {
        let owned: Vec<(String, String)> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Proxies::from_variables(|name| {
            owned.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
        })
        .unwrap()
    }

    fn shown_for(proxies: &Proxies, url: &str) -> Option<String> {
        proxies.shown_for(&Url::parse(url).unwrap())
    }

    #[test]
    fn each_scheme_has_its_proxy_and_passwords_are_not_shown() {
        let found =
            proxies(&[("HTTP_PROXY", "me:secret@a.example:8080"), ("ALL_PROXY", "socks5h://b.example:1080")]);
        assert_eq!(shown_for(&found, "http://f.example/").unwrap(), "http://a.example:8080");
        assert_eq!(shown_for(&found, "https://f.example/").unwrap(), "socks5h://b.example:1080");
        assert!(!format!("{found:?}").contains("secret"));
        assert_eq!(shown_for(&proxies(&[("HTTPS_PROXY", " ")]), "https://f.example/"), None);
    }

    #[test]
    fn a_proxy_that_a_visitor_of_a_web_server_could_set_is_ignored() {
        let cgi = [("REQUEST_METHOD", "GET"), ("HTTP_PROXY", "evil.example")];
        assert_eq!(shown_for(&proxies(&cgi), "http://f.example/"), None);
    }

    #[test]
    fn what_no_proxy_names_and_this_machine_are_asked_directly() {
        let found = proxies(&[
            ("all_proxy", "http://p.example"),
            ("no_proxy", "a.example, .b.example,10.0.0.0/8,c.example:8080,[2001:db8::1]"),
        ]);
        for direct in [
            "http://a.example/",
            "http://www.a.example/",
            "http://x.b.example/",
            "http://10.1.2.3/",
            "http://c.example:8080/",
            "http://[2001:db8::1]/",
            "http://localhost/",
            "http://127.0.0.1/",
            "http://[::1]/",
            "http://x.localhost:1/",
        ] {
            assert_eq!(shown_for(&found, direct), None, "{direct}");
        }
        for through in ["http://nota.example/", "http://c.example/", "http://11.0.0.1/", "http://e.example/"]
        {
            assert!(shown_for(&found, through).is_some(), "{through}");
        }
        let none = proxies(&[("all_proxy", "http://p.example"), ("NO_PROXY", "*")]);
        assert_eq!(shown_for(&none, "http://f.example/"), None);
    }

    #[test]
    fn a_variable_that_names_no_proxy_is_an_error_without_its_value() {
        for value in ["ftp://secret.example", "http://", "not an address"] {
            let error = Proxies::from_variables(|name| (name == "https_proxy").then(|| value.to_owned()));
            let said = error.unwrap_err().to_string();
            assert!(said.contains("HTTPS_PROXY") && !said.contains("secret"), "{said}");
        }
    }
}
