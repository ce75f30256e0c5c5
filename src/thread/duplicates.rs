//! Which posts say the same thing again.

use serde::Serialize;

use super::{Confidence, PostId, Span};

/// Posts that repeat others, and passages that stand in two posts. Nothing is deleted.
#[derive(Debug, Clone, Default)]
pub struct Duplicates {
    groups: Vec<Group>,
    parts: Vec<Part>,
    /// For each post the first post of its group, itself when it repeats nothing.
    first: Vec<PostId>,
}

impl Duplicates {
    /// From groups that share no post and lie within `posts` posts.
    ///
    /// A post that stands in two groups stays in the first of them: repeats are an equivalence relation.
    pub fn new(posts: &[super::Post], mut groups: Vec<Group>, mut parts: Vec<Part>) -> Self {
        let mut first: Vec<PostId> = posts.iter().map(|post| post.id).collect();
        let mut taken = vec![false; posts.len()];
        groups.retain_mut(|group| {
            group.matches.retain(|found| !std::mem::replace(&mut taken[found.post.index()], true));
            if group.matches.is_empty() || std::mem::replace(&mut taken[group.first.index()], true) {
                return false;
            }
            group.matches.sort_by_key(|found| found.post);
            for found in &group.matches {
                first[found.post.index()] = group.first;
            }
            true
        });
        groups.sort_by_key(|group| group.first);
        parts.sort_by_key(|part| (part.first, part.inside, part.span));
        Self { groups, parts, first }
    }

    /// Every group of at least two posts, by first post.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Passages of one post that stand inside another; these merge nothing.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The post that said it first; `id` itself when it repeats nothing.
    pub fn first(&self, id: PostId) -> PostId {
        self.first.get(id.index()).copied().unwrap_or(id)
    }

    /// Whether the post only says again what an earlier one said.
    pub fn is_repeat(&self, id: PostId) -> bool {
        self.first(id) != id
    }

    /// How many posts repeat an earlier one.
    pub fn repeats(&self) -> usize {
        self.groups.iter().map(|group| group.matches.len()).sum()
    }
}

/// Posts that say the same, with who said it first and how each repeat was recognised.
#[derive(Debug, Clone)]
pub struct Group {
    /// Who said it first: the earliest by time where all have one, else by order.
    pub first: PostId,
    /// The repeats, by post; `first` is not among them.
    pub matches: Vec<Match>,
}

impl Group {
    /// The loosest way in which a member was matched.
    pub fn kind(&self) -> GroupKind {
        self.matches.iter().map(|found| found.kind).max().unwrap_or(GroupKind::Exact)
    }

    /// All members, by post.
    pub fn members(&self) -> Vec<PostId> {
        let mut members: Vec<PostId> = self.matches.iter().map(|found| found.post).collect();
        members.push(self.first);
        members.sort_unstable();
        members
    }
}

/// One repeat and how it was matched.
#[derive(Debug, Clone, Copy)]
pub struct Match {
    /// The repeat.
    pub post: PostId,
    /// The post it was compared with: a member of the same group.
    pub with: PostId,
    /// How.
    pub kind: GroupKind,
    /// The share of words that agree.
    pub similarity: Confidence,
}

/// How a repeat was matched, strictest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// The same text but for case, white space and Unicode form.
    Exact,
    /// The whole post quoted again with a few words added.
    Quoted,
    /// The same but for a few words.
    Near,
}

/// A passage of one post that stands inside another.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// The post that said it first.
    pub first: PostId,
    /// The passage, as a span of `first`'s text.
    pub span: Span,
    /// The post that holds it too.
    pub inside: PostId,
}
