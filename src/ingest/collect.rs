//! The one loop that pages: reads what is there, asks for what is missing, and stops.
//!
//! Parsed pages are dropped as soon as they are read, so memory grows with posts and not with markup.

use super::gather::Gather;
use super::{Document, PLATFORMS, Platform, Reading, Recognition};
use super::{several, walls};
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
    collect_with(PLATFORMS, pages, wanted_thread, fetcher, limits, watch)
}

/// The same with these readers and no others.
pub fn collect_with(
    readers: &[&'static dyn Platform],
    pages: Vec<Page>,
    wanted_thread: Option<&str>,
    fetcher: Option<&dyn Fetcher>,
    limits: &Limits,
    watch: &mut dyn FnMut(Event<'_>),
) -> Result<Thread> {
    let mut wanted = wanted_thread.map(str::to_owned);
    let (platform, documents) = choose(readers, pages, &wanted)?;
    let mut gather = Gather::new(platform.name(), limits.posts);
    gather.already_here(documents.iter().map(|document| &document.page));
    let mut trouble = None;
    let is_alone = documents.len() == 1;
    for mut document in documents {
        document.wanted_thread.clone_from(&wanted);
        // The only page is what the platform was chosen by.
        let belongs = is_alone || platform.recognise(&document) != Recognition::No;
        if let Err(error) = read_given(readers, platform, &document, belongs, &mut gather) {
            gather.left_out(&document.page.name, &error);
            trouble = trouble.or(Some(error));
        }
        // Of the pages that follow, only what belongs to the thread that the first one gave.
        wanted = wanted.or_else(|| gather.thread().map(str::to_owned));
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
            reason: match gather.reason() {
                Some(reason) => {
                    format!("its first page holds no post, and what it points to fails: {reason}")
                }
                None => format!("its {} pages hold no post", platform.name()),
            },
        }));
    }
    Thread::assemble(gather.finish())
}

