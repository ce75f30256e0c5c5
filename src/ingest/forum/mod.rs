//! Forum software: one reader, and for each engine a list of where it keeps its things.
//!
//! These engines show a thread as pages of posts without reply links; what tells who answers whom are the
//! quotations, which name the quoted post or at least its author. Skins rename much, so each thing has
//! several selectors, the most exact first. Nothing here is specific to one site.

mod bbpress;
mod fluxbb;
mod invision;
mod linked_data;
pub(super) mod local_time;
mod mybb;
mod page;
mod pager;
mod phpbb;
mod post;
pub(super) mod quotation;
mod selector;
mod smf;
mod something_awful;
mod steam;
mod vanilla;
mod vbulletin;
mod woltlab;
mod xenforo;

use std::sync::OnceLock;

use url::Url;

pub(super) use bbpress::BBPRESS;
pub(super) use fluxbb::FLUXBB;
pub(super) use invision::INVISION;
pub(super) use mybb::MYBB;
pub(super) use phpbb::PHPBB;
pub(super) use smf::SMF;
pub(super) use something_awful::SOMETHING_AWFUL;
pub(super) use steam::STEAM;
pub(super) use vanilla::VANILLA;
pub(super) use vbulletin::{VBULLETIN_3, VBULLETIN_4, VBULLETIN_5};
pub(super) use woltlab::WOLTLAB;
pub(super) use xenforo::{XENFORO, XENFORO_1};

use self::selector::Selector;
use super::{Document, Platform, Reading, Recognition};
use crate::error::Result;
use crate::fetch::Request;

/// How much of a page is searched for an engine's marks: inlined styles can fill half of that.
const SEARCHED: usize = 600_000;

