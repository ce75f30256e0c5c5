//! WordPiece tokens over the model's own vocabulary (Wu et al. 2016; the uncased variant of Devlin et al. 2019).
//!
//! Lower case, accents stripped, punctuation and CJK characters apart, then the longest pieces that the
//! vocabulary has. It agrees with the tokenizer the model was trained with, and keeps where each token stands.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A token and the byte of the text where its word piece starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub id: u32,
    pub at: u32,
}

/// Words longer than this are unknown as a whole, as in the original.
const LONGEST_WORD: usize = 100;

#[derive(Debug)]
pub(super) struct Tokenizer {
    whole: HashMap<Vec<u8>, u32, BuildHasherDefault<Fnv>>,
    pieces: HashMap<Vec<u8>, u32, BuildHasherDefault<Fnv>>,
    unknown: u32,
    pub cls: u32,
    pub sep: u32,
    longest: usize,
}

/// FNV-1a: the keys are our own vocabulary, so nobody can make them collide.
#[derive(Debug, Clone)]
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// A character of the normal form and the byte of the text it came from.
type Placed = (char, u32);

impl Tokenizer {
    /// From a vocabulary, one token a line; the line number is the id. `None` when a special token is absent.
    pub(super) fn new(vocabulary: &str) -> Option<Self> {
        let mut whole: HashMap<Vec<u8>, u32, _> = HashMap::default();
        let mut pieces: HashMap<Vec<u8>, u32, _> = HashMap::default();
        let mut longest = 1;
        for (id, token) in vocabulary.lines().enumerate() {
            longest = longest.max(token.len());
            match token.strip_prefix("##").filter(|piece| !piece.is_empty()) {
                Some(piece) => pieces.insert(piece.as_bytes().to_vec(), id as u32),
                None => whole.insert(token.as_bytes().to_vec(), id as u32),
            };
        }
        let special = |name: &str| whole.get(name.as_bytes()).copied();
        let (unknown, cls, sep) = (special("[UNK]")?, special("[CLS]")?, special("[SEP]")?);
        Some(Self { whole, pieces, unknown, cls, sep, longest })
    }

    /// The tokens of a text, without the special ones.
    pub(super) fn tokens(&self, text: &str) -> Vec<Token> {
        let mut tokens = Vec::with_capacity(text.len() / 4);
        let mut word: Vec<Placed> = Vec::new();
        let mut bytes = Vec::new();
        for (at, c) in text.char_indices() {
            let at = at as u32;
            if c.is_whitespace() {
                self.flush(&mut word, &mut bytes, &mut tokens);
            } else if is_removed(c) {
                continue;
            } else if c.is_ascii() {
                if c.is_ascii_punctuation() {
                    self.flush(&mut word, &mut bytes, &mut tokens);
                    word.push((c, at));
                    self.flush(&mut word, &mut bytes, &mut tokens);
                } else {
                    word.push((c.to_ascii_lowercase(), at));
                }
            } else {
                self.beyond_ascii(c, at, &mut word, &mut bytes, &mut tokens);
            }
        }
        self.flush(&mut word, &mut bytes, &mut tokens);
        tokens
    }

    fn beyond_ascii(
        &self,
        c: char,
        at: u32,
        word: &mut Vec<Placed>,
        bytes: &mut Vec<u8>,
        tokens: &mut Vec<Token>,
    ) {
        if is_cjk(c) || is_punctuation(c) {
            self.flush(word, bytes, tokens);
            word.push((c, at));
            self.flush(word, bytes, tokens);
            return;
        }
        for c in std::iter::once(c).nfd().filter(|&c| !is_combining_mark(c)) {
            word.extend(c.to_lowercase().map(|c| (c, at)));
        }
    }

    /// Cuts the gathered word into the longest pieces there are; unknown as a whole if one is missing.
    fn flush(&self, word: &mut Vec<Placed>, bytes: &mut Vec<u8>, tokens: &mut Vec<Token>) {
        let Some(&(_, start)) = word.first() else { return };
        let before = tokens.len();
        let mut from = 0;
        if word.len() > LONGEST_WORD {
            from = word.len();
            tokens.push(Token { id: self.unknown, at: start });
        }
        while from < word.len() {
            let Some((to, id)) = self.longest_piece(&word[from..], from > 0, bytes) else {
                tokens.truncate(before);
                tokens.push(Token { id: self.unknown, at: start });
                break;
            };
            tokens.push(Token { id, at: word[from].1 });
            from += to;
        }
        word.clear();
    }

    fn longest_piece(&self, word: &[Placed], inside: bool, bytes: &mut Vec<u8>) -> Option<(usize, u32)> {
        let known = if inside { &self.pieces } else { &self.whole };
        bytes.clear();
        let mut ends = [0usize; LONGEST_WORD];
        let mut count = 0;
        let mut buffer = [0u8; 4];
        for &(c, _) in word {
            bytes.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
            if bytes.len() > self.longest {
                break;
            }
            ends[count] = bytes.len();
            count += 1;
        }
        (0..count).rev().find_map(|last| Some((last + 1, *known.get(&bytes[..ends[last]])?)))
    }
}

/// Characters that the tokenizer drops: controls and what stands for nothing.
fn is_removed(c: char) -> bool {
    c == '\0'
        || c == '\u{FFFD}'
        || c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{AD}')
}

fn is_cjk(c: char) -> bool {
    matches!(c,
        '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}' | '\u{20000}'..='\u{2A6DF}' | '\u{2A700}'..='\u{2B81F}'
        | '\u{2B820}'..='\u{2CEAF}' | '\u{F900}'..='\u{FAFF}' | '\u{2F800}'..='\u{2FA1F}')
}

/// Punctuation beyond ASCII, as far as posts use it.
fn is_punctuation(c: char) -> bool {
    matches!(c,
        '\u{A1}' | '\u{A7}' | '\u{AB}' | '\u{B6}' | '\u{B7}' | '\u{BB}' | '\u{BF}' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{2043}'
        | '\u{2045}'..='\u{2051}' | '\u{2053}'..='\u{205E}' | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301F}'
        | '\u{FF01}'..='\u{FF03}' | '\u{FF05}'..='\u{FF0A}' | '\u{FF0C}'..='\u{FF0F}' | '\u{FF1A}' | '\u{FF1B}' | '\u{FF1F}' | '\u{FF20}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokenizer() -> Tokenizer {
        Tokenizer::new("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nplay\n##ing\n##s\nno\n.\ncafe\n東").unwrap()
    }

    #[test]
    fn the_longest_pieces_are_taken_and_placed() {
        let tokens = tokenizer().tokens("Playing, no.");
        let found: Vec<(u32, u32)> = tokens.iter().map(|token| (token.id, token.at)).collect();
        assert_eq!(found, [(5, 0), (6, 4), (1, 7), (8, 9), (9, 11)]);
    }

    #[test]
    fn accents_go_and_cjk_stands_apart() {
        let ids: Vec<u32> = tokenizer().tokens("Café東東").iter().map(|token| token.id).collect();
        assert_eq!(ids, [10, 11, 11]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_gives_tokens_at_character_boundaries(text in "\\PC{0,80}") {
            for token in tokenizer().tokens(&text) {
                assert!(text.is_char_boundary(token.at as usize));
            }
        }
    }
}
