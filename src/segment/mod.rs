//! Cuts the author's own prose of each post into passages: sentences, and clauses where one sentence
//! claims and gives its reason. It does not judge what they do.
//!
//! Why not a crate: on forum text the Unicode rules (UAX 29) cut after "U.S." and "e.g." and never cut
//! "lol no. the weights ...", and the statistical ones want clean prose. The rules here are a single pass
//! over the bytes that stops only at the few that can end a sentence. Quotation marks and brackets that
//! close are stepped over whole, so what somebody else said stays in one piece.

mod abbreviation;
mod clause;
mod paragraph;
mod sentence;

use crate::thread::{Body, Span};

/// The passages of one post in reading order: non-empty, trimmed, not overlapping, never in a quotation
/// or in code.
pub fn split(body: &Body) -> Vec<Span> {
    let text = body.text();
    let mut spans = Vec::new();
    let mut found = Vec::new();
    for block in body.prose() {
        found.clear();
        collect(block.slice(text), &mut found);
        for &(start, end) in &found {
            clause::cut(text, block.start() + start, block.start() + end, &mut spans);
        }
    }
    spans
}

/// The sentences of a text without quotations or code: spans of it, trimmed, in order; all that lies
/// between them is white space.
///
/// ```
/// let text = "lol no. the U.S. did that at 5 p.m. Bring proof!";
/// let found: Vec<&str> =
///     rejoinder::segment::sentences(text).iter().map(|span| span.slice(text)).collect();
/// assert_eq!(found, ["lol no.", "the U.S. did that at 5 p.m.", "Bring proof!"]);
/// ```
pub fn sentences(text: &str) -> Vec<Span> {
    let mut found = Vec::with_capacity(text.len() / 64 + 1);
    collect(text, &mut found);
    found.into_iter().filter_map(|(start, end)| Span::of(text, start, end)).collect()
}

/// Where the paragraphs of a text end, in order: at its line breaks but for those that only broke a line at a width.
pub fn paragraph_ends(text: &str) -> Vec<usize> {
    paragraph::each(text).map(|(_, end)| end).collect()
}

/// Adds the byte ranges of the sentences of `text`.
fn collect(text: &str, found: &mut Vec<(usize, usize)>) {
    for (start, end) in paragraph::each(text) {
        sentence::scan(text, start, end, found);
    }
}

#[cfg(test)]
mod tests;
