//! Passages of one post's own prose that stand inside another's.
//!
//! A passage is a run of at least eight words and forty bytes that is a whole sentence of one of the two
//! posts, or half of one of them. Every sentence is cut into eights of words, which are looked for at every
//! word of every post; a hit is grown to both sides as far as the words agree. Quotations are ordinary quoting and
//! are left out, and so are posts that repeat another.
//!
//! Everything is bounded: where more than a few posts share a sentence each is compared with the first of
//! them only, and no post lists more than [`MOST`] passages.

use crate::thread::{Part, Post, Span};

use super::fold::{fold_into, words_of};
use super::groups::{Groups, precedes};
use super::read::{Folded, Which, places};
use super::same::{RUN, Text, Texts};
use super::sketch::{Sieve, mix};

/// The fewest bytes of a passage.
const BYTES: usize = 40;

/// The most passages listed of one post, as the one that holds it too.
const MOST: usize = 8;

/// Up to this many posts that share a sentence are all compared with each other.
const FEW: usize = 6;

/// How often a sentence counts within one post.
const TIMES: usize = 2;

/// A stretch of words in two entries that agree by their hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Run {
    /// The post that said it first, as an entry, and the other.
    first: u32,
    inside: u32,
    /// Its first word in each.
    from: u32,
    at: u32,
    len: u32,
}

/// Lists the passages that stand in two posts.
pub(super) fn list(posts: &[Post], texts: &Texts, groups: &Groups) -> Vec<Part> {
    let hits = shared(texts, &hits(texts, groups));
    let mut runs = grow(posts, texts, hits);
    cap(&mut runs);
    spans(posts, texts, &runs)
}

/// Where a hash of eight words was met: `entry` and the number of the first word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Hit {
    key: u32,
    entry: u32,
    word: u32,
}

/// Whether the author's own words of this post are compared: repeats have been told already.
fn is_compared(text: &Text, groups: &Groups) -> bool {
    text.which == Which::Own && groups.is_leader(text.post)
}

/// Every place at which some sentence's eight words stand, if they stand in two places.
fn hits(texts: &Texts, groups: &Groups) -> Vec<Hit> {
    let own = || texts.entries.iter().zip(0u32..).filter(|(text, _)| is_compared(text, groups));
    let eights = own().flat_map(|(text, _)| texts.sentences(text)).map(|&(_, len)| len as usize / RUN).sum();
    let (mut starts, mut met) = (Sieve::new(eights), Sieve::new(eights));
    for (text, _) in own() {
        for &(start, len) in texts.sentences(text) {
            let sentence = texts.words(text).get(start as usize..(start + len) as usize);
            for eight in sentence.unwrap_or_default().chunks_exact(RUN) {
                starts.add(key(eight.iter().fold(0, |sum, &word| roll(sum, word))));
            }
        }
    }
    let mut hits: Vec<Hit> = Vec::new();
    for (text, entry) in own() {
        let words = texts.words(text);
        let mut sum = 0;
        let mut before = None;
        for (end, &word) in words.iter().enumerate() {
            sum = roll(sum, word);
            if let Some(out) = end.checked_sub(RUN) {
                sum = sum.wrapping_sub((u64::from(words[out]) + 1).wrapping_mul(LEAVING));
            }
            let Some(start) = (end + 1).checked_sub(RUN) else { continue };
            let key = key(sum);
            // One word again and again would otherwise hit at every word.
            if starts.has(key) && before.replace(key) != Some(key) {
                met.add(key);
                hits.push(Hit { key, entry, word: start as u32 });
            }
        }
    }
    hits.retain(|hit| met.has_twice(hit.key));
    hits.sort_unstable();
    hits
}

const BASE: u64 = 0x9E37_79B9_7F4A_7C15;
/// The weight of the word that leaves a run of eight.
const LEAVING: u64 = BASE.wrapping_pow(RUN as u32);

/// The sum of the words so far with one more.
fn roll(sum: u64, word: u32) -> u64 {
    sum.wrapping_mul(BASE).wrapping_add(u64::from(word) + 1)
}

fn key(sum: u64) -> u32 {
    (mix(sum) >> 32) as u32
}

/// Pairs of places with the same words, each hit with all others where they are few, else with the first.
fn shared(texts: &Texts, hits: &[Hit]) -> Vec<(Hit, Hit)> {
    let mut pairs = Vec::new();
    for bucket in hits.chunk_by(|a, b| a.key == b.key) {
        // The sieve lets other keys through; what is listed must not depend on which.
        if bucket.len() < 2 || !bucket.iter().any(|hit| is_eight(texts, hit)) {
            continue;
        }
        let mut kept: Vec<Hit> = Vec::new();
        for (several, of_post) in bucket.chunk_by(|a, b| a.entry == b.entry).enumerate() {
            for &hit in of_post.iter().take(TIMES) {
                let first = kept.first().map(|first| first.entry);
                let others = kept.iter().filter(|other| other.entry != hit.entry);
                let others = others.filter(|other| several < FEW || Some(other.entry) == first);
                pairs.extend(others.map(|&other| (other, hit)));
                if several < FEW {
                    kept.push(hit);
                }
            }
        }
    }
    // By pair of posts, then along the posts, so that what lies in one run follows itself.
    pairs.sort_unstable_by_key(|(a, b)| (a.entry, b.entry, b.word.wrapping_sub(a.word), a.word));
    pairs
}

/// Whether the hit is one of the eights of a sentence.
fn is_eight(texts: &Texts, hit: &Hit) -> bool {
    let sentences = texts.sentences(&texts.entries[hit.entry as usize]);
    let next = sentences.partition_point(|&(start, _)| start <= hit.word);
    next.checked_sub(1).is_some_and(|at| {
        let (start, len) = sentences[at];
        ((hit.word - start) as usize).is_multiple_of(RUN) && hit.word as usize + RUN <= (start + len) as usize
    })
}

