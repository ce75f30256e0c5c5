//! The sentences that sum the thread up.

use serde::Serialize;

use crate::argument::AduId;
use crate::thread::{PostId, Span};

/// One sentence of the summary.
#[derive(Debug, Clone)]
pub struct Sentence {
    /// Why it was chosen.
    pub kind: SentenceKind,
    /// The words.
    pub cite: Cite,
    /// The unit quoted.
    pub unit: Option<AduId>,
}

/// A verbatim quotation.
#[derive(Debug, Clone, Copy)]
pub struct Cite {
    /// The post.
    pub post: PostId,
    /// Where in its text.
    pub span: Span,
}

/// What a sentence of the summary is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SentenceKind {
    /// What the thread starts from.
    Opening,
    /// A point that people argue over.
    Point,
    /// The strongest objection to the point before it.
    Objection,
    /// The answer to the objection before it.
    Answer,
    /// A point that others back.
    Backed,
    /// A question that nobody answered.
    OpenQuestion,
}

impl SentenceKind {
    /// A few words that say what the quotation is.
    pub fn lead(self) -> &'static str {
        match self {
            SentenceKind::Opening => "It starts from",
            SentenceKind::Point => "Argued over",
            SentenceKind::Objection => "Against it",
            SentenceKind::Answer => "In reply",
            SentenceKind::Backed => "Backed by others",
            SentenceKind::OpenQuestion => "Left open",
        }
    }
}
