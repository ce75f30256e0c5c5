//! Finds the posts that quotations were taken from, by their words.
//!
//! The markup's own id wins where there is one (readers resolve that). Otherwise the quoted words are looked
//! up among the earlier posts: every run of four words is indexed under the first posts that hold it, and a
//! candidate counts if it holds most of the quotation's runs. The parent and the named author are preferred.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

use crate::thread::{Post, PostId, Thread};
use crate::words;

/// Words in a run.
const RUN: usize = 4;

/// Posts kept for one run; a run that more posts share tells nothing.
const KEPT: usize = 8;

/// The share of the quotation's runs that a post must hold.
const ENOUGH: f64 = 0.6;

/// Bytes of a post in which a quotation of fewer words than a run is looked for. In more than that it stands by
/// chance, and a hostile page has a million of them.
const SHORT_IN: usize = 20_000;

/// A quotation block whose origin was found.
pub(super) struct Found {
    pub post: PostId,
    pub block: usize,
    pub of: PostId,
}

pub(super) fn find(thread: &Thread) -> Vec<Found> {
    let quotations: Vec<Quotation<'_>> = thread
        .posts()
        .iter()
        .flat_map(|post| post.body.quotes().map(move |(block, quote, words)| (post, block, quote, words)))
        .filter(|(_, _, quote, _)| quote.of.is_none())
        .map(|(post, block, quote, words)| {
            let runs = runs(&words);
            Quotation { post, block, by: quote.author.as_deref(), words, runs }
        })
        .collect();
    // Only runs that somebody quotes are worth remembering.
    let mut holders: HashMap<u64, Vec<PostId>> =
        quotations.iter().flat_map(|quotation| &quotation.runs).map(|&run| (run, Vec::new())).collect();
    let mut quotations = quotations.into_iter().peekable();
    let mut found = Vec::new();
    let mut answered = Answered::default();
    for post in thread.posts() {
        if quotations.peek().is_none() {
            break;
        }
        while let Some(quotation) = quotations.next_if(|quotation| quotation.post.id == post.id) {
            if let Some(of) = quotation.origin(thread, &holders, &mut answered) {
                found.push(Found { post: post.id, block: quotation.block, of });
            }
        }
        for span in post.body.prose() {
            for run in runs(span.slice(post.text())) {
                let Some(holders) = holders.get_mut(&run) else { continue };
                if holders.len() < KEPT && holders.last() != Some(&post.id) {
                    holders.push(post.id);
                }
            }
        }
    }
    found
}

/// A quotation whose origin the markup does not name.
struct Quotation<'t> {
    post: &'t Post,
    block: usize,
    by: Option<&'t str>,
    words: String,
    runs: Vec<u64>,
}

impl Quotation<'_> {
    fn origin(
        &self,
        thread: &Thread,
        holders: &HashMap<u64, Vec<PostId>>,
        answered: &mut Answered,
    ) -> Option<PostId> {
        let mut held: HashMap<PostId, usize> = HashMap::new();
        for run in &self.runs {
            for &holder in holders.get(run).into_iter().flatten() {
                *held.entry(holder).or_default() += 1;
            }
        }
        let parent = self.post.reply_to.map(|reply| reply.post);
        let best = held
            .into_iter()
            .filter(|&(_, runs)| runs as f64 >= ENOUGH * self.runs.len() as f64)
            .max_by_key(|&(holder, runs)| {
                let named = self.by.is_some() && thread.author_of(holder) == self.by;
                (Some(holder) == parent, named, runs, holder)
            });
        let best = best.map(|(holder, _)| holder);
        best.or_else(|| parent.filter(|&parent| answered.holds(thread, parent, &self.words)))
            .or_else(|| self.by_its_author(thread, answered))
    }

    /// The last post of the named author that holds these few words.
    fn by_its_author(&self, thread: &Thread, answered: &mut Answered) -> Option<PostId> {
        let by = self.by.filter(|_| self.runs.is_empty())?;
        let before = thread.posts().get(..self.post.id.index())?.iter().rev().take(LOOKED_BACK);
        let mut theirs = before.filter(|post| thread.author_of(post.id) == Some(by)).take(LOOKED_AT);
        theirs.find(|post| answered.holds(thread, post.id, &self.words)).map(|post| post.id)
    }
}

/// Posts of one author in which a short quotation is looked for.
const LOOKED_AT: usize = 40;

/// Posts among which the author's are looked for.
const LOOKED_BACK: usize = 2_000;

/// The beginnings of posts that were answered, in normal form: one post may be quoted often.
#[derive(Default)]
struct Answered {
    normal: HashMap<PostId, String>,
}

impl Answered {
    /// Whether these few words stand in the post: a quotation of fewer words than a run is looked for in one post
    /// only, the parent or the author's.
    fn holds(&mut self, thread: &Thread, post: PostId, quoted: &str) -> bool {
        let normal = self.normal.entry(post).or_insert_with(|| {
            let text = thread.post(post).text();
            words::normal(start(text))
        });
        let quoted = words::normal(start(quoted));
        let quoted = quoted.trim_matches(|c: char| !c.is_alphanumeric());
        !quoted.is_empty() && normal.contains(quoted)
    }
}

/// The text's start, whole characters of it.
fn start(text: &str) -> &str {
    let end = (0..=SHORT_IN.min(text.len())).rev().find(|&at| text.is_char_boundary(at));
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}

/// The hashes of a text's runs of words; none for a text of fewer words.
fn runs(text: &str) -> Vec<u64> {
    let normal = words::normal(text);
    let mut hashes: Vec<u64> = words::each(&normal).map(|(_, word)| xxh3_64(word.as_bytes())).collect();
    if hashes.len() < RUN {
        return Vec::new();
    }
    let fold = |run: &[u64]| run.iter().fold(0u64, |sum, &hash| sum.rotate_left(7).wrapping_mul(31) ^ hash);
    let count = hashes.len() - RUN + 1;
    for at in 0..count {
        hashes[at] = fold(&hashes[at..at + RUN]);
    }
    hashes.truncate(count);
    hashes
}