/// Grows hits to whole runs and keeps those that are passages.
fn grow(posts: &[Post], texts: &Texts, pairs: Vec<(Hit, Hit)>) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut last: Option<(u32, u32, u32, u32)> = None;
    for (a, b) in pairs {
        let diagonal = b.word.wrapping_sub(a.word);
        if last.is_some_and(|(one, other, along, end)| {
            (one, other, along) == (a.entry, b.entry, diagonal) && a.word < end
        }) {
            continue;
        }
        let (one, other) = (&texts.entries[a.entry as usize], &texts.entries[b.entry as usize]);
        let (words, others) = (texts.words(one), texts.words(other));
        let (i, j) = (a.word as usize, b.word as usize);
        let same = |(x, y): &(&u32, &u32)| x == y;
        let back = words[..i].iter().rev().zip(others[..j].iter().rev()).take_while(same).count();
        let on = words[i..].iter().zip(&others[j..]).take_while(same).count();
        last = Some((a.entry, b.entry, diagonal, a.word + on as u32));
        let (from, at, len) = (i - back, j - back, back + on);
        let large = 2 * len >= words.len().min(others.len());
        let whole = || holds_sentence(texts, one, from, len) || holds_sentence(texts, other, at, len);
        if len < RUN || !(large || whole()) {
            continue;
        }
        let (from, at, len) = (from as u32, at as u32, len as u32);
        runs.push(if precedes(posts, one.post, other.post) {
            Run { first: a.entry, inside: b.entry, from, at, len }
        } else {
            Run { first: b.entry, inside: a.entry, from: at, at: from, len }
        });
    }
    runs
}

/// Whether a whole sentence lies in the run.
fn holds_sentence(texts: &Texts, text: &Text, from: usize, len: usize) -> bool {
    let sentences = texts.sentences(text);
    let next = sentences.partition_point(|&(start, _)| (start as usize) < from);
    sentences.get(next).is_some_and(|&(start, words)| (start + words) as usize <= from + len)
}

/// Leaves each post its longest passages.
fn cap(runs: &mut Vec<Run>) {
    runs.sort_unstable_by_key(|run| (run.inside, std::cmp::Reverse(run.len), run.first, run.from, run.at));
    let mut of = None;
    let mut count = 0;
    runs.retain(|run| {
        if of.replace(run.inside) != Some(run.inside) {
            count = 0;
        }
        count += 1;
        count <= MOST
    });
    runs.sort_unstable();
    runs.dedup_by_key(|run| (run.first, run.inside, run.from, run.len));
}

/// The passages as spans, once their words are seen to be the same.
fn spans(posts: &[Post], texts: &Texts, runs: &[Run]) -> Vec<Part> {
    let mut parts = Vec::new();
    let (mut one, mut other, mut slice) = (Folded::default(), Folded::default(), String::new());
    for of_first in runs.chunk_by(|a, b| a.first == b.first) {
        let first = &posts[texts.entries[of_first[0].first as usize].post as usize];
        one.read(first);
        let (words, places, ends) = (one.words(Which::Own), places(first), one.block_ends(Which::Own));
        for run in of_first {
            let inside = &posts[texts.entries[run.inside as usize].post as usize];
            other.read(inside);
            let others = other.words(Which::Own);
            for (from, at, len) in unbroken(run, &ends, &other.block_ends(Which::Own)) {
                let Some(mine) = words.get(from..from + len) else { continue };
                let (Some(start), Some(end)) = (places.get(from), places.get(from + len - 1)) else {
                    continue;
                };
                let Some(span) = passage(first.text(), start.0, end.1) else { continue };
                slice.clear();
                fold_into(span.slice(first.text()), &mut slice);
                if span.len() >= BYTES && others.get(at..at + len) == Some(mine) && words_of(&slice) == mine {
                    parts.push(Part { first: first.id, span, inside: inside.id });
                }
            }
        }
    }
    parts
}

/// The pieces of a run that no end of a block interrupts in either post.
fn unbroken(run: &Run, ends: &[usize], other_ends: &[usize]) -> Vec<(usize, usize, usize)> {
    let (from, at, len) = (run.from as usize, run.at as usize, run.len as usize);
    let mut cuts = Vec::new();
    for (ends, start) in [(ends, from), (other_ends, at)] {
        let next = ends.partition_point(|&end| end <= start);
        let inside = ends.iter().skip(next).take_while(|&&end| end < start + len);
        cuts.extend(inside.map(|&end| end - start));
    }
    cuts.extend([0, len]);
    cuts.sort_unstable();
    let pieces = cuts.windows(2).map(|cut| (from + cut[0], at + cut[0], cut[1] - cut[0]));
    pieces.filter(|&(_, _, len)| len >= RUN).collect()
}

/// The span of a passage with the marks that belong to its first and last word.
fn passage(text: &str, start: usize, end: usize) -> Option<Span> {
    let before = text.get(..start)?;
    let opening = before.trim_end_matches(['"', '“', '\'', '‘', '«', '(', '[']);
    // Marks that hang on to an earlier word close that one.
    let opens = opening.is_empty() || opening.ends_with(char::is_whitespace);
    let start = if opens { opening.len() } else { start };
    let after = text.get(end..)?;
    let closing = after.trim_start_matches(['.', '!', '?', '…', '"', '”', '\'', '’', '»', ')', ']']);
    Span::of(text, start, text.len() - closing.len())
}
