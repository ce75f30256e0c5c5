//! What a user gives so that a site knows them: cookies of their browser, headers of their own.
//!
//! Both go to the thread's own host and to nobody else: not to a host that a page points to, and not along
//! when the thread's host redirects elsewhere. Nothing that a server sets is kept.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};
use url::{Host, Url};

use crate::error::{Error, Result};

/// Bytes of a cookie file. Browsers export some hundred kilobytes when all their cookies are asked for.
const MAX_BYTES: u64 = 8 << 20;

/// Bytes of cookies in one request; servers refuse more than 8 to 16 KiB of headers.
const MAX_SENT: usize = 12 << 10;

/// Cookies and headers, and the only host that they are for.
#[derive(Clone, Default, PartialEq)]
pub struct Credentials {
    owner: Option<Url>,
    cookies: Vec<Cookie>,
    headers: Vec<Header>,
}

/// How many there are, never what they are: what is debugged ends up in logs.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({} cookies, {} headers)", self.cookies.len(), self.headers.len())
    }
}

/// One cookie as the file has it.
#[derive(Clone, PartialEq)]
struct Cookie {
    /// In lower case, without a leading dot.
    domain: String,
    subdomains: bool,
    path: String,
    secure: bool,
    /// Unix seconds; 0 for one that ends with the browser's session.
    expires: i64,
    name: String,
    value: String,
}

/// A header that the user adds to requests.
#[derive(Clone, PartialEq)]
pub struct Header {
    name: String,
    value: String,
}

/// The name only: the value may be a password.
impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Header({})", self.name)
    }
}

impl Header {
    /// Reads `Name: value`; the error says why this header cannot be sent.
    pub fn parse(text: &str) -> std::result::Result<Self, String> {
        let (name, value) = text.split_once(':').ok_or("a header is written 'Name: value'")?;
        let (name, value) = (name.trim(), value.trim());
        let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if name.is_empty() || !name.chars().all(is_token) {
            return Err("a header's name is made of letters, digits and hyphens".to_owned());
        }
        if !value.chars().all(|c| matches!(c, '\t' | ' '..='~')) {
            return Err("a header's value is made of printable ASCII characters".to_owned());
        }
        let lower = name.to_ascii_lowercase();
        let reason = match lower.as_str() {
            "host" => "the host is that of the address",
            "connection"
            | "keep-alive"
            | "proxy-connection"
            | "proxy-authenticate"
            | "proxy-authorization"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade" => "it belongs to the connection and not to the request",
            "content-length" | "content-encoding" | "content-type" | "expect" => {
                "nothing is sent but headers"
            }
            "accept-encoding"
            | "range"
            | "if-range"
            | "if-match"
            | "if-none-match"
            | "if-modified-since"
            | "if-unmodified-since" => "the program sets it to what it can read",
            "user-agent" => "the program always says what it is",
            _ => return Ok(Self { name: lower, value: value.to_owned() }),
        };
        Err(format!("'{name}' cannot be set: {reason}"))
    }
}

impl Credentials {
    /// Credentials for the host of this address alone.
    pub fn for_host_of(owner: &Url) -> Self {
        Self { owner: Some(owner.clone()), ..Self::default() }
    }

    /// The same with one more header.
    pub fn with_header(mut self, header: Header) -> Self {
        self.headers.push(header);
        self
    }

    /// The same with the cookies of a file in Netscape's format, as browsers' extensions, curl and wget
    /// write it. Only those that the owner's host may see are kept.
    pub fn with_cookie_file(mut self, path: &Path) -> Result<Self> {
        let failed = |source| Error::File { action: "read", path: path.to_owned(), source };
        let mut bytes = Vec::new();
        let file = File::open(path).map_err(failed)?;
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
        let unusable =
            |reason: String| Error::Setting { what: format!("the cookie file {}", path.display()), reason };
        if bytes.len() as u64 > MAX_BYTES {
            return Err(unusable(format!("it is larger than {MAX_BYTES} bytes")));
        }
        let text = String::from_utf8_lossy(&bytes);
        let cookies = parse(&text).map_err(unusable)?;
        let host = self.owner.as_ref().and_then(Url::host_str).unwrap_or_default().to_owned();
        self.cookies.extend(cookies.into_iter().filter(|cookie| cookie.is_for_host(&host)));
        if self.cookies.is_empty() {
            return Err(unusable(format!("none of its cookies is for {host}, which is the thread's host")));
        }
        Ok(self)
    }

    /// Whether there is nothing to send.
    pub fn is_empty(&self) -> bool {
        self.cookies.is_empty() && self.headers.is_empty()
    }

