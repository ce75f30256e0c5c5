//! One post and its place in the thread.

use serde::Serialize;

use super::{AuthorId, Body, Confidence, Time};

/// Index into [`Thread::posts`](super::Thread::posts); handed out by the thread alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct PostId(u32);

impl PostId {
    pub(super) fn new(index: u32) -> Self {
        Self(index)
    }

    /// The first post of every thread.
    pub const ROOT: PostId = PostId(0);

    /// The position in the thread's list of posts.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Something somebody wrote, or the stub of something the source does not hold.
#[derive(Debug, Clone)]
pub struct Post {
    /// This post's place in its thread.
    pub id: PostId,
    /// The platform's own id, verbatim.
    pub native_id: String,
    /// Who wrote it; `None` when unknown or deleted.
    pub author: Option<AuthorId>,
    /// What it answers; `None` for the root and where nobody knows.
    pub reply_to: Option<ReplyTo>,
    /// The side it takes towards that post, where the source says so.
    pub side: Option<Side>,
    /// Further posts it answers (image boards), in the order they are named.
    pub also_replies_to: Vec<PostId>,
    /// When it was written.
    pub written_at: Option<Time>,
    /// When it was last edited; `None` when never or unknown.
    pub edited_at: Option<Time>,
    /// Its own address.
    pub permalink: Option<String>,
    /// Up-votes less down-votes, as the platform shows them.
    pub votes: Option<i64>,
    /// Whether the words are still there.
    pub state: State,
    /// The words.
    pub body: Body,
}

impl Post {
    /// The post as plain text; every span of this post is a range of it.
    pub fn text(&self) -> &str {
        self.body.text()
    }

    /// Whether it has words of its author's own to analyse.
    pub fn says_something(&self) -> bool {
        self.state == State::Present && self.body.has_own_words()
    }
}

/// What became of a post's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// They are here.
    Present,
    /// The author took them back.
    DeletedByAuthor,
    /// A moderator took them down.
    RemovedByModerator,
    /// The source does not hold them: a stub that keeps the place.
    Missing,
}

/// The side that a source says a post takes towards what it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// It supports it.
    For,
    /// It attacks it.
    Against,
}

impl Side {
    /// The side of what is on `self`'s side towards something that is itself on `other`'s.
    pub fn through(self, other: Side) -> Side {
        if self == other { Side::For } else { Side::Against }
    }
}

/// What a post answers, and how that is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReplyTo {
    /// The post answered; it precedes the reply.
    pub post: PostId,
    /// Fact or guess.
    pub known_by: KnownBy,
}

/// How a reply link is known. A guess never looks like a fact.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum KnownBy {
    /// The platform says so.
    Declared,
    /// The reply quotes words of that post.
    Quoted,
    /// The reply names its author.
    Mentioned,
    /// Worked out from the words and the order.
    Inferred(Confidence),
}

impl KnownBy {
    /// The word that the JSON contract uses.
    pub fn as_str(self) -> &'static str {
        match self {
            KnownBy::Declared => "declared",
            KnownBy::Quoted => "quoted",
            KnownBy::Mentioned => "mentioned",
            KnownBy::Inferred(_) => "inferred",
        }
    }
}
