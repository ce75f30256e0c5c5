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

/// A quotation block whose origin was found.
pub(super) struct Found {
    pub post: PostId,
    pub block: usize,
    pub of: PostId,
}

pub(super) fn find(thread: &Thread) -> Vec<Found> {
    let unresolved = |post: &Post| post.body.quotes().any(|(_, quote, _)| quote.of.is_none());
    if !thread.posts().iter().any(unresolved) {
        return Vec::new();
    }
    let mut index: HashMap<u64, Vec<PostId>> = HashMap::new();
    let mut found = Vec::new();
    for post in thread.posts() {
        for (block, quote, quoted) in post.body.quotes().filter(|(_, quote, _)| quote.of.is_none()) {
            let by = quote.author.as_deref();
            if let Some(of) = origin(thread, post, &index, &quoted, by) {
                found.push(Found { post: post.id, block, of });
            }
        }
        for span in post.body.prose() {
            for run in runs(span.slice(post.text())) {
                let holders = index.entry(run).or_default();
                if holders.len() < KEPT && holders.last() != Some(&post.id) {
                    holders.push(post.id);
                }
            }
        }
    }
    found
}

fn origin(
    thread: &Thread,
    post: &Post,
    index: &HashMap<u64, Vec<PostId>>,
    quoted: &str,
    by: Option<&str>,
) -> Option<PostId> {
    let wanted = runs(quoted);
    let mut held: HashMap<PostId, usize> = HashMap::new();
    for run in &wanted {
        for &holder in index.get(run).into_iter().flatten() {
            *held.entry(holder).or_default() += 1;
        }
    }
    let parent = post.reply_to.map(|reply| reply.post);
    let best = held.into_iter().filter(|&(_, runs)| runs as f64 >= ENOUGH * wanted.len() as f64).max_by_key(
        |&(holder, runs)| {
            let named = by.is_some() && thread.author_of(holder) == by;
            (Some(holder) == parent, named, runs, holder)
        },
    );
    best.map(|(holder, _)| holder).or_else(|| short_quotation(thread, parent?, quoted))
}

/// A quotation of fewer words than a run is looked for in the parent only.
fn short_quotation(thread: &Thread, parent: PostId, quoted: &str) -> Option<PostId> {
    let quoted = words::normal(quoted);
    let quoted = quoted.trim_matches(|c: char| !c.is_alphanumeric());
    (!quoted.is_empty() && words::normal(thread.post(parent).text()).contains(quoted)).then_some(parent)
}

/// The hashes of a text's runs of words; a single one for a text of fewer words.
fn runs(text: &str) -> Vec<u64> {
    let normal = words::normal(text);
    let hashes: Vec<u64> = words::each(&normal).map(|(_, word)| xxh3_64(word.as_bytes())).collect();
    if hashes.len() < RUN {
        return Vec::new();
    }
    let fold = |run: &[u64]| run.iter().fold(0u64, |sum, &hash| sum.rotate_left(7).wrapping_mul(31) ^ hash);
    hashes.windows(RUN).map(fold).collect()
}
