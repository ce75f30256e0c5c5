//! Cuts the author's own prose of each post into passages: sentences, and clauses where one sentence
//! claims and gives its reason. It does not judge what they do.

use crate::thread::{Body, Span};

/// The passages of one post in reading order: non-empty, trimmed, not overlapping, never in a quotation
/// or in code.
pub fn split(_body: &Body) -> Vec<Span> {
    Vec::new()
}
