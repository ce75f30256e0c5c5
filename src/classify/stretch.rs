//! Replies that go through their parent passage by passage.
//!
//! Who quotes several passages and answers each may agree with one and reject the next. So each stretch,
//! from one quotation to the next, is put before the annotator as an exchange of its own.

use super::Utterance;
use crate::annotate::Exchange;
use crate::thread::{PostId, Span, Thread};

/// What a reply says after one of several quotations of its parent.
#[derive(Debug, Clone)]
pub struct Stretch<'t> {
    /// The reply.
    pub post: PostId,
    /// Where the quotation ends that it answers.
    pub after: usize,
    text: &'t str,
    passages: Vec<Span>,
    quoted: String,
}

impl Stretch<'_> {
    /// The question as an annotator takes it.
    pub fn exchange(&self) -> Exchange<'_> {
        Exchange {
            text: self.text,
            passages: &self.passages,
            parent: Some(&self.quoted),
            parent_passages: &[],
        }
    }
}

/// The stretches of all replies that answer more than one quotation of their parent.
pub fn stretches<'t>(thread: &'t Thread, utterances: &[Utterance<'t>]) -> Vec<Stretch<'t>> {
    let of = |utterance: &Utterance<'t>| {
        let found = stretches_of(thread, utterance);
        if found.len() > 1 { found } else { Vec::new() }
    };
    utterances.iter().flat_map(of).collect()
}

fn stretches_of<'t>(thread: &'t Thread, utterance: &Utterance<'t>) -> Vec<Stretch<'t>> {
    let post = thread.post(utterance.post);
    // Where the source tells the side there is nothing to judge.
    let Some(parent) = post.reply_to.filter(|_| post.side.is_none()).map(|reply| reply.post) else {
        return Vec::new();
    };
    let body = &post.body;
    let cuts: Vec<(usize, String)> = body
        .quotes()
        .filter(|(_, quote, _)| quote.of == Some(parent))
        .map(|(index, _, quoted)| (body.blocks()[index].span.end(), quoted))
        .collect();
    let ends: Vec<usize> = cuts.iter().skip(1).map(|(end, _)| *end).chain([usize::MAX]).collect();
    let stretches = cuts.into_iter().zip(ends).filter_map(|((after, quoted), end)| {
        let from = utterance.passages.partition_point(|passage| passage.start() < after);
        let to = utterance.passages.partition_point(|passage| passage.start() < end);
        let passages = utterance.passages.get(from..to)?;
        let (first, last) = (passages.first()?, passages.last()?);
        let text = utterance.text.get(first.start()..last.end())?;
        let moved =
            |passage: &Span| Span::of(text, passage.start() - first.start(), passage.end() - first.start());
        let passages = passages.iter().filter_map(moved).collect();
        Some(Stretch { post: utterance.post, after, text, passages, quoted })
    });
    stretches.collect()
}