    /// A text that stands for all of them and does not tell them; empty when there are none.
    pub(super) fn fingerprint(&self) -> String {
        if self.is_empty() {
            return String::new();
        }
        let mut hash = Sha256::new();
        let cookies = self.cookies.iter().map(|cookie| (&cookie.name, &cookie.value));
        for (name, value) in self.headers.iter().map(|header| (&header.name, &header.value)).chain(cookies) {
            for part in [name, value] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part);
            }
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The headers that a request for this address carries. `now` is in Unix seconds.
    pub(super) fn headers_for(&self, url: &Url, now: i64) -> Vec<(String, String)> {
        if !self.owner.as_ref().is_some_and(|owner| owns(owner, url)) {
            return Vec::new();
        }
        let mut sent: Vec<(String, String)> =
            self.headers.iter().map(|header| (header.name.clone(), header.value.clone())).collect();
        let mut fitting: Vec<&Cookie> = self.cookies.iter().filter(|cookie| cookie.fits(url, now)).collect();
        // Longer paths first, as browsers do; sorting is stable.
        fitting.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let mut line = String::new();
        for Cookie { name, value, .. } in fitting {
            if line.len() + name.len() + value.len() + 3 > MAX_SENT {
                break;
            }
            if !line.is_empty() {
                line.push_str("; ");
            }
            line.push_str(&if name.is_empty() { value.clone() } else { format!("{name}={value}") });
        }
        if !line.is_empty() {
            sent.push(("cookie".to_owned(), line));
        }
        sent
    }
}

/// Whether an address belongs to the one who may see the credentials: the same scheme, host and port. The
/// step from http to https of one host is no other host; the step back is a disclosure.
fn owns(owner: &Url, url: &Url) -> bool {
    let upgraded =
        owner.scheme() == "http" && url.scheme() == "https" && (owner.port(), url.port()) == (None, None);
    owner.host() == url.host()
        && owner.host().is_some()
        && ((owner.scheme() == url.scheme() && owner.port_or_known_default() == url.port_or_known_default())
            || upgraded)
}

impl Cookie {
    fn is_for_host(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.');
        let is_number = matches!(Host::parse(host), Ok(Host::Ipv4(_) | Host::Ipv6(_)));
        let below = || {
            let start = host.strip_suffix(&self.domain).and_then(|start| start.strip_suffix('.'));
            // A cookie for all of "org" is nobody's.
            self.domain.contains('.') && !is_number && start.is_some()
        };
        host == self.domain || (self.subdomains && below())
    }

    fn fits(&self, url: &Url, now: i64) -> bool {
        let path = url.path();
        let below = path.strip_prefix(&self.path);
        let path_fits =
            below.is_some_and(|rest| rest.is_empty() || self.path.ends_with('/') || rest.starts_with('/'));
        self.is_for_host(url.host_str().unwrap_or_default())
            && path_fits
            && (!self.secure || url.scheme() == "https")
            && (self.expires == 0 || self.expires > now)
    }
}

/// The cookies of a file. Lines that are none are passed over as long as one is a cookie.
fn parse(text: &str) -> std::result::Result<Vec<Cookie>, String> {
    let text = text.trim_start_matches('\u{FEFF}');
    let cookies: Vec<Cookie> = text.lines().filter_map(cookie).collect();
    if cookies.is_empty() {
        return Err("it holds no cookie in Netscape's format, which is one a line in seven fields between \
                    tabs: domain, subdomains, path, secure, expiry, name, value"
            .to_owned());
    }
    Ok(cookies)
}

