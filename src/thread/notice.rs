//! What the reader must know about gaps and guesses.

use serde::Serialize;

/// Something that is no error and must not be hidden.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// What sort of thing.
    pub kind: NoticeKind,
    /// One sentence for the reader: what, how much, and what to do about it.
    pub text: String,
}

impl Notice {
    /// A notice of this kind with these words.
    pub fn new(kind: NoticeKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }
}

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoticeKind {
    /// Fewer posts were read than the source declares.
    Truncated,
    /// The page holds the opening post but none of its comments.
    NoComments,
    /// Further pages exist and were not fetched, or could not be.
    NotFollowed,
    /// A limit of pages or posts was reached.
    Capped,
    /// Posts whose parent the source does not hold.
    MissingParent,
    /// Posts that answered each other in a circle.
    Cycle,
    /// Lines or entries that could not be read.
    Unreadable,
    /// The file holds several threads and one was taken.
    SeveralThreads,
    /// Reply links were inferred, not read.
    InferredReplies,
    /// The text is not in a language that the annotators know.
    Language,
    /// Characters were lost or replaced while decoding.
    Encoding,
    /// The platform was guessed, or an answer was read in an unusual way.
    Guessed,
}
