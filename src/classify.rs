//! Turns passages and their judgements into units.

use crate::annotate::Judgement;
use crate::argument::Units;
use crate::thread::{PostId, Span, Thread};

/// The passages of one post.
#[derive(Debug, Clone)]
pub struct Passages {
    /// The post.
    pub post: PostId,
    /// Its passages in reading order.
    pub spans: Vec<Span>,
}

/// The units of a thread. `judgements` holds one entry for each entry of `passages`.
pub fn units(thread: &Thread, passages: &[Passages], judgements: &[Judgement]) -> Units {
    let roles = passages.iter().zip(judgements).flat_map(|(passages, judgement)| {
        let roles = judgement.roles.iter().cloned();
        passages.spans.iter().zip(roles).map(move |(&span, role)| (passages.post, span, role))
    });
    Units::new(thread, roles)
}