/// Where an engine keeps its things; all but the marks are selectors, see [`selector`].
struct Spec {
    name: &'static str,
    about: &'static str,
    example: &'static str,
    /// Texts of its markup: a page that holds all of one group is this engine's.
    marks: &'static [&'static [&'static str]],
    /// The thread's title.
    title: &'static str,
    /// Parts of the page outside the posts that are not looked at, though they look like posts or pagers.
    aside: &'static str,
    /// A post with all that belongs to it.
    post: &'static str,
    /// The post's own id; the last digits of the value count.
    id: &'static str,
    author: &'static str,
    /// Its place in the thread as the page shows it, `#1` for the opening post.
    number: &'static str,
    /// An exact time in an attribute, else text.
    time: &'static str,
    permalink: &'static str,
    /// The anchor of a post on its page less its id, for posts that link themselves nowhere.
    anchor: &'static str,
    /// Votes for less votes against.
    votes: &'static str,
    /// The post's words.
    body: &'static str,
    /// Parts of the words that are not the author's: signatures, labels, advertisements.
    skip: &'static str,
    /// Code in the words whose element does not say so by its name.
    code: &'static str,
    /// A note that the post was edited, inside or outside its words.
    edited: &'static str,
    /// A quotation, the line that says whose it is (inside or just before), and wrappers that mean nothing.
    quote: &'static str,
    citation: &'static str,
    wrapper: &'static str,
    /// The quoted author and post, found at the quotation itself or in its citation.
    quote_author: &'static str,
    quote_id: &'static str,
    /// The thread that the quotation is from, where the markup says.
    quote_thread: &'static str,
    /// What tells, at the post or in it, that its words were taken away or that the reader hides them.
    deleted: &'static str,
    ignored: &'static str,
    /// The element around the answers to the post before it, where the engine nests.
    nest: &'static str,
    /// The link to the next and to the previous page.
    next: &'static str,
    previous: &'static str,
    /// Around the numbers of the pages.
    pager: &'static str,
    /// Where the number of posts stands, which of the numbers there it is, and whether the opening post is
    /// not among them.
    declared: &'static str,
    declared_first: bool,
    declares_replies: bool,
}

impl Spec {
    /// A spec that finds nothing, to be filled.
    const EMPTY: Spec = Spec {
        name: "",
        about: "",
        example: "",
        marks: &[],
        title: "",
        aside: "",
        post: "",
        id: "",
        author: "",
        number: "",
        time: "",
        permalink: "",
        anchor: "",
        votes: "",
        body: "",
        skip: "",
        code: "",
        edited: "",
        quote: "",
        citation: "",
        wrapper: "",
        quote_author: "",
        quote_id: "",
        quote_thread: "",
        deleted: "",
        ignored: "",
        nest: "",
        next: "",
        previous: "",
        pager: "",
        declared: "",
        declared_first: false,
        declares_replies: false,
    };
}

/// The selectors of a spec, parsed.
struct Selectors {
    title: Selector,
    aside: Selector,
    post: Selector,
    id: Selector,
    author: Selector,
    number: Selector,
    time: Selector,
    permalink: Selector,
    anchor: &'static str,
    votes: Selector,
    body: Selector,
    skip: Selector,
    code: Selector,
    edited: Selector,
    quote: Selector,
    citation: Selector,
    wrapper: Selector,
    quote_author: Selector,
    quote_id: Selector,
    quote_thread: Selector,
    deleted: Selector,
    ignored: Selector,
    nest: Selector,
    next: Selector,
    previous: Selector,
    pager: Selector,
    declared: Selector,
    declared_first: bool,
    declares_replies: bool,
}

impl Selectors {
    fn new(spec: &Spec) -> Self {
        Self {
            title: Selector::new(spec.title),
            aside: Selector::new(spec.aside),
            post: Selector::new(spec.post),
            id: Selector::new(spec.id),
            author: Selector::new(spec.author),
            number: Selector::new(spec.number),
            time: Selector::new(spec.time),
            permalink: Selector::new(spec.permalink),
            anchor: spec.anchor,
            votes: Selector::new(spec.votes),
            body: Selector::new(spec.body),
            skip: Selector::new(spec.skip),
            code: Selector::new(spec.code),
            edited: Selector::new(spec.edited),
            quote: Selector::new(spec.quote),
            citation: Selector::new(spec.citation),
            wrapper: Selector::new(spec.wrapper),
            quote_author: Selector::new(spec.quote_author),
            quote_id: Selector::new(spec.quote_id),
            quote_thread: Selector::new(spec.quote_thread),
            deleted: Selector::new(spec.deleted),
            ignored: Selector::new(spec.ignored),
            nest: Selector::new(spec.nest),
            next: Selector::new(spec.next),
            previous: Selector::new(spec.previous),
            pager: Selector::new(spec.pager),
            declared: Selector::new(spec.declared),
            declared_first: spec.declared_first,
            declares_replies: spec.declares_replies,
        }
    }
}

/// An engine: its spec, and the selectors once they were needed.
pub(super) struct Forum {
    spec: Spec,
    selectors: OnceLock<Selectors>,
}

impl Forum {
    const fn new(spec: Spec) -> Self {
        Self { spec, selectors: OnceLock::new() }
    }

    fn selectors(&self) -> &Selectors {
        self.selectors.get_or_init(|| Selectors::new(&self.spec))
    }
}

impl Platform for Forum {
    fn name(&self) -> &'static str {
        self.spec.name
    }

    fn about(&self) -> &'static str {
        self.spec.about
    }

    fn example(&self) -> &'static str {
        self.spec.example
    }

    fn request(&self, _: &Url) -> Option<Request> {
        None
    }

    fn recognise(&self, document: &Document) -> Recognition {
        if !document.is_markup() {
            return Recognition::No;
        }
        let bytes = document.page.text.as_bytes();
        let start = bytes.get(..SEARCHED).unwrap_or(bytes);
        let holds = |mark: &&str| memchr::memmem::find(start, mark.as_bytes()).is_some();
        let ours = self.spec.marks.iter().any(|group| group.iter().all(holds));
        if ours { Recognition::Certain } else { Recognition::No }
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        page::read(document, self.selectors())
    }
}

/// The last run of digits in an id or a link: `?p=7#post12` and `post: 12` are both of post 12.
fn digits(text: &str) -> Option<&str> {
    let end = text.rfind(|c: char| c.is_ascii_digit())? + 1;
    let head = text.get(..end)?;
    let start = head.rfind(|c: char| !c.is_ascii_digit());
    // What stands before a digit may be wider than a byte.
    let start = start.map_or(0, |at| at + head[at..].chars().next().map_or(1, char::len_utf8));
    head.get(start..)
}

#[cfg(test)]
mod tests;
