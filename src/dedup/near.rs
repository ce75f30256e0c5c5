//! Posts with the same words but for a few.
//!
//! Whoever changes one word in five leaves some three words in a row alone, so posts that are near share
//! runs of three words. Each post is sketched by some thirty of its runs at most, chosen by their hash and
//! hence alike in like posts; runs that stand in one post only are sieved out before anything is sorted.
//! Pairs that share enough runs are compared word by word.
//!
//! Why no MinHash: at forty words a signature costs 128 hashes for every run where this costs one, and its
//! bands miss one near copy in twelve (Jaccard of word pairs is about 0.5 there).
//!
//! A post joins a group only if it is also like the post that stands for the group, so that groups do not
//! drift by small steps.

use crate::thread::{Confidence, GroupKind, Post};

use super::groups::Groups;
use super::read::{Folded, Which};
use super::same::{Text, Texts};
use super::sketch::{Sieve, mix};

/// Below this many words one changed word changes what a post says.
const SHORT: usize = 10;

/// The share of words that must agree, and the share with the post that stands for the group.
const SHARE: f64 = 0.75;
const SHARE_OF_LEADER: f64 = 0.6;

/// Posts of twice this many words are sketched by half their runs, and so on.
const FULL: usize = 16;

/// Runs that stand in more posts than this are common phrases, or a text that very many repeat.
const COMMON: usize = 16;

/// Joins the posts that say the same in nearly the same words.
pub(super) fn join(posts: &[Post], texts: &Texts, groups: &mut Groups) {
    let sketches = Sketches::new(texts, groups);
    let mut pairs = sketches.pairs();
    drop(sketches);
    pairs.sort_unstable();
    let mut compare = Compare::default();
    for found in pairs.chunk_by(|a, b| a.0 == b.0) {
        let later = &texts.entries[found[0].0 as usize];
        let mut best: Option<(f64, u32)> = None;
        let mut last = None;
        for &(_, earlier) in found {
            if last.replace(earlier) == Some(earlier) {
                continue;
            }
            let share = compare.hashes(texts, later, &texts.entries[earlier as usize]);
            if share >= SHARE && best.is_none_or(|(most, _)| share > most) {
                best = Some((share, earlier));
            }
        }
        if let Some((_, earlier)) = best {
            join_pair(posts, later, &texts.entries[earlier as usize], groups, &mut compare);
        }
    }
}

fn join_pair(posts: &[Post], later: &Text, earlier: &Text, groups: &mut Groups, compare: &mut Compare) {
    let leader = groups.leader(earlier.post);
    let share = compare.words(posts, later, earlier.post, earlier.which);
    if share < SHARE || leader == later.post {
        return;
    }
    // The leader has few words of its own or none quoted, else it would not have been compared.
    if leader != earlier.post && compare.words(posts, later, leader, earlier.which) < SHARE_OF_LEADER {
        return;
    }
    groups.join(later.post, earlier.post, GroupKind::Near, Confidence::clamped(share));
}

/// Hashed runs of three words, some of each post.
struct Sketches {
    runs: Vec<u32>,
    /// Which entry, and where its runs end.
    posts: Vec<(u32, u32)>,
}

impl Sketches {
    fn new(texts: &Texts, groups: &Groups) -> Self {
        let mut sketches = Self { runs: Vec::new(), posts: Vec::new() };
        for (text, entry) in texts.entries.iter().zip(0u32..) {
            let words = texts.words(text);
            if words.len() as f64 >= SHORT as f64 * SHARE && groups.is_leader(text.post) {
                sketch(words, &mut sketches.runs);
                sketches.posts.push((entry, sketches.runs.len() as u32));
            }
        }
        sketches
    }

    /// Pairs of entries that share enough runs, the later one first; some more than once.
    fn pairs(&self) -> Vec<(u32, u32)> {
        let shared = self.shared();
        let mut common = vec![0u32; self.posts.len()];
        for bucket in shared.chunk_by(|a, b| a >> 32 == b >> 32).filter(|bucket| bucket.len() > COMMON) {
            bucket.iter().for_each(|&found| common[found as u32 as usize] += 1);
        }
        // Where most runs are common the text itself is, and common runs are all there is to go by.
        let widely = |at: u32| 2 * common[at as usize] >= self.size(at as usize);
        let mut pairs: Vec<u64> = Vec::new();
        let mut pair = |a: u32, b: u32| pairs.push(u64::from(a.max(b)) << 32 | u64::from(a.min(b)));
        for bucket in shared.chunk_by(|a, b| a >> 32 == b >> 32) {
            let posts = bucket.iter().map(|&found| found as u32);
            if bucket.len() <= COMMON {
                for (index, a) in posts.clone().enumerate() {
                    posts.clone().take(index).for_each(|b| pair(a, b));
                }
                continue;
            }
            let mut firsts = [None; 2];
            let mut before = None;
            for post in posts.filter(|&post| widely(post)) {
                firsts.iter().flatten().for_each(|&first| pair(post, first));
                if let Some(free) = firsts.iter_mut().find(|first| first.is_none()) {
                    *free = Some(post);
                } else if let Some(before) = before.replace(post) {
                    pair(post, before);
                }
            }
        }
        pairs.sort_unstable();
        let enough = pairs.chunk_by(|a, b| a == b).filter_map(|same| {
            let (later, earlier) = ((same[0] >> 32) as usize, same[0] as u32 as usize);
            let smaller = self.size(later).min(self.size(earlier)) as usize;
            (same.len() * 7 >= smaller).then(|| (self.posts[later].0, self.posts[earlier].0))
        });
        enough.collect()
    }

