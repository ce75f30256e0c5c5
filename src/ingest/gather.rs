//! What has been read of a thread so far, and what is still to be asked for.

use std::collections::{HashMap, HashSet, VecDeque};

use url::Url;

use super::Reading;
use super::collect::{Event, Limits};
use crate::error::{Error, Result};
use crate::fetch::{Page, Request};
use crate::thread::{Draft, Gathered, Notice, NoticeKind, Parent, State, Time};

/// A thread in the making.
pub(super) struct Gather {
    platform: &'static str,
    most_posts: usize,
    title: Option<String>,
    /// What the thread is asked for by, where the source mixes several.
    thread: Option<String>,
    url: Option<Url>,
    /// The place of the page whose address that is.
    url_place: Option<u64>,
    first_address: Option<Url>,
    fetched_at: Option<Time>,
    declared: Option<u32>,
    drafts: Vec<Draft>,
    /// Where each page stands in the thread, and how many drafts there were before it.
    places: Vec<(Option<u64>, usize)>,
    notices: Vec<Notice>,
    /// Keys of the posts read, and whether more than a stub of them was.
    keys: HashMap<String, bool>,
    posts: usize,
    pages: usize,
    /// The key of the opening post, once a page held it.
    opening: Option<String>,
    cut_short: bool,
    queue: VecDeque<Request>,
    /// Addresses that are never asked for (again).
    asked: HashSet<String>,
    not_saved: usize,
    unfollowed: Vec<String>,
}

impl Gather {
    pub(super) fn new(platform: &'static str, most_posts: usize) -> Self {
        Self {
            platform,
            most_posts,
            title: None,
            thread: None,
            url: None,
            url_place: None,
            first_address: None,
            fetched_at: None,
            declared: None,
            drafts: Vec::new(),
            places: Vec::new(),
            notices: Vec::new(),
            keys: HashMap::new(),
            posts: 0,
            pages: 0,
            opening: None,
            cut_short: false,
            queue: VecDeque::new(),
            asked: HashSet::new(),
            not_saved: 0,
            unfollowed: Vec::new(),
        }
    }

    /// Posts read so far, stubs not counted.
    pub(super) fn posts(&self) -> usize {
        self.posts
    }

    /// Pages read so far.
    pub(super) fn pages(&self) -> usize {
        self.pages
    }

    /// What the thread is asked for by, where the source mixes several.
    pub(super) fn thread(&self) -> Option<&str> {
        self.thread.as_deref()
    }

    pub(super) fn has_requests(&self) -> bool {
        !self.queue.is_empty()
    }

