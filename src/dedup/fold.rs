//! The form in which texts are compared, and the words in it. Decides nothing.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// Appends the text in compatibility form, case folded, with plain quotation marks and folded white space.
///
/// White space that holds a line break becomes a line break, any other a space.
pub(super) fn fold_into(text: &str, out: &mut String) {
    let spaced = has_single_spaces(text.as_bytes());
    if spaced && text.is_ascii() {
        return push_lowercase(text, out);
    }
    // Leaving out ASCII can only make the quick check more careful: ASCII never reorders or composes
    // unless a mark follows it, and a mark is never a plain "yes".
    let beyond = || text.chars().filter(|c| !c.is_ascii());
    if is_nfkc_quick(beyond()) != IsNormalized::Yes {
        return fold_chars(text.nfkc(), out);
    }
    if !spaced || beyond().any(char::is_whitespace) {
        return fold_chars(text.chars(), out);
    }
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| !byte.is_ascii()) {
        let (plain, from) = rest.split_at(at);
        push_lowercase(plain, out);
        let Some(c) = from.chars().next() else { break };
        fold_char(c, out);
        rest = &from[c.len_utf8()..];
    }
    push_lowercase(rest, out);
}

/// Whether all white space in ASCII is single spaces and single line breaks, as in most posts.
///
/// Without early exit, so that the compiler can look at many bytes at once.
fn has_single_spaces(bytes: &[u8]) -> bool {
    let odd = bytes.iter().fold(false, |odd, &b| odd | ((b < b' ') & (b != b'\n')));
    let next = bytes.get(1..).unwrap_or_default();
    !odd && !bytes.iter().zip(next).fold(false, |two, (&a, &b)| two | ((a <= b' ') & (b <= b' ')))
}

fn push_lowercase(ascii: &str, out: &mut String) {
    let start = out.len();
    out.push_str(ascii);
    if let Some(added) = out.get_mut(start..) {
        added.make_ascii_lowercase();
    }
}

fn fold_chars(chars: impl Iterator<Item = char>, out: &mut String) {
    let mut gap = None;
    let start = out.len();
    for c in chars {
        if c.is_whitespace() {
            gap = Some(if c == '\n' || gap == Some('\n') { '\n' } else { ' ' });
            continue;
        }
        if let Some(gap) = gap.take()
            && out.len() > start
        {
            out.push(gap);
        }
        fold_char(c, out);
    }
}

fn fold_char(c: char, out: &mut String) {
    match c {
        '’' | '‘' | '‛' => out.push('\''),
        '“' | '”' | '„' | '«' | '»' => out.push('"'),
        c if c.is_ascii() => out.push(c.to_ascii_lowercase()),
        // By way of the upper case, so that "straße" meets "STRASSE" and both sigmas meet.
        c if c.is_alphabetic() => out.extend(c.to_uppercase().flat_map(char::to_lowercase)),
        c => out.push(c),
    }
}

/// What [`scan`] comes across.
pub(super) enum Found {
    /// A word, from byte to byte.
    Word(usize, usize),
    /// The end of a sentence or a line.
    Stop,
}

/// Reports the words of a text, which are its runs of letters and digits, and where its sentences end.
///
/// In scripts that put no space between words each character is a word.
pub(super) fn scan(text: &str, mut found: impl FnMut(Found)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match CLASS[usize::from(byte)] {
            WORD => {
                let end = word_end(text, at);
                found(Found::Word(at, end));
                at = end;
            }
            BEYOND => {
                // `at` is always on a character boundary: every branch moves on by whole characters.
                let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else { return };
                let next = at + c.len_utf8();
                if is_unspaced(c) {
                    found(Found::Word(at, next));
                    at = next;
                } else if c.is_alphanumeric() {
                    let end = word_end(text, next);
                    found(Found::Word(at, end));
                    at = end;
                } else {
                    if matches!(c, '…' | '。' | '！' | '？') {
                        found(Found::Stop);
                    }
                    at = next;
                }
            }
            class => {
                at += 1;
                let inside = class == POINT && bytes.get(at).is_some_and(|&next| !is_gap(next));
                if class != OTHER && !inside {
                    found(Found::Stop);
                }
            }
        }
    }
}

/// The words of a text.
pub(super) fn words_of(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    scan(text, |found| {
        if let Found::Word(from, to) = found {
            words.push(&text[from..to]);
        }
    });
    words
}

/// Whether a sentence may end before this byte.
fn is_gap(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'"' | b'\'' | b')' | b'*' | b'_') || byte >= 0x80
}

