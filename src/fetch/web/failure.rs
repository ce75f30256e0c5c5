//! Why a request got no reply, in words for people.

use std::error::Error as StdError;
use std::io;

use url::Url;

use crate::error::Error;

/// A request without a reply.
#[derive(Debug)]
pub(super) struct Failure {
    kind: Kind,
    pub(super) reason: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The host's address is one that must not be asked.
    Refused,
    /// No connection was made at all.
    Unreachable,
    /// There was a connection and it broke.
    Broken,
    TimedOut,
    TooLarge(u64),
    /// The server answered something that is no page.
    Unusable,
}

/// The error of a name that resolves to addresses that must not be asked.
#[derive(Debug)]
pub(super) struct Forbidden(pub(super) String);

impl std::fmt::Display for Forbidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Forbidden {}

impl Failure {
    pub(super) fn timed_out(reason: String) -> Self {
        Self { kind: Kind::TimedOut, reason, source: None }
    }

    pub(super) fn refused(reason: String) -> Self {
        Self { kind: Kind::Refused, reason, source: None }
    }

    /// The same, saying through which proxy it was asked when that may be the reason.
    pub(super) fn through(mut self, proxy: Option<String>) -> Self {
        if let (Some(proxy), Kind::Unreachable | Kind::TimedOut) = (proxy, self.kind) {
            self.reason = format!("{} (asked through the proxy {proxy})", self.reason);
        }
        self
    }

    pub(super) fn too_large(limit: u64) -> Self {
        let reason = format!("it is larger than {limit} bytes");
        Self { kind: Kind::TooLarge(limit), reason, source: None }
    }

    pub(super) fn unusable(reason: String) -> Self {
        Self { kind: Kind::Unusable, reason, source: None }
    }

    /// What the transport's error means.
    pub(super) fn of(error: reqwest::Error) -> Self {
        // The address is said already, and it may be that of a robots.txt.
        let error = error.without_url();
        if let Some(Forbidden(reason)) = cause::<Forbidden>(&error) {
            return Self { kind: Kind::Refused, reason: reason.clone(), source: None };
        }
        let (kind, reason) = if let Some(tls) = cause::<rustls::Error>(&error) {
            (Kind::Unreachable, format!("no secure connection could be made ({tls})"))
        } else if error.is_connect() {
            let refused = cause::<io::Error>(&error).map(io::Error::kind);
            let words = match refused {
                Some(io::ErrorKind::ConnectionRefused) => "nothing answers at this host and port",
                Some(io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof) => {
                    "the server closed the connection at once"
                }
                _ if error.is_dns() => {
                    "the host's name cannot be resolved; check its spelling and the network"
                }
                _ => "no connection to the host could be made",
            };
            (Kind::Unreachable, words.to_owned())
        } else if error.is_decode() {
            (Kind::Broken, "the answer is damaged or broke off while it was decompressed".to_owned())
        } else if format!("{error:?}").contains("Parse(") {
            (Kind::Unusable, "what answers there does not speak HTTP".to_owned())
        } else {
            (Kind::Broken, "the connection broke off before the answer was complete".to_owned())
        };
        Self { kind, reason, source: Some(Box::new(error)) }
    }

    /// Whether asking once more may help.
    pub(super) fn is_broken_connection(&self) -> bool {
        self.kind == Kind::Broken
    }

    /// Whether every other address of the host would fail in the same way.
    pub(super) fn concerns_the_host(&self) -> bool {
        matches!(self.kind, Kind::Refused | Kind::Unreachable | Kind::TimedOut)
    }

    pub(super) fn into_error(self, url: &Url) -> Error {
        let url = url.to_string();
        match self.kind {
            Kind::Refused => Error::Refused { url, reason: self.reason },
            Kind::TooLarge(limit) => Error::TooLarge { what: url, limit, flag: "--max-bytes" },
            Kind::Unreachable | Kind::Broken | Kind::TimedOut | Kind::Unusable => {
                Error::Fetch { url, reason: self.reason, source: self.source }
            }
        }
    }
}

/// The first error of this type in the chain. Errors inside an `io::Error` are looked at too: its own
/// `source` passes them over.
fn cause<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}