    /// What to tell a waiting person after the page of this name.
    pub(super) fn event<'a>(&self, name: &'a str) -> Event<'a> {
        Event::Page { name, pages: self.pages, posts: self.posts, declared: self.declared }
    }

    /// Notes the addresses of these pages, so that none of them is asked for.
    pub(super) fn already_here<'a>(&mut self, pages: impl Iterator<Item = &'a Page>) {
        self.asked.extend(pages.filter_map(|page| page.url.as_ref()).map(address));
    }

    /// Notes that the page of this address was read, so that it is neither asked for nor missed.
    fn is_here(&mut self, url: &Url) {
        let here = address(url);
        self.queue.retain(|request| address(&request.url) != here);
        self.asked.insert(here);
    }

    /// The next request, in the order of the thread.
    pub(super) fn next_request(&mut self) -> Option<Request> {
        self.queue.pop_front()
    }

    /// Takes in what a page held. Fails when the page belongs to another thread.
    pub(super) fn add(&mut self, reading: Reading, page: &Page) -> Result<()> {
        let is_opening = |draft: &&Draft| draft.parent == Parent::Opening && draft.state != State::Missing;
        if let Some(opening) = reading.drafts.iter().find(is_opening) {
            // The page that opens the thread has the thread's address; a later one has its own.
            // One that shows the opening post again does not stand before it.
            let is_earlier = self.opening.is_none() || reading.place < self.url_place;
            if is_earlier && reading.url.is_some() {
                self.url = reading.url.clone();
                self.url_place = reading.place;
            }
            match &self.opening {
                Some(known) if *known != opening.key => {
                    return Err(Error::Unrecognised {
                        what: page.name.clone(),
                        reason: format!("it is of another thread ({} instead of {known})", opening.key),
                    });
                }
                _ => self.opening = Some(opening.key.clone()),
            }
        }
        self.pages += 1;
        match (&page.url, &reading.url) {
            (Some(url), _) => drop(self.asked.insert(address(url))),
            // A saved page is known by the address that it names as its own.
            (None, Some(url)) if reading.next.iter().all(|request| request.url != *url) => self.is_here(url),
            (None, _) => {}
        }
        self.title = self.title.take().or(reading.title);
        self.thread = self.thread.take().or(reading.thread);
        self.url = self.url.take().or(reading.url);
        self.first_address = self.first_address.take().or_else(|| page.url.clone());
        self.fetched_at = self.fetched_at.or(page.fetched_at);
        self.declared = self.declared.max(reading.declared);
        self.notices.extend(reading.notices);
        if page.lossy {
            let words = format!("some characters of {} could not be decoded and show as \u{FFFD}", page.name);
            self.notices.push(Notice::new(NoticeKind::Encoding, words));
        }
        self.places.push((reading.place, self.drafts.len()));
        if self.take(reading.drafts) || self.pages == 1 {
            self.enqueue(reading.next);
        }
        Ok(())
    }

    /// Keeps the posts up to the limit; says whether one of them is new.
    fn take(&mut self, drafts: Vec<Draft>) -> bool {
        let before = self.posts;
        self.drafts.reserve(drafts.len());
        for draft in drafts {
            let present = draft.state != State::Missing;
            let known = self.keys.get(&draft.key).copied();
            if present && known != Some(true) {
                if self.posts >= self.most_posts {
                    self.cut_short = true;
                    continue;
                }
                self.posts += 1;
            }
            if known.is_none() || (present && known == Some(false)) {
                self.keys.insert(draft.key.clone(), present);
            }
            self.drafts.push(draft);
        }
        self.posts > before
    }

    /// Puts requests before those that wait, so that posts come in the order of the thread.
    fn enqueue(&mut self, requests: Vec<Request>) {
        for request in requests.into_iter().rev() {
            if self.asked.insert(address(&request.url)) {
                self.queue.push_front(request);
            }
        }
    }

    /// Notes a page that the user gave and that could not be used.
    pub(super) fn left_out(&mut self, name: &str, error: &Error) {
        let words = format!("{name} was left out: {error}");
        self.notices.push(Notice::new(NoticeKind::Unreadable, words));
    }

    /// Notes that a further page could not be fetched or read.
    pub(super) fn not_followed(&mut self, error: &Error) {
        self.unfollowed.push(error.to_string());
    }

    /// Notes that a further page is not among the saved ones.
    pub(super) fn not_saved(&mut self) {
        self.not_saved += 1;
    }

    /// Notes that nothing was asked for at all.
    pub(super) fn nothing_followed(&mut self) {
        self.not_saved += self.queue.len();
    }

    /// Notes that too much failed to go on.
    pub(super) fn gave_up(&mut self, failures: usize) {
        let left = self.queue.len();
        if left > 0 {
            let words = format!("after {failures} failures in a row, {} not asked for", pages(left));
            self.notices.push(Notice::new(NoticeKind::NotFollowed, words));
        }
    }

    /// Notes that a limit stopped the reading, if there was more to read.
    pub(super) fn capped(&mut self, limits: &Limits) {
        let left = self.queue.len();
        if left == 0 {
            return;
        }
        let limit = if self.pages >= limits.pages {
            format!("{} pages", limits.pages)
        } else {
            format!("{} posts", limits.posts)
        };
        let words = format!("the limit of {limit} was reached; at least {} not read", pages(left));
        self.notices.push(Notice::new(NoticeKind::Capped, words));
    }

    /// Why nothing was read, as far as the requests tell.
    pub(super) fn reason(&self) -> Option<&str> {
        self.unfollowed.first().map(String::as_str)
    }

    /// Everything that was read, ready to become a thread.
    pub(super) fn finish(mut self) -> Gathered {
        self.put_pages_in_order();
        self.settle_opening();
        self.note_gaps();
        Gathered {
            title: self.title.unwrap_or_default(),
            url: self.url.or(self.first_address),
            platform: self.platform,
            fetched_at: self.fetched_at,
            declared: self.declared,
            drafts: self.drafts,
            notices: self.notices,
        }
    }

    /// Pages that know their place stand in its order, in whatever order they were given.
    fn put_pages_in_order(&mut self) {
        let known: Option<Vec<u64>> = self.places.iter().map(|(place, _)| *place).collect();
        let Some(places) = known.filter(|places| !places.is_sorted()) else { return };
        let mut pages: Vec<(u64, Vec<Draft>)> = Vec::with_capacity(places.len());
        for (place, (_, start)) in places.into_iter().zip(&self.places).rev() {
            pages.push((place, self.drafts.split_off((*start).min(self.drafts.len()))));
        }
        pages.reverse();
        pages.sort_by_key(|(place, _)| *place);
        self.drafts.extend(pages.into_iter().flat_map(|(_, drafts)| drafts));
    }

    /// One opening: a page that does not show it stands a stub in, which yields to the real one.
    fn settle_opening(&mut self) {
        let first = || {
            self.drafts.iter().find(|draft| draft.parent == Parent::Opening).map(|draft| draft.key.clone())
        };
        let Some(kept) = self.opening.clone().or_else(first) else { return };
        let is_other = |draft: &Draft| draft.parent == Parent::Opening && draft.key != kept;
        let others: HashSet<String> =
            self.drafts.iter().filter(|draft| is_other(draft)).map(|draft| draft.key.clone()).collect();
        if others.is_empty() {
            return;
        }
        self.drafts.retain(|draft| !is_other(draft));
        for draft in &mut self.drafts {
            if matches!(&draft.parent, Parent::Post(key) if others.contains(key)) {
                draft.parent = Parent::Root;
            }
        }
    }

    fn note_gaps(&mut self) {
        // A missing opening is noticed for itself.
        let here = self.posts + usize::from(self.opening.is_none());
        let complete = self.declared.is_some_and(|declared| here >= declared as usize);
        if self.cut_short {
            let words = format!("only the first {} posts were read, which is the limit", self.most_posts);
            self.notices.push(Notice::new(NoticeKind::Capped, words));
        }
        // Saved pages of one thread often point at each other by addresses that nobody recorded.
        if self.not_saved > 0 && !complete {
            let words = format!(
                "{} not read, because a saved source makes no request; add --follow to fetch what is missing",
                pages(self.not_saved)
            );
            self.notices.push(Notice::new(NoticeKind::NotFollowed, words));
        }
        if let Some(reason) = self.unfollowed.first() {
            let words = match self.unfollowed.len() {
                1 => format!("a further page is missing: {reason}"),
                n => format!("{n} further pages are missing; the first: {reason}"),
            };
            self.notices.push(Notice::new(NoticeKind::NotFollowed, words));
        }
        if let Some(declared) = self.declared.filter(|_| !complete) {
            self.notices.push(Notice::new(NoticeKind::Truncated, self.truncated_words(declared)));
        }
    }

    fn truncated_words(&self, declared: u32) -> String {
        let declared = declared.saturating_sub(1);
        let read = self.posts - usize::from(self.opening.is_some()).min(self.posts);
        let elsewhere = self.not_saved > 0 || !self.unfollowed.is_empty() || !self.queue.is_empty();
        let rest = if elsewhere {
            "the others are on pages that were not read, or deleted"
        } else {
            "the others are deleted, hidden, or on pages that this one does not link"
        };
        format!("the page declares {declared} comments, {read} were read; {rest}")
    }
}

/// An address without its fragment, which servers never see.
fn address(url: &Url) -> String {
    let mut text = url.to_string();
    if let Some(at) = text.find('#') {
        text.truncate(at);
    }
    text
}

fn pages(count: usize) -> String {
    match count {
        1 => "1 further page was".to_owned(),
        n => format!("{n} further pages were"),
    }
}