fn cookie(line: &str) -> Option<Cookie> {
    let line = line.trim_end_matches(['\r', '\n']);
    let line = match line.strip_prefix("#HttpOnly_") {
        Some(line) => line,
        None if line.starts_with('#') => return None,
        None => line,
    };
    let mut fields = line.split('\t');
    let mut field = || fields.next();
    let (domain, subdomains, path, secure, expires) = (field()?, field()?, field()?, field()?, field()?);
    let (name, value) = (field()?, field().unwrap_or_default());
    let truth = |text: &str| match text.to_ascii_uppercase().as_str() {
        "TRUE" => Some(true),
        "FALSE" => Some(false),
        _ => None,
    };
    // What would break out of the header.
    let sound = |text: &str| text.chars().all(|c| matches!(c, ' '..='~') && c != ';');
    if !path.starts_with('/') || !sound(name) || !sound(value) || name.contains('=') {
        return None;
    }
    let bare = domain.trim().trim_start_matches('.').to_ascii_lowercase();
    let subdomains = truth(subdomains)? || domain.starts_with('.');
    (!bare.is_empty()).then_some(Cookie {
        domain: bare,
        subdomains,
        path: path.to_owned(),
        secure: truth(secure)?,
        // Some exporters write fractions; some write nothing for a session.
        expires: if expires.trim().is_empty() { 0 } else { expires.trim().parse::<f64>().ok()? as i64 },
        name: name.to_owned(),
        value: value.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_700_000_000;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn sent(owner: &str, file: &str, to: &str) -> Option<String> {
        let credentials =
            Credentials { cookies: parse(file).unwrap(), ..Credentials::for_host_of(&url(owner)) };
        credentials.headers_for(&url(to), NOW).pop().map(|(_, value)| value)
    }

    #[test]
    fn cookies_go_by_domain_path_safety_and_expiry() {
        let file = "# Netscape HTTP Cookie File\n\
                    .example.org\tTRUE\t/\tFALSE\t0\tall\t1\n\
                    www.example.org\tFALSE\t/forum\tFALSE\t1800000000\tdeep\t2\r\n\
                    #HttpOnly_www.example.org\tFALSE\t/\tTRUE\t0\tsafe\t3\n\
                    www.example.org\tFALSE\t/\tFALSE\t1600000000\told\t4\n\
                    example.org\tFALSE\t/\tFALSE\t0\tbare\t5\n\
                    other.example\tTRUE\t/\tFALSE\t0\tother\t6\n\
                    org\tTRUE\t/\tFALSE\t0\ttop\t7\n\
                    not a cookie\n";
        let www = "https://www.example.org/";
        let at = |to| sent(www, file, to);
        assert_eq!(at("https://www.example.org/forum/t/1").unwrap(), "deep=2; all=1; safe=3");
        assert_eq!(at("https://www.example.org/forums").unwrap(), "all=1; safe=3");
        assert_eq!(at("http://www.example.org/"), None, "not back to an open connection");
        assert_eq!(at("https://example.org/"), None, "another host");
        assert_eq!(at("https://other.example/"), None, "another host that has cookies of its own");
        assert_eq!(at("https://www.example.org:8443/"), None, "another port");
        let open = |to| sent("http://www.example.org/", file, to);
        assert_eq!(open("http://www.example.org/").unwrap(), "all=1");
        assert_eq!(open("https://www.example.org/").unwrap(), "all=1; safe=3");
        assert_eq!(sent("http://evilexample.org/", file, "http://evilexample.org/"), None);
    }

    #[test]
    fn what_is_no_cookie_file_is_said_to_be_none() {
        for text in ["", "{\"cookies\": []}", "# only\n# comments\n", "a\tb\tc\td\te\tf\tg\n"] {
            assert!(parse(text).is_err_and(|reason| reason.contains("Netscape")), "{text}");
        }
    }

    #[test]
    fn a_cookie_cannot_add_a_header_or_another_cookie() {
        let file = "a.example\tFALSE\t/\tFALSE\t0\tx\t1; admin=1\n\
                    a.example\tFALSE\t/\tFALSE\t0\ty\t1\u{1}2\n\
                    a.example\tFALSE\t/\tFALSE\t0\tz\t3\n";
        assert_eq!(sent("http://a.example/", file, "http://a.example/").unwrap(), "z=3");
    }

    #[test]
    fn headers_that_are_not_the_users_to_set_are_refused() {
        for text in [
            "Host: example.org",
            "connection: close",
            "Transfer-Encoding: chunked",
            "TE: trailers",
            "User-Agent: Mozilla/5.0",
            "Content-Length: 5",
            "no colon",
            ": empty",
            "bad name: x",
            "X: a\r\nY: b",
        ] {
            assert!(Header::parse(text).is_err(), "{text}");
        }
        let header = Header::parse("Authorization:  Bearer a:b ").unwrap();
        assert_eq!((header.name.as_str(), header.value.as_str()), ("authorization", "Bearer a:b"));
        assert!(!format!("{header:?}").contains("Bearer"));
    }

    #[test]
    fn headers_go_to_the_owner_only() {
        let header = Header::parse("Authorization: secret").unwrap();
        let credentials = Credentials::for_host_of(&url("https://a.example/t/1")).with_header(header);
        assert_eq!(credentials.headers_for(&url("https://a.example/t/2"), NOW).len(), 1);
        for other in ["https://b.example/", "http://a.example/", "https://sub.a.example/"] {
            assert!(credentials.headers_for(&url(other), NOW).is_empty(), "{other}");
        }
    }
}
