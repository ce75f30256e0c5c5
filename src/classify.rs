//! Prepares posts for an annotator and turns its judgements into units.
//!
//! It decides what is put before an annotator, never what the answer is.

mod borrowed;
mod stretch;

use std::borrow::Cow;

use crate::annotate::{Exchange, Judgement};
use crate::argument::Units;
use crate::thread::{BlockKind, Body, Post, PostId, Span, State, Thread};

pub use borrowed::Borrowed;
pub use stretch::{Stretch, stretches};

/// One post to be judged: its passages and the words it answers.
#[derive(Debug, Clone)]
pub struct Utterance<'t> {
    /// The post.
    pub post: PostId,
    /// Its text.
    pub text: &'t str,
    /// Its passages in reading order.
    pub passages: Vec<Span>,
    /// What it answers: the words it quotes of its parent, else its parent's own words.
    pub parent: Option<Cow<'t, str>>,
    /// The parent's passages as spans of `parent`; empty where it is a quotation.
    parent_passages: Vec<Span>,
}

/// What a reply answers, and where its passages stand there.
type Answered<'t> = (Cow<'t, str>, Vec<Span>);

impl<'t> Utterance<'t> {
    /// A post with its passages, and what it answers; `passages` holds those of every post, by post.
    pub fn new(thread: &'t Thread, post: PostId, passages: &[Vec<Span>]) -> Self {
        let Post { body, reply_to, .. } = thread.post(post);
        let of = |post: PostId| passages.get(post.index()).map_or(&[][..], Vec::as_slice);
        let answered = reply_to.and_then(|reply| answered_words(thread, body, reply.post, of(reply.post)));
        let (parent, parent_passages) =
            answered.map_or((None, Vec::new()), |(words, spans)| (Some(words), spans));
        Self { post, text: body.text(), passages: of(post).to_vec(), parent, parent_passages }
    }

    /// The question as an annotator takes it.
    pub fn exchange(&self) -> Exchange<'_> {
        Exchange {
            text: self.text,
            passages: &self.passages,
            parent: self.parent.as_deref(),
            parent_passages: &self.parent_passages,
        }
    }
}

/// What a reply answers of its parent: what it quotes of it, else the parent's own words.
fn answered_words<'t>(
    thread: &'t Thread,
    reply: &Body,
    parent: PostId,
    passages: &[Span],
) -> Option<Answered<'t>> {
    if thread.post(parent).state != State::Present {
        // The reply still has a stance; it must be read off its own words.
        return Some((Cow::Borrowed(""), Vec::new()));
    }
    let quoted: Vec<String> =
        reply.quotes().filter(|(_, quote, _)| quote.of == Some(parent)).map(|(_, _, words)| words).collect();
    if !quoted.is_empty() {
        return Some((Cow::Owned(quoted.join("\n")), Vec::new()));
    }
    let body = &thread.post(parent).body;
    if body.blocks().iter().all(|block| block.kind == BlockKind::Prose) {
        return Some((Cow::Borrowed(body.text()), passages.to_vec()));
    }
    let (mut own, mut moved) = (String::new(), Vec::with_capacity(passages.len()));
    for prose in body.prose() {
        if !own.is_empty() {
            own.push('\n');
        }
        let at = own.len();
        own.push_str(prose.slice(body.text()));
        for passage in passages.iter().filter(|passage| passage.overlaps(prose)) {
            let start = at + passage.start().saturating_sub(prose.start());
            moved.extend(Span::of(&own, start, (start + passage.len()).min(own.len())));
        }
    }
    // Spans are looked up by number later on, so all of them must have been found.
    let moved = if moved.len() == passages.len() { moved } else { Vec::new() };
    Some((Cow::Owned(own), moved))
}

/// Whether a passage is nothing but addresses: what somebody shares is not said by them.
fn is_bare_address(passage: &str) -> bool {
    let is_address = |word: &str| word.contains("://") || word.starts_with("www.");
    let mut words = passage.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).peekable();
    words.peek().is_some() && words.all(is_address)
}

/// The units of a thread. `judgements` holds one entry for each utterance; repeats are left out, since
/// their first post already has the units, and so are words that are not their author's.
pub fn units(
    thread: &Thread,
    utterances: &[Utterance<'_>],
    judgements: &[Judgement],
    is_repeat: impl Fn(PostId) -> bool,
    borrowed: &Borrowed,
) -> Units {
    let roles = utterances.iter().zip(judgements).filter(|(utterance, _)| !is_repeat(utterance.post));
    let roles = roles.flat_map(|(utterance, judgement)| {
        let roles = judgement.roles.iter().cloned();
        utterance.passages.iter().zip(roles).map(move |(&span, role)| (utterance.post, span, role))
    });
    let roles = roles.filter(|(post, span, _)| !borrowed.holds(*post, *span));
    let roles = roles.filter(|(post, span, _)| !is_bare_address(span.slice(thread.post(*post).text())));
    Units::new(thread, roles)
}
