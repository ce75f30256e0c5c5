//! The one loop that pages: reads what is there, asks for what is missing, and stops.

use super::Document;
use crate::error::{Error, Result};
use crate::fetch::{Fetcher, Page};
use crate::thread::Thread;

/// How far to follow a thread.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Pages at most, the first one counted in.
    pub pages: usize,
    /// Posts at most.
    pub posts: usize,
}

/// Something worth telling a waiting person.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// A page was read.
    Page {
        /// Its name.
        name: &'a str,
        /// Pages read so far.
        pages: usize,
        /// Posts read so far.
        posts: usize,
        /// Posts declared, when known.
        declared: Option<u32>,
    },
}

/// Reads these pages as one thread and follows it as far as `fetcher` and `limits` allow.
///
/// Without a fetcher nothing is followed; what would have been becomes a notice.
pub fn collect(
    pages: Vec<Page>,
    wanted_thread: Option<&str>,
    _fetcher: Option<&dyn Fetcher>,
    _limits: &Limits,
    _watch: &mut dyn FnMut(Event<'_>),
) -> Result<Thread> {
    let documents: Vec<Document> =
        pages.into_iter().map(|page| Document::new(page, wanted_thread.map(str::to_owned))).collect();
    let what = documents.first().map_or_else(String::new, |document| document.page.name.clone());
    Err(Error::Unrecognised { what, reason: "no platform is known yet".to_owned() })
}
