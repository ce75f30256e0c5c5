//! One pass over a passage: its words as the lexicon numbers them, and what can be counted on the way.

use super::lexicon::{Lexicon, Word};

/// What one pass over a passage found.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Counts {
    /// Words and numbers.
    pub words: u32,
    /// "not", "no", "never", "n't".
    pub negations: u32,
    /// "you" and its forms.
    pub you: u32,
    /// "I" and its forms.
    pub me: u32,
    /// Words that begin with a digit.
    pub numbers: u32,
    /// Links.
    pub links: u32,
    /// Words of four and more capital letters.
    pub shouted: u32,
    /// Words that end in "ed": told, not argued.
    pub past: u32,
    /// Words of five and more letters.
    pub long: u32,
    /// Those of them that the parent has as well.
    pub shared: u32,
    /// Commas.
    pub commas: u32,
    /// Quotation marks.
    pub quotes: u32,
    /// Emoji.
    pub emoji: u32,
    /// The last mark: `?`, `!`, `.`, or 0.
    pub last: u8,
}

impl Counts {
    /// The counts of two passages together; the last mark is the later one's.
    pub(super) fn and(self, later: Counts) -> Counts {
        Counts {
            words: self.words + later.words,
            negations: self.negations + later.negations,
            you: self.you + later.you,
            me: self.me + later.me,
            numbers: self.numbers + later.numbers,
            links: self.links + later.links,
            shouted: self.shouted + later.shouted,
            past: self.past + later.past,
            long: self.long + later.long,
            shared: self.shared + later.shared,
            commas: self.commas + later.commas,
            quotes: self.quotes + later.quotes,
            emoji: self.emoji + later.emoji,
            last: later.last,
        }
    }
}

/// Adds the words of `text` to `words` and counts; `parent` holds the hashes of the parent's long words,
/// sorted.
pub(super) fn read(lexicon: &Lexicon, text: &str, parent: &[u64], words: &mut Vec<Word>) -> Counts {
    let mut counts = Counts::default();
    let bytes = text.as_bytes();
    let mut lower = [0u8; MAX];
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if byte.is_ascii_alphanumeric() || (byte >= 0x80 && letter_at(text, at)) {
            let (end, len) = word_end(text, at, &mut lower);
            if is_link(&bytes[at..end], bytes, end) {
                at = link_end(bytes, end);
                counts.links += 1;
                words.push(lexicon.word(b"url"));
                continue;
            }
            note(&mut counts, &lower[..len], &bytes[at..end], parent);
            let word = if byte.is_ascii_digit() { lexicon.word(b"#") } else { lexicon.word(&lower[..len]) };
            words.push(word);
            at = end;
            continue;
        }
        let len = mark(lexicon, text, at, &mut counts, words);
        at += len;
    }
    counts
}

/// Cue words are shorter than this.
const MAX: usize = 24;

fn letter_at(text: &str, at: usize) -> bool {
    text.get(at..).and_then(|rest| rest.chars().next()).is_some_and(char::is_alphanumeric)
}

/// The end of the word that begins here; its lower-case form, cut at the buffer's length, in `lower`.
fn word_end(text: &str, start: usize, lower: &mut [u8; MAX]) -> (usize, usize) {
    let bytes = text.as_bytes();
    let mut at = start;
    let mut len = 0;
    let mut put = |byte: u8| {
        if len < MAX {
            lower[len] = byte;
            len += 1;
        }
    };
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii_alphanumeric() {
            put(byte.to_ascii_lowercase());
            at += 1;
        } else if matches!(byte, b'\'' | b'-' | b'.')
            && bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric)
        {
            put(byte);
            at += 1;
        } else if byte >= 0x80 {
            if bytes[at..].starts_with("’".as_bytes())
                && bytes.get(at + 3).is_some_and(u8::is_ascii_alphanumeric)
            {
                put(b'\'');
                at += 3;
                continue;
            }
            let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else { break };
            if !c.is_alphanumeric() {
                break;
            }
            let next = at + c.len_utf8();
            bytes[at..next].iter().for_each(|&byte| put(byte));
            at = next;
        } else {
            break;
        }
    }
    (at.max(start + 1), len)
}

