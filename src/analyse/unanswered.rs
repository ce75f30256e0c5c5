//! What nobody answered.

use serde::Serialize;

use crate::argument::{AduId, RelationKind, Relations, Role, Stance, Stances, Units};
use crate::thread::{Duplicates, Thread};

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

/// Questions and objections in posts that got no reply at all, in reading order.
///
/// Stricter than it could be: a reply that dodges the question counts as one, because saying "nobody
/// answered" of somebody who did would be wrong about their words.
pub fn unanswered(
    thread: &Thread,
    duplicates: &Duplicates,
    units: &Units,
    stances: &Stances,
    relations: &Relations,
) -> Vec<Unanswered> {
    let mut replied = vec![false; thread.posts().len()];
    for post in thread.posts().iter().filter(|post| post.says_something()) {
        for to in
            post.reply_to.map(|reply| reply.post).into_iter().chain(post.also_replies_to.iter().copied())
        {
            replied[duplicates.first(to).index()] = true;
        }
    }
    let mut objects = vec![false; units.all().len()];
    for relation in relations.all() {
        if let RelationKind::Rebut { from, .. } | RelationKind::Undercut { from, .. } = relation.kind {
            objects[from.index()] = true;
        }
    }
    let open = units.all().iter().filter(|unit| !replied[unit.post.index()]).filter_map(|unit| {
        let asks = unit.role.value == Role::Question && mainly_asks(units, stances, unit.id);
        let kind = match (objects[unit.id.index()], asks) {
            (true, _) => UnansweredKind::Objection,
            (false, true) => UnansweredKind::Question,
            (false, false) => return None,
        };
        Some(Unanswered { kind, unit: unit.id })
    });
    open.collect()
}

/// Whether a question is what its post is about: the reply is one, or the post ends in it.
fn mainly_asks(units: &Units, stances: &Stances, question: AduId) -> bool {
    let post = units.unit(question).post;
    let asks = stances.of(post).is_some_and(|reply| reply.stance.value == Stance::Question);
    asks || units.of(post).last().is_some_and(|last| last.id == question)
}
