//! Words as every stage counts them: one definition, so that two stages never disagree on what a word is.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfkc_quick};
use xxhash_rust::xxh3::xxh3_64;

/// The words of a text with where they start: runs of letters and digits, with apostrophes, hyphens and
/// points inside them ("don't", "e.g", "2.5") kept.
pub fn each(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let mut start = at;
        while letter_at(text, start).is_none() {
            start += 1;
            if start >= text.len() {
                return None;
            }
        }
        let mut end = start;
        loop {
            while bytes.get(end).is_some_and(u8::is_ascii_alphanumeric) {
                end += 1;
            }
            if let Some(len) = letter_at(text, end) {
                end += len;
                continue;
            }
            match joint_at(text, end) {
                Some(len) if letter_at(text, end + len).is_some() => end += len,
                _ => break,
            }
        }
        at = end;
        Some((start, text.get(start..end)?))
    })
}

/// The length of the letter or digit that begins at this byte.
#[inline]
fn letter_at(text: &str, at: usize) -> Option<usize> {
    let byte = *text.as_bytes().get(at)?;
    if byte.is_ascii() {
        return byte.is_ascii_alphanumeric().then_some(1);
    }
    let c = text.get(at..)?.chars().next()?;
    c.is_alphanumeric().then(|| c.len_utf8())
}

/// The length of the mark at this byte, if it is one that may stand inside a word.
fn joint_at(text: &str, at: usize) -> Option<usize> {
    match text.as_bytes().get(at)? {
        b'\'' | b'-' | b'.' => Some(1),
        0xE2 => text.get(at..)?.starts_with('’').then(|| '’'.len_utf8()),
        _ => None,
    }
}

/// The text in compatibility form, lower case, typographic quotation marks made plain, white space folded.
pub fn normal(text: &str) -> String {
    if text.is_ascii() {
        return normal_ascii(text);
    }
    let text: Cow<'_, str> = match is_nfkc_quick(text.chars()) {
        unicode_normalization::IsNormalized::Yes => Cow::Borrowed(text),
        _ => Cow::Owned(text.nfkc().collect()),
    };
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        for c in word.chars() {
            match c {
                '’' | '‘' | '‛' => out.push('\''),
                '“' | '”' | '„' | '«' | '»' => out.push('"'),
                c if c.is_ascii() => out.push(c.to_ascii_lowercase()),
                c => out.extend(c.to_lowercase()),
            }
        }
    }
    out
}

/// [`normal`] of plain ASCII, which nearly all English text is.
fn normal_ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // What `char::is_whitespace` calls so; the standard's own test for ASCII leaves U+000B out.
    let is_space = |c: char| matches!(c, ' ' | '\t'..='\r');
    for word in text.split(is_space).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out.make_ascii_lowercase();
    out
}

/// The text without the comma, semicolon or colon that it ends in. The colon of `:smile:` is no such.
pub fn without_pause(text: &str) -> &str {
    let mut kept = text.trim_end();
    while kept.ends_with([',', ';', ':']) && !ends_with_shortcode(kept) {
        kept = kept[..kept.len() - 1].trim_end();
    }
    kept
}

/// Whether a text ends with the name of an emoji between colons.
fn ends_with_shortcode(text: &str) -> bool {
    let named = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '+' | '-');
    let Some(inside) = text.strip_suffix(':') else { return false };
    let before = inside.trim_end_matches(named);
    let free = |before: &str| !before.ends_with(char::is_alphanumeric);
    before.len() < inside.len() && before.strip_suffix(':').is_some_and(free)
}

/// Whether a text denies what it says: an odd number of its English words negate.
pub fn is_negated(text: &str) -> bool {
    each(&normal(text)).filter(|(_, word)| negates(word)).count() % 2 == 1
}

/// Whether a lower-case English word negates, with its apostrophe or without.
fn negates(word: &str) -> bool {
    word.ends_with("n't")
        || word.ends_with("n’t")
        || matches!(
            word,
            "not" | "no" | "never" | "cannot" | "none" | "nobody" | "nothing" | "neither" | "nor" | "without"
        )
        || matches!(
            word,
            "isnt"
                | "arent"
                | "wasnt"
                | "werent"
                | "dont"
                | "doesnt"
                | "didnt"
                | "wont"
                | "cant"
                | "couldnt"
                | "wouldnt"
                | "shouldnt"
                | "aint"
                | "hasnt"
                | "havent"
                | "hadnt"
                | "mustnt"
                | "neednt"
        )
}

/// A lower-case word without the commonest English endings; two forms of one word mostly meet.
///
/// Not Porter's algorithm: it only needs to make "model" meet "models" and "training" meet "trained", and
/// must not make unlike words meet.
pub fn stem(word: &str) -> &str {
    let cut = |suffix: &str, keep: usize| word.strip_suffix(suffix).filter(|stem| stem.len() >= keep);
    if !word.is_ascii() {
        return word;
    }
    if word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") {
        return word;
    }
    cut("'s", 2)
        .or_else(|| cut("ing", 4))
        .or_else(|| cut("ies", 3))
        .or_else(|| cut("ed", 4))
        .or_else(|| cut("es", 4).filter(|stem| stem.ends_with(['s', 'x', 'z', 'h'])))
        .or_else(|| cut("s", 3))
        .unwrap_or(word)
}

