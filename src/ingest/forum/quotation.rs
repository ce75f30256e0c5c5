//! Whose words a quotation holds: by the id in the markup, by attributes, else by the name in its citation.

use std::collections::HashSet;

use scraper::ElementRef;

use super::{Selectors, digits};
use crate::ingest::html::{Treat, below, text_of};

/// Elements at the start of a quotation in which its citation is looked for, and elements of a citation.
const START: usize = 12;
const CITATION: usize = 24;

/// Words of a citation that are looked at, and words that a name has at most.
const CITATION_WORDS: usize = 24;
const NAME_WORDS: usize = 6;

/// What stands between the name and the end of a citation, for names that are not on the page.
static SAID: &[&str] = &[
    " wrote",
    " posted",
    " said",
    " schrieb",
    " hat geschrieben",
    " a écrit",
    " a dit",
    " escribió",
    " dijo",
    " escreveu",
    " ha scritto",
    " schreef",
    " napisał",
    " skrev",
    " написал",
    " писал",
    " kirjoitti",
];

/// What stands before the name.
pub(in crate::ingest) static BY: &[&str] = &[
    "originally posted by:",
    "originally posted by",
    "quote from:",
    "zitat von",
    "citation de",
    "cita de",
    "quote by",
    "citaat van",
    "цитата:",
    "quote:",
];

/// What is needed to read the quotations of a page.
pub(super) struct Quotations<'p> {
    pub selectors: &'p Selectors,
    /// Everybody who wrote on this page.
    pub names: &'p HashSet<String>,
    /// The thread's own id.
    pub thread: Option<&'p str>,
}

impl Quotations<'_> {
    /// How to read this quotation.
    pub(super) fn treat(&self, quotation: ElementRef<'_>) -> Treat {
        let citation = self.citation(quotation);
        let (mut author, mut id, mut thread) = (None, None, None);
        let near = citation.into_iter().flat_map(|found| std::iter::once(found).chain(below(found)));
        for element in std::iter::once(quotation).chain(near.take(CITATION)) {
            self.selectors.quote_author.prefer(element, &mut author);
            self.selectors.quote_id.prefer(element, &mut id);
            self.selectors.quote_thread.prefer(element, &mut thread);
        }
        let elsewhere = thread
            .and_then(|hit| hit.value())
            .is_some_and(|of| self.thread.is_some_and(|thread| digits(&of).is_some_and(|of| of != thread)));
        let id = id.and_then(|hit| hit.value()).filter(|_| !elsewhere);
        let author = author.and_then(|hit| hit.value()).map(|name| name.trim_end_matches(':').to_owned());
        let author = author.or_else(|| named(&text_of(citation?), self.names));
        Treat::Quote { author, native_id: id.and_then(|id| digits(&id).map(str::to_owned)) }
    }

    /// The element that says whose words these are: just before, or among the first inside. One inside a
    /// quotation within this one speaks of that.
    fn citation<'a>(&self, quotation: ElementRef<'a>) -> Option<ElementRef<'a>> {
        if self.selectors.citation.is_empty() {
            return None;
        }
        let fits = |one: &ElementRef<'a>| self.selectors.citation.fits(*one);
        let mut before = quotation.prev_siblings().take(3).filter_map(ElementRef::wrap);
        before.next().filter(fits).or_else(|| {
            let is_own = |one: &ElementRef<'a>| {
                let between = one.ancestors().take_while(|node| node.id() != quotation.id()).take(START);
                let mut between = between.filter_map(ElementRef::wrap);
                // A heading just before a quotation is that one's; `<cite>` always stands inside its own.
                let next = one.next_siblings().find_map(ElementRef::wrap);
                let heads = next.is_some_and(|next| self.selectors.quote.fits(next));
                !between.any(|element| self.selectors.quote.fits(element))
                    && (one.value().name() == "cite" || !heads)
            };
            below(quotation).take(START).find(|one| fits(one) && is_own(one))
        })
    }
}

/// The name in a citation: the longest run of its words that is somebody's name on this page, else what the
/// words around a name tell.
pub(in crate::ingest) fn named(citation: &str, names: &HashSet<String>) -> Option<String> {
    let words: Vec<&str> = citation.split(' ').take(CITATION_WORDS).collect();
    let mut best: Option<&str> = None;
    for length in (1..=NAME_WORDS.min(words.len())).rev() {
        best = words.windows(length).find_map(|run| {
            let run = run.join(" ");
            let name = run.trim_end_matches([':', ',', ';', '↑', '»']).trim_end();
            names.get(name).or_else(|| names.get(&run)).map(String::as_str)
        });
        if best.is_some() {
            break;
        }
    }
    best.map(str::to_owned).or_else(|| unknown_name(citation))
}

/// The name of somebody who wrote nothing on this page.
fn unknown_name(citation: &str) -> Option<String> {
    let starts = |by: &&&str| citation.get(..by.len()).is_some_and(|start| start.to_lowercase() == ***by);
    let rest = match BY.iter().find(starts) {
        Some(by) => citation.get(by.len()..)?.trim(),
        None => {
            let lower = citation.to_lowercase();
            let end = SAID.iter().filter_map(|said| lower.find(said)).min()?;
            // Where small letters are wider than large ones, the place in one is not that in the other.
            citation.get(..end).filter(|_| lower.len() == citation.len())?.trim()
        }
    };
    let rest = rest.split(" on ").next().unwrap_or(rest).trim_end_matches(':').trim();
    // "(2024-01-05, 03:34 AM) Ann": a date in brackets comes first.
    let name = rest.rsplit(')').next().unwrap_or(rest).trim();
    (!name.is_empty() && name.len() < 80).then(|| name.to_owned())
}
