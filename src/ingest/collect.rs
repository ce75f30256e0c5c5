//! The one loop that pages: reads what is there, asks for what is missing, and stops.
//!
//! Parsed pages are dropped as soon as they are read, so memory grows with posts and not with markup.

use super::gather::Gather;
use super::walls;
use super::{Document, PLATFORMS, Platform, Recognition};
use crate::error::{Error, Result};
use crate::fetch::{Fetcher, Page, Request};
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

/// Failures in a row after which nothing more is asked: the server or the connection has gone.
const PATIENCE: usize = 3;

/// Reads these pages as one thread and follows it as far as `fetcher` and `limits` allow.
///
/// Without a fetcher nothing is followed; what would have been becomes a notice.
pub fn collect(
    pages: Vec<Page>,
    wanted_thread: Option<&str>,
    fetcher: Option<&dyn Fetcher>,
    limits: &Limits,
    watch: &mut dyn FnMut(Event<'_>),
) -> Result<Thread> {
    let wanted = wanted_thread.map(str::to_owned);
    let mut pages = pages;
    let platform = choose(&mut pages, &wanted)?;
    let mut gather = Gather::new(platform.name(), limits.posts);
    gather.already_here(&pages);
    let mut trouble = None;
    for page in pages {
        let document = Document::new(page, wanted.clone());
        if let Err(error) = read_given(platform, &document, &mut gather) {
            gather.left_out(&document.page.name, &error);
            trouble = trouble.or(Some(error));
        }
        watch(gather.event(&document.page.name));
    }
    if gather.posts() == 0 && !gather.has_requests() {
        return Err(trouble.unwrap_or_else(|| Error::Unrecognised {
            what: "the source".to_owned(),
            reason: "it holds no page".to_owned(),
        }));
    }
    follow(platform, &wanted, fetcher, limits, &mut gather, watch);
    if gather.posts() == 0 {
        return Err(trouble.unwrap_or_else(|| Error::Unrecognised {
            what: "the source".to_owned(),
            reason: format!("its {} pages hold no post", platform.name()),
        }));
    }
    Thread::assemble(gather.finish())
}

/// The platform that is surest of one of the pages.
fn choose(pages: &mut [Page], wanted: &Option<String>) -> Result<&'static dyn Platform> {
    let mut best: Option<(Recognition, &'static dyn Platform)> = None;
    let mut wall = None;
    for page in pages.iter_mut() {
        let document = Document::new(std::mem::take(page), wanted.clone());
        let (sure, platform) = surest(&document);
        if sure == Recognition::No {
            wall = wall.or_else(|| Some(no_posts(&document)));
        } else if best.is_none_or(|(before, _)| sure > before) {
            best = platform.map(|platform| (sure, platform));
        }
        *page = document.page;
    }
    match (best, wall) {
        (Some((_, platform)), _) => Ok(platform),
        (None, Some(error)) => Err(error),
        (None, None) => {
            Err(Error::Unrecognised { what: "the source".to_owned(), reason: "it holds no page".to_owned() })
        }
    }
}

/// The surest platform; the earlier one of the table among equals.
fn surest(document: &Document) -> (Recognition, Option<&'static dyn Platform>) {
    let mut best = (Recognition::No, None);
    for &platform in PLATFORMS {
        let sure = platform.recognise(document);
        if sure > best.0 {
            best = (sure, Some(platform));
        }
    }
    best
}

/// Reads a page that the user gave.
fn read_given(platform: &dyn Platform, document: &Document, gather: &mut Gather) -> Result<()> {
    if platform.recognise(document) == Recognition::No {
        return Err(match surest(document) {
            (_, Some(other)) => Error::Unrecognised {
                what: document.page.name.clone(),
                reason: format!("it is {}, but the thread is {}", other.name(), platform.name()),
            },
            (_, None) => no_posts(document),
        });
    }
    let reading = match platform.read(document) {
        Ok(reading) => reading,
        Err(error) => return Err(walled(document).unwrap_or(error)),
    };
    if reading.drafts.is_empty() && reading.next.is_empty() {
        return Err(walled(document).unwrap_or_else(|| Error::Unrecognised {
            what: document.page.name.clone(),
            reason: format!("it looks like {}, but there is no post in it", platform.name()),
        }));
    }
    gather.add(reading, &document.page)
}

/// Asks for what the pages pointed to, in order, until there is nothing new or a limit is reached.
fn follow(
    platform: &dyn Platform,
    wanted: &Option<String>,
    fetcher: Option<&dyn Fetcher>,
    limits: &Limits,
    gather: &mut Gather,
    watch: &mut dyn FnMut(Event<'_>),
) {
    let Some(fetcher) = fetcher else {
        gather.nothing_followed();
        return;
    };
    let mut failures = 0;
    while failures < PATIENCE {
        let full = gather.pages() >= limits.pages || gather.posts() >= limits.posts;
        if full {
            gather.capped(limits);
            return;
        }
        let Some(request) = gather.next_request() else { return };
        match ask(platform, wanted, fetcher, &request, gather) {
            Ok(name) => {
                failures = 0;
                watch(gather.event(&name));
            }
            Err(Error::NotSaved { .. }) => gather.not_saved(),
            Err(error) => {
                failures += 1;
                gather.not_followed(&error);
            }
        }
    }
    gather.gave_up(PATIENCE);
}

/// Fetches and reads one further page; returns its name.
fn ask(
    platform: &dyn Platform,
    wanted: &Option<String>,
    fetcher: &dyn Fetcher,
    request: &Request,
    gather: &mut Gather,
) -> Result<String> {
    let document = Document::new(fetcher.fetch(request)?, wanted.clone());
    if platform.recognise(&document) == Recognition::No {
        return Err(no_posts(&document));
    }
    let reading = platform.read(&document)?;
    if reading.drafts.is_empty()
        && let Some(error) = walled(&document)
    {
        return Err(error);
    }
    gather.add(reading, &document.page)?;
    Ok(document.page.name)
}

/// The wall that a page without posts is.
fn walled(document: &Document) -> Option<Error> {
    walls::diagnose(document).map(|found| Error::Wall {
        what: document.page.name.clone(),
        wall: found.wall.to_owned(),
        advice: found.advice.to_owned(),
    })
}

/// Why there is no thread in a document that no platform recognises.
fn no_posts(document: &Document) -> Error {
    let what = document.page.name.clone();
    if document.start().is_empty() {
        return Error::Unrecognised { what, reason: "it is empty".to_owned() };
    }
    if document.is_markup()
        && let Err(error) = document.html()
    {
        return error;
    }
    walled(document).unwrap_or_else(|| {
        let known: Vec<&str> = PLATFORMS.iter().map(|platform| platform.name()).collect();
        let known = known.join(", ");
        Error::Unrecognised { what, reason: format!("looked for the marks of {known} and found none") }
    })
}