/// Where the word ends that goes on at `at`.
fn word_end(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    loop {
        while let Some(eight) = eight(bytes, at) {
            let inside = leading_word_bytes(eight);
            at += inside;
            if inside < 8 {
                break;
            }
        }
        while bytes.get(at).is_some_and(|&byte| CLASS[usize::from(byte)] == WORD) {
            at += 1;
        }
        if bytes.get(at).is_none_or(u8::is_ascii) {
            return at;
        }
        match text.get(at..).and_then(|rest| rest.chars().next()) {
            Some(c) if c.is_alphanumeric() && !is_unspaced(c) => at += c.len_utf8(),
            _ => return at,
        }
    }
}

/// The eight bytes from `at` on, the first one lowest.
fn eight(bytes: &[u8], at: usize) -> Option<u64> {
    let eight = bytes.get(at..)?.first_chunk::<8>()?;
    Some(u64::from_le_bytes(*eight))
}

/// How many of eight bytes, from the first on, are ASCII letters and digits.
///
/// All eight at once: a loop would mispredict the end of every word.
fn leading_word_bytes(eight: u64) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    let low = eight & !HIGH;
    // The high bit of each byte of the sum says whether that byte is at least `least`.
    let at_least = |bytes: u64, least: u8| bytes + u64::from(0x80 - least) * ONES;
    let within = |bytes: u64, from: u8, to: u8| at_least(bytes, from) & !at_least(bytes, to + 1);
    let word = (within(low | (0x20 * ONES), b'a', b'z') | within(low, b'0', b'9')) & !eight & HIGH;
    ((word ^ HIGH).trailing_zeros() / 8) as usize
}

/// Han, kana, Thai, Lao, Khmer and Burmese: written without spaces.
fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{3040}'..='\u{30FF}'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
        && c.is_alphanumeric()
}

const OTHER: u8 = 0;
const WORD: u8 = 1;
const POINT: u8 = 2;
const LINE: u8 = 3;
const BEYOND: u8 = 4;

/// What each byte is for [`scan`].
static CLASS: [u8; 256] = {
    let mut class = [OTHER; 256];
    let mut byte = 0;
    while byte < 256 {
        class[byte] = match byte as u8 {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => WORD,
            b'.' | b'!' | b'?' => POINT,
            b'\n' => LINE,
            0x80.. => BEYOND,
            _ => OTHER,
        };
        byte += 1;
    }
    class
};

/// The hash of a folded word of a text; only ever used to propose, never to decide.
pub(super) fn hash_word(text: &str, from: usize, to: usize) -> u32 {
    const MULTIPLY: u64 = 0x9E37_79B9_7F4A_7C15;
    let bytes = text.as_bytes();
    let mut hash = (to - from) as u64;
    let mut at = from;
    loop {
        let rest = to - at;
        let next = match eight(bytes, at) {
            Some(next) if rest >= 8 => next,
            Some(next) => next & ((1 << (8 * rest)) - 1),
            None => {
                let tail = bytes.get(at..to).unwrap_or_default();
                tail.iter().rev().fold(0, |next, &byte| (next << 8) | u64::from(byte))
            }
        };
        hash = (hash ^ next).wrapping_mul(MULTIPLY);
        hash ^= hash >> 32;
        if rest <= 8 {
            return (hash.wrapping_mul(MULTIPLY) >> 32) as u32;
        }
        at += 8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        let mut out = String::new();
        fold_into(text, &mut out);
        out
    }

    #[test]
    fn case_width_quotation_marks_and_spaces_fold() {
        assert_eq!(folded("ＡＢＣ  “Straße”\tI’m"), folded("abc \"STRASSE\" i'M"));
        assert_eq!(folded("Plain Text\nhere"), "plain text\nhere");
        assert_eq!(folded("  a \n\n b "), "a\nb");
        assert_eq!(folded("cafe\u{301}"), folded("CAFÉ"));
    }

    #[test]
    fn words_split_at_everything_but_letters_and_digits() {
        assert_eq!(words_of("don't 2.5 état-major, ok"), ["don", "t", "2", "5", "état", "major", "ok"]);
        assert_eq!(words_of("この主張 abc"), ["こ", "の", "主", "張", "abc"]);
    }

    #[test]
    fn sentences_end_at_points_before_space_only() {
        let mut stops = 0;
        scan("Version 2.5 is out. Is it?\nYes", |found| stops += usize::from(matches!(found, Found::Stop)));
        assert_eq!(stops, 3);
    }
}
