//! What a moderator should look at.

use serde::Serialize;

use crate::thread::{Confidence, PostId, Span};

/// A hint for a moderator: never a verdict.
#[derive(Debug, Clone)]
pub struct Flag {
    /// The post.
    pub post: PostId,
    /// The words, or the whole post.
    pub span: Span,
    /// What it may be.
    pub kind: FlagKind,
    /// How sure.
    pub confidence: Confidence,
    /// What made it look so, in plain words.
    pub why: String,
}

/// The kinds of flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FlagKind {
    /// Attacks a person in the conversation.
    Insult,
    /// Advertises.
    Spam,
    /// Nothing but a link.
    LinkOnly,
    /// Says the same thing again and again.
    Flooding,
    /// Written in capitals.
    Shouting,
}