/// The distinct words that carry a text's topic, as hashes of their stems, sorted.
pub fn content_words(text: &str) -> Vec<u64> {
    // White space parts words whether it is folded or not.
    let normal = if text.is_ascii() { text.to_ascii_lowercase() } else { normal(text) };
    let mut hashes: Vec<u64> = each(&normal)
        .filter(|(_, word)| word.len() > 2 && !is_stop(word))
        .map(|(_, word)| xxh3_64(stem(word).as_bytes()))
        .collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

/// How many words two sorted lists share.
pub fn shared(one: &[u64], other: &[u64]) -> usize {
    let (mut left, mut right, mut count) = (0, 0, 0);
    while let (Some(a), Some(b)) = (one.get(left), other.get(right)) {
        match a.cmp(b) {
            std::cmp::Ordering::Less => left += 1,
            std::cmp::Ordering::Greater => right += 1,
            std::cmp::Ordering::Equal => {
                count += 1;
                left += 1;
                right += 1;
            }
        }
    }
    count
}

/// Whether a lower-case English word carries no topic.
pub fn is_stop(word: &str) -> bool {
    // Byte strings, because the compiler makes one decision tree of them and compares `str` one by one.
    matches!(
        word.as_bytes(),
        b"a" | b"about"
            | b"above"
            | b"after"
            | b"again"
            | b"all"
            | b"also"
            | b"am"
            | b"an"
            | b"and"
            | b"any"
            | b"are"
            | b"aren't"
            | b"as"
            | b"at"
            | b"be"
            | b"because"
            | b"been"
            | b"before"
            | b"being"
            | b"between"
            | b"both"
            | b"but"
            | b"by"
            | b"can"
            | b"can't"
            | b"cannot"
            | b"could"
            | b"couldn't"
            | b"did"
            | b"didn't"
            | b"do"
            | b"does"
            | b"doesn't"
            | b"doing"
            | b"don't"
            | b"down"
            | b"during"
            | b"each"
            | b"even"
            | b"few"
            | b"for"
            | b"from"
            | b"further"
            | b"get"
            | b"gets"
            | b"go"
            | b"got"
            | b"had"
            | b"has"
            | b"hasn't"
            | b"have"
            | b"haven't"
            | b"having"
            | b"he"
            | b"her"
            | b"here"
            | b"hers"
            | b"him"
            | b"his"
            | b"how"
            | b"i"
            | b"i'd"
            | b"i'll"
            | b"i'm"
            | b"i've"
            | b"if"
            | b"in"
            | b"into"
            | b"is"
            | b"isn't"
            | b"it"
            | b"it's"
            | b"its"
            | b"itself"
            | b"just"
            | b"let"
            | b"like"
            | b"lot"
            | b"make"
            | b"makes"
            | b"many"
            | b"may"
            | b"maybe"
            | b"me"
            | b"might"
            | b"more"
            | b"most"
            | b"much"
            | b"must"
            | b"my"
            | b"no"
            | b"nor"
            | b"not"
            | b"now"
            | b"of"
            | b"off"
            | b"on"
            | b"once"
            | b"one"
            | b"only"
            | b"or"
            | b"other"
            | b"others"
            | b"our"
            | b"out"
            | b"over"
            | b"own"
            | b"people"
            | b"really"
            | b"same"
            | b"say"
            | b"says"
            | b"she"
            | b"should"
            | b"shouldn't"
            | b"so"
            | b"some"
            | b"something"
            | b"still"
            | b"such"
            | b"than"
            | b"that"
            | b"that's"
            | b"the"
            | b"their"
            | b"them"
            | b"then"
            | b"there"
            | b"there's"
            | b"these"
            | b"they"
            | b"they're"
            | b"thing"
            | b"things"
            | b"think"
            | b"this"
            | b"those"
            | b"through"
            | b"to"
            | b"too"
            | b"under"
            | b"until"
            | b"up"
            | b"us"
            | b"very"
            | b"was"
            | b"wasn't"
            | b"way"
            | b"we"
            | b"we're"
            | b"well"
            | b"were"
            | b"what"
            | b"when"
            | b"where"
            | b"which"
            | b"while"
            | b"who"
            | b"why"
            | b"will"
            | b"with"
            | b"won't"
            | b"would"
            | b"wouldn't"
            | b"yes"
            | b"you"
            | b"you're"
            | b"your"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_apostrophes_and_points_inside_them() {
        let found: Vec<&str> = each("Don't say 2.5, e.g. “état-major”.").map(|(_, word)| word).collect();
        assert_eq!(found, ["Don't", "say", "2.5", "e.g", "état-major"]);
    }

    #[test]
    fn plain_text_and_text_with_one_letter_more_have_the_same_normal_form() {
        let text = " The\u{b}quick\t\tBrown \u{1c}Fox\r\n's \"tail\" ";
        assert_eq!(format!("{} é", normal(text)), normal(&format!("{text} É")));
        assert_eq!(content_words(text), content_words(&format!("{text} É")));
    }

    #[test]
    fn a_denial_is_told_from_what_it_denies() {
        for denial in ["It should not be banned", "That isn't so", "that isnt so", "Nobody wants bans"] {
            assert!(is_negated(denial), "{denial}");
        }
        for other in ["It should be banned", "It is not that nobody wants it", "I want it"] {
            assert!(!is_negated(other), "{other}");
        }
    }

    #[test]
    fn stop_words_carry_no_topic() {
        assert!(is_stop("the") && is_stop("shouldn't") && !is_stop("theory") && !is_stop(""));
    }

    #[test]
    fn stems_meet() {
        assert_eq!(stem("models"), stem("model"));
        assert_eq!(stem("class"), "class");
    }
}