fn is_link(word: &[u8], bytes: &[u8], end: usize) -> bool {
    (bytes[end..].starts_with(b"://") && word.len() <= 8) || word.starts_with(b"www.")
}

fn link_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while at < bytes.len() && !bytes[at].is_ascii_whitespace() {
        at += 1;
    }
    at
}

fn note(counts: &mut Counts, lower: &[u8], word: &[u8], parent: &[u64]) {
    counts.words += 1;
    match lower {
        b"not" | b"no" | b"never" | b"cannot" | b"nothing" | b"none" | b"nobody" | b"dont" | b"isnt"
        | b"doesnt" | b"cant" => counts.negations += 1,
        b"you" | b"your" | b"yours" | b"you're" | b"you've" | b"you'd" | b"you'll" | b"yourself" | b"u"
        | b"ur" | b"youre" => counts.you += 1,
        b"i" | b"me" | b"my" | b"mine" | b"i'm" | b"i've" | b"i'd" | b"i'll" | b"im" | b"ive" => {
            counts.me += 1;
        }
        _ => {}
    }
    if lower.ends_with(b"n't") {
        counts.negations += 1;
    }
    if lower.ends_with(b"ed") && lower.len() > 4 {
        counts.past += 1;
    }
    if lower[0].is_ascii_digit() {
        counts.numbers += 1;
    }
    if word.len() >= 4 && word.iter().all(u8::is_ascii_uppercase) {
        counts.shouted += 1;
    }
    if lower.len() >= 5 {
        counts.long += 1;
        counts.shared += u32::from(!parent.is_empty() && parent.binary_search(&hash(lower)).is_ok());
    }
}

/// Reads what is no word; its length.
fn mark(lexicon: &Lexicon, text: &str, at: usize, counts: &mut Counts, words: &mut Vec<Word>) -> usize {
    let bytes = text.as_bytes();
    let byte = bytes[at];
    if byte >= 0x80 {
        let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else { return 1 };
        match c {
            '…' => words.push(lexicon.word(b"...")),
            '“' | '”' => {
                counts.quotes += 1;
                words.push(lexicon.word(b"\""));
            }
            '？' => counts.last = b'?',
            '！' => counts.last = b'!',
            '\u{1F000}'..='\u{1FAFF}' | '\u{2600}'..='\u{27BF}' => counts.emoji += 1,
            _ => {}
        }
        return c.len_utf8();
    }
    match byte {
        b'.' if bytes[at..].starts_with(b"..") => {
            let run = bytes[at..].iter().take_while(|byte| **byte == b'.').count();
            counts.last = b'.';
            words.push(lexicon.word(b"..."));
            return run;
        }
        b'+' if bytes[at..].starts_with(b"+1") => {
            words.push(lexicon.word(b"+1"));
            return 2;
        }
        b'?' | b'!' | b'.' => {
            // "?!" asks, "???" asks once.
            let again = counts.last == byte && at > 0 && bytes[at - 1] == byte;
            if !(byte == b'!' && at > 0 && bytes[at - 1] == b'?') {
                counts.last = byte;
            }
            if again {
                return 1;
            }
        }
        b',' => counts.commas += 1,
        b'"' => counts.quotes += 1,
        b':' | b';' | b'^' | b'%' | b'@' | b'(' => {}
        _ => return 1,
    }
    words.push(lexicon.word(&bytes[at..=at]));
    1
}

/// The hashes of a text's long words, sorted, for [`read`].
pub(super) fn long_words(text: &str, found: &mut Vec<u64>) {
    found.clear();
    let mut lower = [0u8; MAX];
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() && found.len() < 4096 {
        let byte = bytes[at];
        if byte.is_ascii_alphanumeric() || (byte >= 0x80 && letter_at(text, at)) {
            let (end, len) = word_end(text, at, &mut lower);
            if len >= 5 {
                found.push(hash(&lower[..len]));
            }
            at = end;
        } else {
            at += 1;
        }
    }
    found.sort_unstable();
}

fn hash(word: &[u8]) -> u64 {
    xxhash_rust::xxh3::xxh3_64(word)
}
