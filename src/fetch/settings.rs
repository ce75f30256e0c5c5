//! The limits and switches of fetching, and what a waiting person may be told.

use std::time::Duration;

use super::{Credentials, Keep, Proxies};
use crate::thread::Time;

/// How far to go and how polite to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Whether private and loopback addresses may be asked (`--allow-private`). Link-local addresses, where
    /// clouds keep their credentials, stay refused.
    pub allow_private: bool,
    /// Whether robots.txt is left unread (`--ignore-robots`).
    pub ignore_robots: bool,
    /// Redirects to follow for one page (`--max-redirects`).
    pub max_redirects: usize,
    /// Bytes of one answer, or of one source on this machine, after decompression (`--max-bytes`).
    pub max_bytes: u64,
    /// Time for one request, from asking to the last byte (`--timeout`).
    pub timeout: Duration,
    /// Time for everything, waits counted in, from the first request on (`--max-time`).
    pub max_time: Duration,
    /// Time between two requests to one host (`--wait`); repeated requests back off by multiples of it.
    pub wait: Duration,
    /// Cookies and headers for the thread's own host (`--cookies`, `--header`).
    pub credentials: Credentials,
    /// Proxies to ask through; none unless the caller looks for them.
    pub proxies: Proxies,
    /// Where answers are kept between runs; `None` for nowhere (`--no-cache`).
    pub keep: Option<Keep>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            allow_private: false,
            ignore_robots: false,
            max_redirects: 10,
            max_bytes: 64 << 20,
            timeout: Duration::from_secs(30),
            max_time: Duration::from_secs(600),
            wait: Duration::from_secs(1),
            credentials: Credentials::default(),
            proxies: Proxies::default(),
            keep: None,
        }
    }
}

/// Something that the web fetcher does and that a waiting person may be told.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Happening {
    /// A pause begins.
    Waiting(Waiting),
    /// A host is being asked.
    Asking {
        /// The host.
        host: String,
    },
    /// A reading that broke off is continued with the pages fetched since then.
    Continued {
        /// When it had begun.
        since: Time,
    },
}

/// A pause that is about to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The host that is being spared.
    pub host: String,
    /// How long the pause is.
    pub pause: Duration,
    /// Whose wish it is.
    pub why: Why,
}

/// Why there is a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The house rule: so much time between two requests to one host.
    Rate,
    /// The site's robots.txt asks for more time between requests.
    CrawlDelay,
    /// The server said when to come back.
    RetryAfter,
    /// The server is overloaded and did not say when to come back.
    BackOff,
}

impl Why {
    /// The reason in a few words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Rate => "one polite rate for each host",
            Self::CrawlDelay => "Crawl-delay in its robots.txt",
            Self::RetryAfter => "Retry-After",
            Self::BackOff => "the server is overloaded",
        }
    }
}
