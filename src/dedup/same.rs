//! Posts with the same text or the same words, and posts that quote the whole of another.
//!
//! Hash tables, one look-up for each post; what they propose is compared before it counts. What is left
//! is handed on as words for the rules that need more.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use xxhash_rust::xxh3::xxh3_64;

use crate::thread::{Confidence, GroupKind, Post, State};

use super::groups::Groups;
use super::read::{Folded, Which};

/// Below this many words two posts are the same only if their text is.
const SHORT: usize = 6;

/// A quotation with at most this many words of one's own says nothing new.
const OWN_WORDS: usize = 4;

/// The fewest words of a passage; shorter sentences are not noted.
pub(super) const RUN: usize = 8;

/// The posts that are not the same as an earlier one, as the hashes of their words.
#[derive(Debug, Default)]
pub(super) struct Texts {
    pub(super) entries: Vec<Text>,
    words: Vec<u32>,
    /// First word and number of words of each sentence that is long enough to be a passage.
    sentences: Vec<(u32, u32)>,
}

/// One post's words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text {
    pub(super) post: u32,
    /// Whose words are compared: a quotation counts only if little else is there.
    pub(super) which: Which,
    words_at: usize,
    len: u32,
    sentences_at: u32,
    sentences: u32,
}

impl Texts {
    pub(super) fn words(&self, text: &Text) -> &[u32] {
        self.words.get(text.words_at..text.words_at + text.len as usize).unwrap_or_default()
    }

    pub(super) fn sentences(&self, text: &Text) -> &[(u32, u32)] {
        let at = text.sentences_at as usize;
        self.sentences.get(at..at + text.sentences as usize).unwrap_or_default()
    }

    /// Reads a post's words; those of its quotations only when hardly any others are there.
    fn push(&mut self, post: u32, folded: &Folded, starts: &mut Vec<u32>) -> Text {
        let words_at = self.words.len();
        let mut which = Which::Own;
        starts.clear();
        folded.hashes(which, &mut self.words, starts);
        if folded.has_quotes() && self.words.len() - words_at <= OWN_WORDS {
            self.words.truncate(words_at);
            starts.clear();
            which = Which::All;
            folded.hashes(which, &mut self.words, starts);
        }
        let len = (self.words.len() - words_at) as u32;
        let sentences_at = self.sentences.len() as u32;
        let mut from = 0;
        for &to in starts.iter().chain([&len]) {
            if to >= from + RUN as u32 {
                self.sentences.push((from, to - from));
            }
            from = to;
        }
        let sentences = self.sentences.len() as u32 - sentences_at;
        Text { post, which, words_at, len, sentences_at, sentences }
    }

    fn drop_last(&mut self, text: &Text) {
        self.words.truncate(text.words_at);
        self.sentences.truncate(text.sentences_at as usize);
    }
}

/// A post that is one quotation and a few words.
struct Quoting {
    post: u32,
    key: u64,
    quoted: usize,
    own: usize,
}

/// Joins the posts with the same text, the same words, or one quoted whole in the other.
pub(super) fn join(posts: &[Post], groups: &mut Groups) -> Texts {
    let mut texts = Texts::default();
    let mut exact: HashMap<u64, u32> = HashMap::with_capacity(posts.len());
    let mut same: HashMap<u64, (u32, Which)> = HashMap::with_capacity(posts.len());
    let mut quoting = Vec::new();
    let (mut folded, mut other) = (Folded::default(), Folded::default());
    let mut starts = Vec::new();
    for (post, at) in posts.iter().zip(0u32..) {
        if post.state != State::Present || post.text().trim().is_empty() {
            continue;
        }
        folded.read(post);
        match exact.entry(xxh3_64(folded.flat())) {
            Entry::Occupied(found) => {
                let first = *found.get();
                if is_same_text(&mut folded, &posts[first as usize], post, &mut other) {
                    groups.join(at, first, GroupKind::Exact, Confidence::CERTAIN);
                    continue;
                }
            }
            Entry::Vacant(free) => {
                free.insert(at);
            }
        }
        let text = texts.push(at, &folded, &mut starts);
        if text.len as usize >= SHORT {
            match same.entry(key(texts.words(&text))) {
                Entry::Occupied(found) => {
                    let (first, which) = *found.get();
                    other.read(&posts[first as usize]);
                    if folded.words(text.which) == other.words(which) {
                        let all = text.which == Which::All || which == Which::All;
                        let deeper = || folded.words(Which::Quoted).len() != other.words(Which::Quoted).len();
                        let kind = if all && deeper() { GroupKind::Quoted } else { GroupKind::Near };
                        groups.join(at, first, kind, Confidence::CERTAIN);
                        texts.drop_last(&text);
                        continue;
                    }
                }
                Entry::Vacant(free) => {
                    free.insert((at, text.which));
                }
            }
        }
        if text.which == Which::All {
            quoting.extend(quotation(at, text.len as usize, &folded));
        } else if folded.has_quotes() {
            // Who quotes this post quotes its quotations too.
            same.entry(key_of(&folded, Which::All)).or_insert((at, Which::All));
        }
        texts.entries.push(text);
    }
    for quoting in quoting {
        if let Some(&(source, which)) = same.get(&quoting.key) {
            join_quoted(posts, groups, &quoting, source, which, (&mut folded, &mut other));
        }
    }
    texts
}

fn is_same_text(folded: &mut Folded, first: &Post, post: &Post, other: &mut Folded) -> bool {
    if first.text() == post.text() {
        return true;
    }
    other.read(first);
    folded.flat() == other.flat()
}

/// The quotation of a post, if it is long enough and next to nothing was added to it.
fn quotation(post: u32, words: usize, folded: &Folded) -> Option<Quoting> {
    let mut quoted = Vec::new();
    folded.hashes(Which::Quoted, &mut quoted, &mut Vec::new());
    let own = words.checked_sub(quoted.len())?;
    let whole = quoted.len() >= SHORT && own <= OWN_WORDS && 2 * own <= quoted.len();
    whole.then(|| Quoting { post, key: key(&quoted), quoted: quoted.len(), own })
}

fn join_quoted(
    posts: &[Post],
    groups: &mut Groups,
    quoting: &Quoting,
    source: u32,
    which: Which,
    (folded, other): (&mut Folded, &mut Folded),
) {
    folded.read(&posts[quoting.post as usize]);
    other.read(&posts[source as usize]);
    if folded.words(Which::Quoted) == other.words(which) {
        let share = quoting.quoted as f64 / (quoting.quoted + quoting.own) as f64;
        groups.join(quoting.post, source, GroupKind::Quoted, Confidence::clamped(share));
    }
}

/// The key under which a sequence of words is looked up.
fn key(words: &[u32]) -> u64 {
    words.iter().fold(words.len() as u64, |key, &word| {
        (key.rotate_left(23) ^ u64::from(word)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    })
}

fn key_of(folded: &Folded, which: Which) -> u64 {
    let mut words = Vec::new();
    folded.hashes(which, &mut words, &mut Vec::new());
    key(&words)
}
