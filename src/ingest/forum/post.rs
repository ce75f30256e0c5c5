//! One post of a forum page: what the markup says of it, and its words.

use std::cell::RefCell;
use std::collections::HashSet;

use scraper::ElementRef;

use super::local_time::When;
use super::quotation::Quotations;
use super::selector::Hit;
use super::{Selectors, digits};
use crate::ingest::html::{Treat, attribute, below, body_with, text_of};
use crate::thread::{BlockKind, Body, State, Time};

/// A post as the walk over the page found it; its words are read once all authors are known.
pub(super) struct Found<'a> {
    pub id: String,
    pub author: Option<String>,
    pub when: Option<When>,
    pub edited_at: Option<Time>,
    pub permalink: Option<String>,
    pub votes: Option<i64>,
    pub state: State,
    /// The ids of the posts that it is nested in, the nearest last.
    pub inside: Option<String>,
    words: Option<ElementRef<'a>>,
}

/// The elements that a post's values come from.
#[derive(Default)]
struct Hits<'a> {
    id: Option<Hit<'a>>,
    author: Option<Hit<'a>>,
    time: Option<Hit<'a>>,
    permalink: Option<Hit<'a>>,
    votes: Option<Hit<'a>>,
    body: Option<Hit<'a>>,
    edited: Option<ElementRef<'a>>,
    deleted: Option<ElementRef<'a>>,
    ignored: bool,
}

impl<'a> Hits<'a> {
    /// Looks at one element; says whether what is inside it is of interest too.
    fn see(&mut self, element: ElementRef<'a>, selectors: &Selectors) -> bool {
        selectors.id.prefer(element, &mut self.id);
        selectors.body.prefer(element, &mut self.body);
        if self.body.is_some_and(|hit| hit.element.id() == element.id()) {
            return false;
        }
        selectors.author.prefer(element, &mut self.author);
        selectors.time.prefer(element, &mut self.time);
        selectors.permalink.prefer(element, &mut self.permalink);
        selectors.votes.prefer(element, &mut self.votes);
        if self.edited.is_none() && selectors.edited.fits(element) {
            self.edited = Some(element);
        }
        if self.deleted.is_none() && selectors.deleted.fits(element) {
            self.deleted = Some(element);
        }
        self.ignored |= selectors.ignored.fits(element);
        true
    }
}

/// Reads what the markup says of this post; `None` when it is no post after all.
pub(super) fn find<'a>(post: ElementRef<'a>, selectors: &Selectors) -> Option<Found<'a>> {
    let mut hits = Hits::default();
    let mut at = hits.see(post, selectors).then(|| post.first_child()).flatten();
    // One pass, in which the insides of the words are left for later.
    while let Some(mut node) = at {
        let inside = ElementRef::wrap(node).is_some_and(|element| hits.see(element, selectors));
        at = node.first_child().filter(|_| inside);
        while at.is_none() {
            at = node.next_sibling();
            if at.is_none() {
                match node.parent().filter(|parent| parent.id() != post.id()) {
                    Some(parent) => node = parent,
                    None => break,
                }
            }
        }
    }
    let id = hits.id.and_then(|hit| hit.value())?;
    let id = digits(&id)?.to_owned();
    let author = hits.author.and_then(|hit| hit.value());
    let state = match hits.deleted {
        Some(note) => deleted_by(note, post, author.as_deref()),
        None if hits.ignored && hits.body.is_none() => State::Missing,
        None => State::Present,
    };
    if hits.body.is_none() && state == State::Present {
        return None;
    }
    Some(Found {
        id,
        author,
        when: hits.time.and_then(When::of),
        edited_at: hits.edited.and_then(time_in),
        permalink: hits.permalink.and_then(|hit| hit.value()),
        votes: hits.votes.and_then(|hit| hit.value()).and_then(|value| number(&value)),
        state,
        inside: None,
        words: hits.body.map(|hit| hit.element).filter(|_| state == State::Present),
    })
}

/// Who took the words away: the author, if the note names nobody else and names the author.
fn deleted_by(note: ElementRef<'_>, post: ElementRef<'_>, author: Option<&str>) -> State {
    // A mark on the post itself is no note: its text is the whole post.
    let named = note.id() != post.id() && author.is_some_and(|author| text_of(note).contains(author));
    if named { State::DeletedByAuthor } else { State::RemovedByModerator }
}

/// The exact time in or at this element.
fn time_in(element: ElementRef<'_>) -> Option<Time> {
    let exact = |one: ElementRef<'_>| {
        let of = |name: &str| attribute(one.value(), name).and_then(super::local_time::zoned);
        of("datetime").or_else(|| of("data-timestamp")).or_else(|| of("data-time"))
    };
    exact(element).or_else(|| below(element).take(20).find_map(exact))
}

/// A number as pages show it: `+1,024`, `−3`.
pub(super) fn number(text: &str) -> Option<i64> {
    let negative = text.trim_start().starts_with(['-', '−', '–']);
    let figures: String = text
        .trim()
        .trim_start_matches(['+', '-', '−', '–'])
        .chars()
        .take_while(|c| c.is_ascii_digit() || matches!(c, ',' | '.' | '\u{a0}' | '\u{202f}'))
        .filter(char::is_ascii_digit)
        .collect();
    let value: i64 = figures.parse().ok()?;
    Some(if negative { -value } else { value })
}

impl Found<'_> {
    /// The post's words; quotations bear their author and post. Notes the time of the last edit on the way.
    pub(super) fn read_words(
        &mut self,
        selectors: &Selectors,
        names: &HashSet<String>,
        thread: Option<&str>,
    ) -> Body {
        let Some(words) = self.words else { return Body::default() };
        let quotations = Quotations { selectors, names, thread };
        let edited: RefCell<Option<Time>> = RefCell::new(None);
        let treat = |element: ElementRef<'_>| {
            if selectors.quote.fits(element) {
                return quotations.treat(element);
            }
            if selectors.edited.fits(element) {
                let mut edited = edited.borrow_mut();
                *edited = edited.or_else(|| time_in(element));
                return Treat::Skip;
            }
            if selectors.skip.fits(element) || selectors.citation.fits(element) {
                return Treat::Skip;
            }
            if selectors.wrapper.fits(element) { Treat::Part } else { Treat::Normal }
        };
        let body = body_with(words, &treat);
        self.edited_at = self.edited_at.or(edited.into_inner());
        body
    }
}

/// The posts that the author quotes, by id, in the order of the quotations and each once.
pub(super) fn quoted(body: &Body) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for block in body.blocks() {
        if let BlockKind::Quote(quote) = &block.kind
            && quote.depth == 1
            && let Some(id) = &quote.native_id
            && !ids.contains(id)
        {
            ids.push(id.clone());
        }
    }
    // A post that quotes hundreds is an index of the thread, not an answer to each; also keeps this linear.
    ids.truncate(64);
    ids
}
