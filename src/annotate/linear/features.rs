//! What the linear annotator sees of a text: hashed words, word pairs, beginnings, endings and stems.
//!
//! Feature hashing after Weinberger et al. 2009: a feature is the number of its bucket, collisions included.

use crate::annotate::{Exchange, Question};

/// Buckets of each question's table, as a power of two.
pub(super) const BITS: u32 = 16;

/// Words of a text that are read; what a long reply says on page two hardly bears on its stance.
const MOST_WORDS: usize = 320;

/// A feature and the words it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Feature {
    /// Its bucket.
    pub bucket: u32,
    /// Where its words begin in the text; the end is `start` for features that are no words.
    pub start: u32,
    /// Where they end.
    pub end: u32,
}

/// A word or mark: its hash and place.
#[derive(Debug, Clone, Copy)]
struct Token {
    hash: u64,
    stem: u64,
    start: u32,
    end: u32,
    mark: bool,
}

/// Kinds of features; part of the hash.
#[derive(Clone, Copy)]
enum Kind {
    Word = 1,
    Pair,
    Opening,
    Closing,
    Stem,
    SentenceStart,
    Length,
    Questions,
    Shared,
    ParentLength,
    ParentAsks,
    Triple,
    Ending,
}

/// Reads texts one after the other, with buffers that are used again.
#[derive(Debug, Default)]
pub(super) struct Reader {
    tokens: Vec<Token>,
    parent: Vec<Token>,
    parent_words: Vec<u64>,
    features: Vec<Feature>,
}

impl Reader {
    /// The features of a whole reply, or of one passage where `question` is about its role.
    pub(super) fn read(&mut self, question: Question, exchange: &Exchange<'_>) -> &[Feature] {
        self.tokens.clear();
        self.features.clear();
        for span in exchange.passages {
            tokens(span.slice(exchange.text), span.start(), &mut self.tokens);
            if self.tokens.len() >= MOST_WORDS {
                break;
            }
        }
        self.words();
        if matches!(question, Question::Stance) {
            self.beside(exchange.parent.unwrap_or_default());
        }
        self.features.sort_unstable();
        self.features.dedup_by_key(|feature| feature.bucket);
        &self.features
    }

    fn add(&mut self, kind: Kind, hash: u64, from: Option<(Token, Token)>) {
        let mixed =
            (hash ^ (kind as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        let bucket = (mixed >> (64 - BITS)) as u32;
        let (start, end) = from.map_or((0, 0), |(first, last)| (first.start, last.end));
        self.features.push(Feature { bucket, start, end });
    }

    fn words(&mut self) {
        let tokens = std::mem::take(&mut self.tokens);
        let mut sentence = true;
        let mut questions = 0u64;
        for (at, &token) in tokens.iter().enumerate() {
            self.add(Kind::Word, token.hash, Some((token, token)));
            if !token.mark && token.stem != token.hash {
                self.add(Kind::Stem, token.stem, Some((token, token)));
            }
            if let Some(&next) = tokens.get(at + 1) {
                self.add(Kind::Pair, join(token.hash, next.hash), Some((token, next)));
                if sentence {
                    self.add(Kind::SentenceStart, join(token.hash, next.hash), Some((token, next)));
                }
                if let Some(&third) = tokens.get(at + 2).filter(|_| at < 24) {
                    self.add(
                        Kind::Triple,
                        join(join(token.hash, next.hash), third.hash),
                        Some((token, third)),
                    );
                }
            }
            if sentence {
                self.add(Kind::SentenceStart, token.hash, Some((token, token)));
            }
            sentence = token.mark
                && matches!(token.hash, hash if hash == mark(b'.') || hash == mark(b'?') || hash == mark(b'!'));
            questions += u64::from(token.hash == mark(b'?'));
        }
        let mut opening = 0;
        for &token in tokens.iter().take(4) {
            opening = join(opening, token.hash);
            self.add(Kind::Opening, opening, Some((tokens[0], token)));
        }
        for &token in tokens.iter().rev().take(6) {
            self.add(Kind::Closing, token.hash, Some((token, token)));
        }
        if let Some(last) = tokens.last() {
            self.add(Kind::Ending, last.hash, Some((*last, *last)));
        }
        self.add(Kind::Length, bucket_of(tokens.len()), None);
        self.add(Kind::Questions, questions.min(4), None);
        self.tokens = tokens;
    }

    /// What the reply has to do with its parent.
    fn beside(&mut self, parent: &str) {
        self.parent.clear();
        tokens(parent, 0, &mut self.parent);
        self.parent_words.clear();
        self.parent_words.extend(self.parent.iter().filter(|token| long(token)).map(|token| token.stem));
        self.parent_words.sort_unstable();
        self.parent_words.dedup();
        let words = self.tokens.iter().filter(|token| long(token));
        let shared =
            words.clone().filter(|token| self.parent_words.binary_search(&token.stem).is_ok()).count();
        let share = shared * 8 / words.count().max(1);
        self.add(Kind::Shared, join(share as u64, bucket_of(shared)), None);
        self.add(Kind::ParentLength, bucket_of(self.parent.len()), None);
        let asks = self.parent.iter().rev().take(12).any(|token| token.hash == mark(b'?'));
        self.add(Kind::ParentAsks, u64::from(asks), None);
    }
}

fn long(token: &Token) -> bool {
    !token.mark && token.end - token.start > 4
}

/// Lengths that differ by less than a half count as one.
fn bucket_of(count: usize) -> u64 {
    let log = (count + 1).ilog2();
    u64::from(log * 2) + ((count + 1) >> log.saturating_sub(1) & 1) as u64
}

fn join(one: u64, other: u64) -> u64 {
    (one.rotate_left(23) ^ other).wrapping_mul(0x9fb2_1c65_1e98_df25)
}

fn mark(byte: u8) -> u64 {
    join(0x51, u64::from(byte))
}

/// Words in lower case, numbers as one word, and the marks that carry meaning.
fn tokens(text: &str, base: usize, out: &mut Vec<Token>) {
    const SEED: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() && out.len() < MOST_WORDS {
        let start = at;
        let (mut hash, mut stem, mut length, mut digits) = (SEED, SEED, 0, true);
        while at < bytes.len() {
            let (byte, width) = match &bytes[at..] {
                [0xe2, 0x80, 0x99, ..] => (b'\'', 3),
                // Other general punctuation separates words.
                [0xe2, 0x80, ..] => break,
                [byte, ..] => (byte.to_ascii_lowercase(), 1),
                [] => break,
            };
            if !(byte.is_ascii_alphanumeric() || byte >= 0x80 || (byte == b'\'' && length > 0)) {
                break;
            }
            digits &= byte.is_ascii_digit();
            hash = (hash ^ u64::from(byte)).wrapping_mul(PRIME);
            length += 1;
            if length <= 5 {
                stem = hash;
            }
            at += width;
        }
        let place = |end: usize| ((base + start) as u32, (base + end) as u32);
        if length > 0 {
            let ((start, end), number) = (place(at), join(SEED, 0));
            let (hash, stem) = if digits { (number, number) } else { (hash, stem) };
            out.push(Token { hash, stem, start, end, mark: false });
        } else {
            let byte = bytes[at];
            at += if bytes[at..].starts_with(&[0xe2, 0x80]) { 3 } else { 1 };
            at = at.min(bytes.len());
            if matches!(byte, b'?' | b'!' | b'.' | b',' | b':' | b'>' | b'(' | b'"' | b'*') {
                let (start, end) = place(at);
                out.push(Token { hash: mark(byte), stem: mark(byte), start, end, mark: true });
            }
        }
    }
}
