//! One post of a forum page: what the markup says of it, and its words.

use std::cell::RefCell;

use scraper::ElementRef;

use super::local_time::When;
use super::quotation::Quotations;
use super::selector::Hit;
use super::{Selectors, digits};
use crate::ingest::html::{Treat, attribute, below, body_with, text_of};
use crate::thread::{Body, State, Time};

/// A post as the walk over the page found it; its words are read once all authors are known.
pub(super) struct Found<'a> {
    /// Empty when the markup names none.
    pub id: String,
    pub author: Option<String>,
    /// Its place in the thread, from 1, when the page shows it.
    pub number: Option<u32>,
    pub when: Option<When>,
    pub edited_at: Option<Time>,
    pub permalink: Option<String>,
    pub votes: Option<i64>,
    pub state: State,
    /// The post that it is nested in.
    pub inside: Option<String>,
    words: Option<ElementRef<'a>>,
}

/// The elements that a post's values come from.
#[derive(Default)]
struct Hits<'a> {
    id: Option<Hit<'a>>,
    author: Option<Hit<'a>>,
    number: Option<u32>,
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
        // Other links stand beside it, with an icon for a text.
        if self.number.is_none() && selectors.number.fits(element) {
            self.number = text_of(element).trim_start_matches('#').parse().ok();
        }
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
    // The post itself may be what holds its words.
    hits.see(post, selectors);
    let mut at = post.first_child();
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
    let id = hits.id.and_then(|hit| hit.value());
    let id = id.as_deref().and_then(digits).unwrap_or_default().to_owned();
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
        number: hits.number,
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
    /// The post's words, in which quotations bear their author and post, and the posts that it quotes in
    /// order and each once. Notes the time of the last edit on the way.
    pub(super) fn read_words(&mut self, quotations: &Quotations<'_>) -> (Body, Vec<String>) {
        let Some(words) = self.words else { return (Body::default(), Vec::new()) };
        let selectors = quotations.selectors;
        let edited: RefCell<Option<Time>> = RefCell::new(None);
        let quoted: RefCell<Vec<String>> = RefCell::new(Vec::new());
        let treat = |element: ElementRef<'_>| {
            if selectors.quote.fits(element) {
                let treat = quotations.treat(element);
                if let Treat::Quote { native_id: Some(id), .. } = &treat {
                    let mut quoted = quoted.borrow_mut();
                    if quoted.len() < MOST_QUOTED
                        && !quoted.contains(id)
                        && is_outermost(element, words, selectors)
                    {
                        quoted.push(id.clone());
                    }
                }
                return treat;
            }
            if selectors.edited.fits(element) {
                let mut edited = edited.borrow_mut();
                *edited = edited.or_else(|| time_in(element));
                return Treat::Skip;
            }
            if selectors.skip.fits(element) || selectors.citation.fits(element) {
                return Treat::Skip;
            }
            if selectors.code.fits(element) {
                Treat::Code
            } else if selectors.wrapper.fits(element) {
                Treat::Part
            } else {
                Treat::Normal
            }
        };
        let body = body_with(words, &treat);
        self.edited_at = self.edited_at.or(edited.into_inner());
        (body, quoted.into_inner())
    }
}

/// Posts that one post answers by quoting them; who quotes more writes an index of the thread. Keeps the
/// reading of a hostile post linear.
const MOST_QUOTED: usize = 64;

/// Levels of markup between a post's words and a quotation in them.
const DEEPEST: usize = 60;

/// Whether the quotation stands in no other quotation of the post.
fn is_outermost(quotation: ElementRef<'_>, words: ElementRef<'_>, selectors: &Selectors) -> bool {
    let above = quotation.ancestors().take_while(|node| node.id() != words.id()).take(DEEPEST);
    !above.filter_map(ElementRef::wrap).any(|element| selectors.quote.fits(element))
}
