//! The cue table as a word trie, and passages as the numbers of its words.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::OnceLock;

use super::weights::CUES;

/// Where a cue counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// At the beginning of the post, greetings and sighs aside.
    Post = 0,
    /// At the beginning of a passage.
    Passage = 1,
    /// Anywhere in a passage.
    Anywhere = 2,
}

impl Place {
    /// The place that a cue's mark names, and the cue's words.
    pub(super) fn of(cue: &str) -> (Place, &str) {
        match cue.split_at_checked(1) {
            Some(("^", words)) if !words.is_empty() && words != "^" => (Place::Post, words),
            Some(("~", words)) if !words.is_empty() => (Place::Passage, words),
            _ => (Place::Anywhere, cue),
        }
    }
}

/// A word of a text; 0 is one that no cue has.
pub(super) type Word = u32;

/// FNV-1a: the keys are few, short and our own, so nobody can make them collide.
#[derive(Clone)]
pub(super) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0 ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 ^= self.0 >> 32;
    }
}

type Map<K, V> = HashMap<K, V, BuildHasherDefault<Fnv>>;

/// All cues, ready to be looked up word by word.
#[derive(Default)]
pub(super) struct Lexicon {
    words: Map<&'static [u8], Word>,
    /// From a node and a word to the next node.
    edges: Map<u64, u32>,
    /// The cue that ends at a node.
    ends: Vec<Option<u16>>,
}

impl Lexicon {
    /// The lexicon of the cue table, built once.
    pub(super) fn get() -> &'static Lexicon {
        static LEXICON: OnceLock<Lexicon> = OnceLock::new();
        LEXICON.get_or_init(Lexicon::build)
    }

    fn build() -> Self {
        // The first three nodes are the roots of the three places.
        let mut lexicon = Lexicon { ends: vec![None; 3], ..Lexicon::default() };
        for (number, (cue, _, _)) in CUES.iter().enumerate() {
            let (place, words) = Place::of(cue);
            let mut node = place as u32;
            for word in words.split(' ') {
                let count = lexicon.words.len() as Word;
                let word = *lexicon.words.entry(word.as_bytes()).or_insert(count + 1);
                let next = lexicon.ends.len() as u32;
                let entry = *lexicon.edges.entry(edge(node, word)).or_insert(next);
                if entry == next {
                    lexicon.ends.push(None);
                }
                node = entry;
            }
            lexicon.ends[node as usize] = Some(number as u16);
        }
        lexicon
    }

    /// The number of a lower-case word.
    pub(super) fn word(&self, word: &[u8]) -> Word {
        self.words.get(word).copied().unwrap_or(0)
    }

    /// The longest cue of this place that begins with the first of these words: its number and length.
    pub(super) fn longest(&self, place: Place, words: &[Word]) -> Option<(u16, usize)> {
        let mut node = place as u32;
        let mut found = None;
        for (read, &word) in words.iter().enumerate() {
            if word == 0 {
                break;
            }
            let Some(&next) = self.edges.get(&edge(node, word)) else { break };
            node = next;
            if let Some(cue) = self.ends[node as usize] {
                found = Some((cue, read + 1));
            }
        }
        found
    }
}

fn edge(node: u32, word: Word) -> u64 {
    u64::from(node) << 32 | u64::from(word)
}
