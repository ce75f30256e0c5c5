//! Argumentative discourse units: the passages of posts that claim, support, ask or concede.

use serde::Serialize;

use super::Annotation;
use crate::thread::{PostId, Span, Thread};

/// Index into [`Units`]; handed out by it alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct AduId(u32);

impl AduId {
    /// The position among the units.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One argumentative discourse unit (Peldszus and Stede 2013): a passage and what it does.
#[derive(Debug, Clone)]
pub struct Adu {
    /// This unit's place among the units.
    pub id: AduId,
    /// The post it stands in.
    pub post: PostId,
    /// Where in that post's text.
    pub span: Span,
    /// What it does there.
    pub role: Annotation<Role>,
}

/// What a unit does in the argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// A contestable assertion, judgement or proposal.
    Claim,
    /// A fact, example, source or experience given as a reason.
    Premise,
    /// Asks something.
    Question,
    /// Grants the other side a point.
    Concession,
    /// Does not argue: greetings, jokes, thanks, asides.
    None,
}

impl Role {
    /// The word that the JSON contract uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Claim => "claim",
            Role::Premise => "premise",
            Role::Question => "question",
            Role::Concession => "concession",
            Role::None => "none",
        }
    }
}

/// All units of a thread, in reading order; they do not overlap.
#[derive(Debug, Clone, Default)]
pub struct Units {
    units: Vec<Adu>,
    /// For each post the index of its first unit; one more entry closes the last.
    starts: Vec<u32>,
}

impl Units {
    /// From passages in reading order with their roles. Passages out of order or overlapping the one
    /// before are left out, so the invariant holds whatever a segmenter does.
    pub fn new(
        thread: &Thread,
        passages: impl IntoIterator<Item = (PostId, Span, Annotation<Role>)>,
    ) -> Self {
        let mut units: Vec<Adu> = Vec::new();
        for (post, span, role) in passages {
            let in_order = units.last().is_none_or(|last| {
                last.post < post || (last.post == post && last.span.end() <= span.start())
            });
            if in_order && !span.is_empty() {
                let id = AduId(units.len() as u32);
                units.push(Adu { id, post, span, role });
            }
        }
        let mut starts = Vec::with_capacity(thread.posts().len() + 1);
        let mut at = 0;
        for post in thread.ids() {
            while at < units.len() && units[at].post < post {
                at += 1;
            }
            starts.push(at as u32);
        }
        starts.push(units.len() as u32);
        Self { units, starts }
    }

    /// All units.
    pub fn all(&self) -> &[Adu] {
        &self.units
    }

    /// The unit with this id.
    pub fn unit(&self, id: AduId) -> &Adu {
        &self.units[id.index()]
    }

    /// The units of one post.
    pub fn of(&self, post: PostId) -> &[Adu] {
        let bounds = (self.starts.get(post.index()), self.starts.get(post.index() + 1));
        match bounds {
            (Some(&start), Some(&end)) => &self.units[start as usize..end as usize],
            _ => &[],
        }
    }

    /// A unit's words.
    pub fn text<'t>(&self, thread: &'t Thread, id: AduId) -> &'t str {
        let unit = self.unit(id);
        unit.span.slice(thread.post(unit.post).text())
    }
}