/// The platform that is surest of one of the pages, and the pages.
///
/// A page that is alone stays parsed, for parsing costs as much as reading; of several each is parsed again
/// when its turn comes, so that there is never more than one tree.
fn choose(
    readers: &[&'static dyn Platform],
    pages: Vec<Page>,
    wanted: &Option<String>,
) -> Result<(&'static dyn Platform, Vec<Document>)> {
    let is_alone = pages.len() == 1;
    let mut documents = Vec::with_capacity(pages.len());
    let mut best: Option<(Recognition, &'static dyn Platform)> = None;
    let mut wall = None;
    for page in pages {
        let document = Document::new(page, wanted.clone());
        let (sure, platform) = surest(readers, &document);
        if sure == Recognition::No {
            wall = wall.or_else(|| Some(no_posts(&document)));
        } else if best.is_none_or(|(before, _)| sure > before) {
            best = platform.map(|platform| (sure, platform));
        }
        documents.push(if is_alone { document } else { document.unread() });
    }
    match (best, wall) {
        (Some((_, platform)), _) => Ok((platform, documents)),
        (None, Some(error)) => Err(error),
        (None, None) => {
            Err(Error::Unrecognised { what: "the source".to_owned(), reason: "it holds no page".to_owned() })
        }
    }
}

/// The surest platform; the earlier one of the table among equals.
fn surest(
    readers: &[&'static dyn Platform],
    document: &Document,
) -> (Recognition, Option<&'static dyn Platform>) {
    let mut best = (Recognition::No, None);
    for &platform in readers {
        if platform.at_most() <= best.0 {
            continue;
        }
        let sure = platform.recognise(document);
        if sure > best.0 {
            best = (sure, Some(platform));
        }
        if sure == Recognition::Certain {
            break;
        }
    }
    best
}

/// Reads a page that the user gave and that may belong to another platform.
fn read_given(
    readers: &[&'static dyn Platform],
    platform: &dyn Platform,
    document: &Document,
    belongs: bool,
    gather: &mut Gather,
) -> Result<()> {
    if !belongs {
        return Err(match surest(readers, document) {
            (_, Some(other)) => Error::Unrecognised {
                what: document.page.name.clone(),
                reason: format!("it is {}, but the thread is {}", other.name(), platform.name()),
            },
            (_, None) => no_posts(document),
        });
    }
    let reading = match read_one(platform, document) {
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

/// Reads a page; of several threads that it opens, one.
fn read_one(platform: &dyn Platform, document: &Document) -> Result<Reading> {
    let mut reading = platform.read(document)?;
    several::keep_one(&mut reading, document.wanted_thread.as_deref())?;
    Ok(reading)
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
    let page = fetcher.fetch(request).map_err(explain)?;
    let read = read_further(platform, wanted, page, gather);
    if read.is_err() {
        fetcher.forget(request);
    }
    read
}

/// Reads a page that was asked for; returns its name.
fn read_further(
    platform: &dyn Platform,
    wanted: &Option<String>,
    page: Page,
    gather: &mut Gather,
) -> Result<String> {
    let document = Document::new(page, wanted.clone());
    if platform.recognise(&document) == Recognition::No {
        return Err(no_posts(&document));
    }
    let reading = read_one(platform, &document)?;
    if reading.drafts.is_empty()
        && let Some(error) = walled(&document)
    {
        return Err(error);
    }
    gather.add(reading, &document.page)?;
    Ok(document.page.name)
}

/// Names the wall that an error's page is, in place of what its status alone tells.
pub fn explain(error: Error) -> Error {
    let Error::Status { url, status, reason, body } = error else { return error };
    let page = Page { text: body, ..Page::default() };
    let found = (!page.text.trim().is_empty()).then(|| Document::new(page, None));
    let found = found.as_ref().and_then(walls::diagnose);
    let reason = found.map_or(reason, |found| format!("{}; {}", found.wall, found.advice));
    Error::Status { url, status, reason, body: String::new() }
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
        let reason = "it bears the marks of no platform that can be read; `rejoinder platforms` lists those";
        Error::Unrecognised { what, reason: reason.to_owned() }
    })
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::HashMap;

    use url::Url;

    use super::*;
    use crate::thread::{NoticeKind, State};

    /// A site that holds these pages and keeps a list of what was asked for.
    #[derive(Default)]
    struct Site {
        pages: HashMap<String, String>,
        asked: RefCell<Vec<String>>,
    }

    impl Site {
        fn new(pages: &[(&str, &str)]) -> Self {
            let pages = pages.iter().map(|(at, text)| (address(at), (*text).to_owned())).collect();
            Self { pages, asked: RefCell::default() }
        }

        fn page(&self, at: &str) -> Page {
            let url = Url::parse(&address(at)).unwrap();
            let text = self.pages.get(url.as_str()).cloned().unwrap_or_default();
            Page { name: url.to_string(), url: Some(url), text, ..Page::default() }
        }

        fn collect(&self, at: &str, limits: &Limits) -> Result<Thread> {
            collect(vec![self.page(at)], None, Some(self), limits, &mut |_| {})
        }
    }

    impl Fetcher for Site {
        fn fetch(&self, request: &Request) -> Result<Page> {
            self.asked.borrow_mut().push(request.url.to_string());
            match self.pages.get(request.url.as_str()) {
                Some(text) => Ok(Page {
                    name: request.url.to_string(),
                    url: Some(request.url.clone()),
                    text: text.clone(),
                    ..Page::default()
                }),
                None => Err(Error::Status {
                    url: request.url.to_string(),
                    status: 503,
                    reason: "the server is overloaded".to_owned(),
                    body: String::new(),
                }),
            }
        }
    }

    const LIMITS: Limits = Limits { pages: 50, posts: 1_000 };

    fn address(at: &str) -> String {
        format!("https://hacker-news.firebaseio.com/v0/item/{at}.json")
    }

    fn item(id: u32, parent: Option<u32>, kids: &[u32]) -> String {
        let parent = parent.map_or(String::new(), |parent| format!("\"parent\":{parent},"));
        format!(
            "{{\"by\":\"a\",\"id\":{id},{parent}\"kids\":{kids:?},\"time\":1600000000,\"type\":\"comment\"}}"
        )
    }

    fn kinds(thread: &Thread) -> Vec<NoticeKind> {
        thread.notices.iter().map(|notice| notice.kind).collect()
    }

    fn ids(thread: &Thread) -> Vec<&str> {
        thread.posts().iter().map(|post| post.native_id.as_str()).collect()
    }

    #[test]
    fn further_pages_are_followed_in_the_order_of_the_thread() {
        let (a, b, c, d) =
            (item(1, None, &[2, 4]), item(2, Some(1), &[3]), item(3, Some(2), &[]), item(4, Some(1), &[]));
        let site = Site::new(&[("1", &a), ("2", &b), ("3", &c), ("4", &d)]);
        let thread = site.collect("1", &LIMITS).unwrap();
        assert_eq!(ids(&thread), ["1", "2", "3", "4"]);
        assert_eq!(kinds(&thread), []);
    }

    #[test]
    fn an_address_is_asked_for_once_even_when_pages_point_at_each_other() {
        let site = Site::new(&[("1", &item(1, None, &[2, 2, 1])), ("2", &item(2, Some(1), &[1, 2]))]);
        assert_eq!(site.collect("1", &LIMITS).unwrap().read(), 2);
        assert_eq!(*site.asked.borrow(), [address("2")]);
    }

    #[test]
    fn a_page_without_news_is_the_end_of_its_branch() {
        let again = item(1, None, &[9]);
        let site = Site::new(&[("1", &item(1, None, &[2])), ("2", &again), ("9", &item(9, Some(1), &[]))]);
        assert_eq!(site.collect("1", &LIMITS).unwrap().read(), 1);
    }

    #[test]
    fn a_page_that_fails_leaves_the_posts_read_so_far() {
        let site = Site::new(&[("1", &item(1, None, &[2, 3])), ("3", &item(3, Some(1), &[]))]);
        let thread = site.collect("1", &LIMITS).unwrap();
        assert_eq!(ids(&thread), ["1", "3"]);
        assert_eq!(kinds(&thread), [NoticeKind::NotFollowed]);
        assert!(thread.notices[0].text.contains("503"), "{}", thread.notices[0].text);
    }

    #[test]
    fn a_server_that_only_fails_is_left_alone() {
        let site = Site::new(&[("1", &item(1, None, &[2, 3, 4, 5, 6, 7, 8, 9]))]);
        let thread = site.collect("1", &LIMITS).unwrap();
        assert_eq!(site.asked.borrow().len(), PATIENCE);
        assert_eq!(kinds(&thread), [NoticeKind::NotFollowed, NoticeKind::NotFollowed]);
    }

    #[test]
    fn limits_stop_the_reading_and_say_so() {
        let site = Site::new(&[
            ("1", &item(1, None, &[2, 3])),
            ("2", &item(2, Some(1), &[])),
            ("3", &item(3, Some(1), &[])),
        ]);
        for limits in [Limits { pages: 2, posts: 100 }, Limits { pages: 100, posts: 2 }] {
            let thread = site.collect("1", &limits).unwrap();
            assert_eq!((thread.read(), kinds(&thread)), (2, vec![NoticeKind::Capped]));
        }
    }

    #[test]
    fn without_a_fetcher_what_was_not_read_is_counted() {
        let site = Site::new(&[("1", &item(1, None, &[2, 3]))]);
        let thread = collect(vec![site.page("1")], None, None, &LIMITS, &mut |_| {}).unwrap();
        assert_eq!(kinds(&thread), [NoticeKind::NotFollowed]);
        assert!(
            thread.notices[0].text.starts_with("2 further pages were not read"),
            "{}",
            thread.notices[0].text
        );
        assert!(thread.notices[0].text.contains("--follow"));
    }

    #[test]
    fn a_page_of_another_thread_is_left_out() {
        let site = Site::new(&[("1", &item(1, None, &[])), ("7", &item(7, None, &[]))]);
        let pages = vec![site.page("1"), site.page("7")];
        let thread = collect(pages, None, None, &LIMITS, &mut |_| {}).unwrap();
        assert_eq!(ids(&thread), ["1"]);
        assert!(thread.notices[0].text.contains("another thread"), "{}", thread.notices[0].text);
    }

    #[test]
    fn a_page_of_another_platform_is_left_out() {
        let site = Site::new(&[("1", &item(1, None, &[]))]);
        let text = "some words\n\nand more".to_owned();
        let pages = vec![Page { text, name: "notes.txt".to_owned(), ..Page::default() }, site.page("1")];
        let thread = collect(pages, None, None, &LIMITS, &mut |_| {}).unwrap();
        assert_eq!((thread.platform, thread.read()), ("hacker_news", 1));
        assert!(thread.notices[0].text.contains("notes.txt"), "{}", thread.notices[0].text);
    }

    #[test]
    fn an_opening_that_one_page_lacks_is_taken_from_another() {
        let row = "<title>x | Hacker News</title><table><tr class='athing comtr' id='5'><td class=\"default\">\
                   <div class='commtext'>hello</div></td></tr></table>";
        let opening = "<title>y | Hacker News</title><table><tr><td class='title'><a href='item?id=1'>y</a></td></tr>\
                       <tr><td class=\"subtext\"><a href='user?id=a'>a</a> <a href='item?id=1'>1 comment</a></td></tr></table>";
        let page = |text: &str| Page { text: text.to_owned(), name: "p".to_owned(), ..Page::default() };
        let thread = collect(vec![page(row), page(opening)], None, None, &LIMITS, &mut |_| {}).unwrap();
        assert_eq!(ids(&thread), ["1", "5"]);
        assert!(thread.posts().iter().all(|post| post.state == State::Present));
        assert_eq!(kinds(&thread), []);
    }
}
