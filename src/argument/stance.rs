//! How a reply stands towards the post it answers, and how it speaks to people.

use serde::Serialize;

use super::Annotation;
use crate::thread::{PostId, Span, Thread};

/// The stance of a reply towards what its parent says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stance {
    /// Supports, confirms, adds approvingly.
    Agree,
    /// Rejects, rebuts, corrects, objects, however politely.
    Disagree,
    /// Takes no side: information, a joke, thanks, a tangent.
    Neutral,
    /// Asks, without a side of its own.
    Question,
}

impl Stance {
    /// The word that the JSON contract uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Stance::Agree => "agree",
            Stance::Disagree => "disagree",
            Stance::Neutral => "neutral",
            Stance::Question => "question",
        }
    }
}

/// How a passage speaks to or of people present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Nothing to remark.
    Ok,
    /// Hostile or contemptuous, but at nobody in the conversation.
    Rude,
    /// Attacks a person in the conversation.
    Insult,
}

/// Who says how a reply stands when the source itself does.
pub const SOURCE: &str = "source";

/// One reply's stance.
#[derive(Debug, Clone)]
pub struct ReplyStance {
    /// The reply.
    pub post: PostId,
    /// The post it answers.
    pub to: PostId,
    /// How it stands.
    pub stance: Annotation<Stance>,
    /// Where it answers several quotations: the stance of what follows each, by where the quotation ends.
    pub after: Vec<(usize, Annotation<Stance>)>,
    /// The passage of the reply that carries its main point, when the annotator says.
    pub main: Option<Span>,
    /// The passage of the post answered that it aims at, when the annotator says.
    pub target: Option<Annotation<Span>>,
}

impl ReplyStance {
    /// The stance of what follows the quotation that ends here; that of the whole where there is no quotation.
    pub fn towards(&self, quotation: Option<usize>) -> &Annotation<Stance> {
        let own = quotation.and_then(|end| self.after.iter().find(|(after, _)| *after == end));
        own.map_or(&self.stance, |(_, stance)| stance)
    }
}

/// The stances of all replies that say something, by post.
#[derive(Debug, Clone, Default)]
pub struct Stances {
    replies: Vec<ReplyStance>,
    of: Vec<Option<u32>>,
}

impl Stances {
    /// Stances of replies in `thread`; of two for one post the first stays.
    pub fn new(thread: &Thread, replies: Vec<ReplyStance>) -> Self {
        let mut stances =
            Self { replies: Vec::with_capacity(replies.len()), of: vec![None; thread.posts().len()] };
        for reply in replies {
            let slot = &mut stances.of[reply.post.index()];
            if slot.is_none() {
                *slot = Some(stances.replies.len() as u32);
                stances.replies.push(reply);
            }
        }
        stances
    }

    /// All of them, in the order of the posts.
    pub fn all(&self) -> &[ReplyStance] {
        &self.replies
    }

    /// The stance of this post; `None` when it has no parent or says nothing.
    pub fn of(&self, post: PostId) -> Option<&ReplyStance> {
        let at = (*self.of.get(post.index())?)?;
        self.replies.get(at as usize)
    }
}
