//! What people wrote: a thread, its posts, who answers whom, and which posts repeat each other.
//!
//! Values and their invariants only. Nothing here reads a page, guesses a role or draws an edge.

mod assemble;
mod author;
mod body;
mod confidence;
mod duplicates;
mod notice;
mod post;
mod span;
mod time;

pub use assemble::{Draft, Gathered, Parent};
pub use author::{Author, AuthorId};
pub use body::{Block, BlockKind, Body, BodyBuilder, Link, Quote};
pub use confidence::Confidence;
pub use duplicates::{Duplicates, Group, GroupKind, Match, Part};
pub use notice::{Notice, NoticeKind};
pub use post::{KnownBy, Post, PostId, ReplyTo, Side, State};
pub use span::Span;
pub use time::Time;

use url::Url;

/// A discussion as it was read: at least one post, the root first, every parent before its children.
#[derive(Debug, Clone)]
pub struct Thread {
    /// The thread's title; empty when the source has none.
    pub title: String,
    /// Where it stands on the web; `None` for a file that does not say.
    pub url: Option<Url>,
    /// The platform's short name, such as `lemmy`.
    pub platform: &'static str,
    /// When the first page was fetched; `None` for files.
    pub fetched_at: Option<Time>,
    /// How many posts the source says there are, the root counted in; `None` when it does not say.
    pub declared: Option<u32>,
    /// What the reader must know about gaps and guesses.
    pub notices: Vec<Notice>,
    posts: Vec<Post>,
    authors: Vec<Author>,
}

impl Thread {
    /// The posts in reading order; `posts()[0]` is the root.
    pub fn posts(&self) -> &[Post] {
        &self.posts
    }

    /// The post with this id. Ids come from this thread, so it is always there.
    pub fn post(&self, id: PostId) -> &Post {
        &self.posts[id.index()]
    }

    /// Everybody who wrote, in order of their first post.
    pub fn authors(&self) -> &[Author] {
        &self.authors
    }

    /// The name of a post's author; `None` when the source does not name one.
    pub fn author_of(&self, id: PostId) -> Option<&str> {
        let author = self.post(id).author?;
        Some(self.authors[author.index()].name.as_str())
    }

    /// The ids of all posts, in reading order.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = PostId> + Clone + use<> {
        (0..self.posts.len() as u32).map(PostId::new)
    }

    /// How many posts the source holds: all but the stubs.
    pub fn read(&self) -> usize {
        self.posts.iter().filter(|post| post.state != State::Missing).count()
    }

    /// Whether the source declares no parent although there are several posts: flat text, in which only
    /// quotations and names tell who answers whom.
    pub fn is_flat(&self) -> bool {
        let declared = |post: &Post| post.reply_to.is_some_and(|reply| reply.known_by == KnownBy::Declared);
        self.posts.len() > 1 && !self.posts.iter().any(declared)
    }

    /// Records a parent that the source did not declare.
    ///
    /// Ignored when the post already has a parent or when `to` does not precede it: a parent always
    /// precedes its children, so inferred links cannot make a cycle.
    pub fn infer_reply(&mut self, post: PostId, to: PostId, known_by: KnownBy) {
        let entry = &mut self.posts[post.index()];
        if entry.reply_to.is_none() && to < post {
            entry.reply_to = Some(ReplyTo { post: to, known_by });
        }
    }

    /// Records which post a quotation was taken from.
    pub fn resolve_quote(&mut self, post: PostId, block: usize, of: PostId) {
        self.posts[post.index()].body.resolve_quote(block, of);
    }

    /// The number of replies between a post and its root, for every post.
    pub fn depths(&self) -> Vec<u32> {
        let mut depths = vec![0u32; self.posts.len()];
        for (index, post) in self.posts.iter().enumerate() {
            if let Some(reply) = post.reply_to {
                depths[index] = depths[reply.post.index()] + 1;
            }
        }
        depths
    }

    /// The direct replies of every post, in reading order.
    pub fn children(&self) -> Vec<Vec<PostId>> {
        let mut children = vec![Vec::new(); self.posts.len()];
        for (post, id) in self.posts.iter().zip(self.ids()) {
            if let Some(reply) = post.reply_to {
                children[reply.post.index()].push(id);
            }
        }
        children
    }
}
