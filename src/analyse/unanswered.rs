//! What nobody answered.

use serde::Serialize;

use crate::argument::AduId;

/// A question or objection without an answer.
#[derive(Debug, Clone, Copy)]
pub struct Unanswered {
    /// Which of the two.
    pub kind: UnansweredKind,
    /// The unit.
    pub unit: AduId,
}

/// What waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UnansweredKind {
    /// A question that got no reply.
    Question,
    /// An objection that nobody replied to.
    Objection,
}
