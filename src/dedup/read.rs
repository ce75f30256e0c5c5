//! Reads a post's words once, for every rule.

use crate::thread::{BlockKind, Post};

use super::fold::{Found, fold_into, hash_word, scan, words_of};

/// Which words of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// The author's own and those quoted.
    All,
    /// All but the quotations.
    Own,
    /// The quotations alone.
    Quoted,
}

impl Which {
    fn takes(self, quote: bool) -> bool {
        match self {
            Which::All => true,
            Which::Own => !quote,
            Which::Quoted => quote,
        }
    }
}

/// A post in the form of [`fold_into`], block by block; reused from post to post.
#[derive(Debug, Default)]
pub(super) struct Folded {
    text: String,
    /// Where each block ends and whether it is a quotation.
    blocks: Vec<(usize, bool)>,
    /// The text with line breaks as spaces.
    flat: Vec<u8>,
}

impl Folded {
    /// Takes up another post.
    pub(super) fn read(&mut self, post: &Post) {
        self.text.clear();
        self.blocks.clear();
        for block in post.body.blocks() {
            fold_into(block.span.slice(post.text()), &mut self.text);
            self.text.push('\n');
            self.blocks.push((self.text.len(), matches!(block.kind, BlockKind::Quote(_))));
        }
    }

    pub(super) fn has_quotes(&self) -> bool {
        self.blocks.iter().any(|&(_, quote)| quote)
    }

    /// The form in which equal texts are those that count as the same.
    pub(super) fn flat(&mut self) -> &[u8] {
        self.flat.clear();
        self.flat.extend(self.text.bytes().map(|byte| if byte == b'\n' { b' ' } else { byte }));
        &self.flat
    }

    /// Appends the hashes of the words, and to `starts` the number of each word that opens a sentence.
    pub(super) fn hashes(&self, which: Which, words: &mut Vec<u32>, starts: &mut Vec<u32>) {
        let base = words.len();
        self.each(which, |found, text| match found {
            Found::Word(from, to) => words.push(hash_word(text, from, to)),
            Found::Stop => starts.push((words.len() - base) as u32),
        });
        starts.dedup();
    }

    /// The words themselves, in order.
    pub(super) fn words(&self, which: Which) -> Vec<&str> {
        let mut words = Vec::new();
        self.each(which, |found, text| {
            if let Found::Word(from, to) = found {
                words.push(&text[from..to]);
            }
        });
        words
    }

    /// The words themselves, each with its hash.
    pub(super) fn hashed_words(&self, which: Which) -> Vec<(u32, &str)> {
        let mut words = Vec::new();
        self.each(which, |found, text| {
            if let Found::Word(from, to) = found {
                words.push((hash_word(text, from, to), &text[from..to]));
            }
        });
        words
    }

    /// How many of these words there are up to the end of each block that holds some.
    pub(super) fn block_ends(&self, which: Which) -> Vec<usize> {
        let mut from = 0;
        let mut words = 0;
        let mut ends = Vec::new();
        for &(to, quote) in &self.blocks {
            if which.takes(quote) {
                words += words_of(self.text.get(from..to).unwrap_or_default()).len();
                ends.push(words);
            }
            from = to;
        }
        ends
    }

    fn each<'a>(&'a self, which: Which, mut take: impl FnMut(Found, &'a str)) {
        let mut from = 0;
        for &(to, quote) in &self.blocks {
            let text = self.text.get(from..to).unwrap_or_default();
            if which.takes(quote) {
                scan(text, |found| take(found, text));
            }
            from = to;
        }
    }
}

/// Where each of a post's own words stands in its text; in step with [`Folded::words`] of [`Which::Own`].
pub(super) fn places(post: &Post) -> Vec<(usize, usize)> {
    let text = post.text();
    let mut places = Vec::new();
    let mut folded = String::new();
    for block in post.body.blocks().iter().filter(|block| !matches!(block.kind, BlockKind::Quote(_))) {
        let start = block.span.start();
        for piece in block.span.slice(text).split_whitespace() {
            // A piece is a slice of `text`, so the difference of their addresses is its offset.
            let at = piece.as_ptr() as usize - text.as_ptr() as usize;
            debug_assert!(at >= start);
            let before = places.len();
            scan(piece, |found| {
                if let Found::Word(from, to) = found {
                    places.push((at + from, at + to));
                }
            });
            if piece.is_ascii() {
                continue;
            }
            folded.clear();
            fold_into(piece, &mut folded);
            let mut count = 0;
            scan(&folded, |found| count += usize::from(matches!(found, Found::Word(..))));
            if count != places.len() - before {
                // Compatibility forms made other words of it: all of them stand for the whole piece.
                places.truncate(before);
                places.extend(std::iter::repeat_n((at, at + piece.len()), count));
            }
        }
    }
    places
}
