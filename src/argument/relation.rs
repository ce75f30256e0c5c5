//! How units bear on each other.
//!
//! A relation is a thing of its own with an id, as in the Argument Interchange Format (Chesñevar et al.
//! 2006), where a support or attack step is a node: so an undercut can attack the step from a premise to a
//! claim without denying either, and nothing is lost on the way to AIF.

use super::AduId;
use crate::thread::Confidence;

/// Index into [`Relations`]; handed out by it alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelationId(u32);

impl RelationId {
    /// The position among the relations.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One relation, who inferred it and how sure they are.
#[derive(Debug, Clone)]
pub struct Relation {
    /// Its place among the relations.
    pub id: RelationId,
    /// What bears on what.
    pub kind: RelationKind,
    /// How probable it is that this relation is meant.
    pub confidence: Confidence,
    /// The annotator or rule that drew it.
    pub by: &'static str,
    /// Why, in plain words.
    pub why: &'static str,
}

/// The ways in which one unit bears on another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RelationKind {
    /// `from` speaks for `to`.
    Support {
        /// The reason.
        from: AduId,
        /// What it is a reason for.
        to: AduId,
    },
    /// `from` speaks against `to` (Pollock 1987: a rebutting defeater).
    Rebut {
        /// The objection.
        from: AduId,
        /// What it denies.
        to: AduId,
    },
    /// `from` denies that a step holds, not its ends (Pollock 1987: an undercutting defeater).
    Undercut {
        /// The objection.
        from: AduId,
        /// The support or attack it denies.
        step: RelationId,
    },
}

impl RelationKind {
    /// The word that the JSON contract uses.
    pub fn as_str(self) -> &'static str {
        match self {
            RelationKind::Support { .. } => "support",
            RelationKind::Rebut { .. } => "rebut",
            RelationKind::Undercut { .. } => "undercut",
        }
    }

    /// The unit that speaks.
    pub fn from(self) -> AduId {
        match self {
            RelationKind::Support { from, .. }
            | RelationKind::Rebut { from, .. }
            | RelationKind::Undercut { from, .. } => from,
        }
    }
}

/// All relations of a thread; an undercut only ever names an earlier one.
#[derive(Debug, Clone, Default)]
pub struct Relations {
    all: Vec<Relation>,
}

impl Relations {
    /// No relations yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a relation and hands out its id. A unit cannot bear on itself: `None` then.
    pub fn add(
        &mut self,
        kind: RelationKind,
        confidence: Confidence,
        by: &'static str,
        why: &'static str,
    ) -> Option<RelationId> {
        let sound = match kind {
            RelationKind::Support { from, to } | RelationKind::Rebut { from, to } => from != to,
            RelationKind::Undercut { step, .. } => step.index() < self.all.len(),
        };
        let id = RelationId(self.all.len() as u32);
        sound.then(|| {
            self.all.push(Relation { id, kind, confidence, by, why });
            id
        })
    }

    /// All of them, by id.
    pub fn all(&self) -> &[Relation] {
        &self.all
    }
}