    /// How many runs the sketch of a post holds.
    fn size(&self, at: usize) -> u32 {
        let start = at.checked_sub(1).map_or(0, |before| self.posts[before].1);
        self.posts[at].1 - start
    }

    /// Each run that may stand in several posts with each of its posts, sorted.
    fn shared(&self) -> Vec<u64> {
        let mut sieve = Sieve::new(self.runs.len());
        self.runs.iter().for_each(|&run| sieve.add(run));
        let mut shared = Vec::new();
        let mut start = 0;
        for (&(_, end), post) in self.posts.iter().zip(0u64..) {
            for &run in self.runs.get(start..end as usize).unwrap_or_default() {
                if sieve.has_twice(run) {
                    shared.push(u64::from(run) << 32 | post);
                }
            }
            start = end as usize;
        }
        shared.sort_unstable();
        shared.dedup();
        shared
    }
}

/// Appends the runs that stand for these words: all, or of a long text those whose hash ends in zeros.
fn sketch(words: &[u32], runs: &mut Vec<u32>) {
    let from = runs.len();
    let halvings = (words.len() / FULL).checked_ilog2().unwrap_or(0);
    let zeros = (1u64 << halvings) - 1;
    let mut least = u64::MAX;
    for run in words.windows(3) {
        let [a, b, c] = [run[0], run[1], run[2]].map(u64::from);
        let hash = mix(a
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .wrapping_add(b.wrapping_mul(0xC2B2_AE3D_27D4_EB4F))
            .wrapping_add(c.wrapping_mul(0x1656_67B1_9E37_79F9)));
        if hash & zeros == 0 {
            runs.push((hash >> 32) as u32);
        }
        least = least.min(hash);
    }
    if runs.len() - from > 3 * FULL {
        // A text that repeats itself: the sort below pays for what it saves.
        let mut own = runs.split_off(from);
        own.sort_unstable();
        own.dedup();
        runs.append(&mut own);
    }
    if runs.len() == from {
        runs.push((least >> 32) as u32);
    }
}

/// Compares two posts as bags of words; keeps its memory from pair to pair.
#[derive(Default)]
struct Compare {
    a: Vec<u32>,
    b: Vec<u32>,
    /// The entry that `a` holds.
    held: Option<u32>,
    one: Folded,
    other: Folded,
}

impl Compare {
    /// The share of agreeing words by their hashes: a bound that only a collision exceeds.
    fn hashes(&mut self, texts: &Texts, later: &Text, earlier: &Text) -> f64 {
        let (a, b) = (texts.words(later), texts.words(earlier));
        if !may_agree(a.len(), b.len()) {
            return 0.0;
        }
        if self.held.replace(later.post) != Some(later.post) {
            self.a.clear();
            self.a.extend_from_slice(a);
            self.a.sort_unstable();
        }
        self.b.clear();
        self.b.extend_from_slice(b);
        self.b.sort_unstable();
        share(&self.a, &self.b)
    }

    /// The share of agreeing words, word for word.
    fn words(&mut self, posts: &[Post], later: &Text, with: u32, which: Which) -> f64 {
        self.one.read(&posts[later.post as usize]);
        self.other.read(&posts[with as usize]);
        let mut a = self.one.hashed_words(later.which);
        let mut b = self.other.hashed_words(which);
        // By the hash first, which is quicker than by the letters.
        a.sort_unstable();
        b.sort_unstable();
        share(&a, &b)
    }
}

fn may_agree(a: usize, b: usize) -> bool {
    let (short, long) = (a.min(b), a.max(b));
    long >= SHORT && short as f64 >= long as f64 * SHARE
}

/// How many words two sorted bags share, by the number in the larger one.
fn share<T: Ord>(a: &[T], b: &[T]) -> f64 {
    let (mut i, mut j, mut common) = (0, 0, 0usize);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                common += 1;
                i += 1;
                j += 1;
            }
        }
    }
    common as f64 / a.len().max(b.len()).max(1) as f64
}
