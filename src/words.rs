//! Words as every stage counts them: one definition, so that two stages never disagree on what a word is.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfkc_quick};
use xxhash_rust::xxh3::xxh3_64;

/// The words of a text with where they start: runs of letters and digits, with apostrophes, hyphens and
/// points inside them ("don't", "e.g", "2.5") kept.
pub fn each(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &text[at..];
        let start = at + rest.find(char::is_alphanumeric)?;
        let mut end = start;
        let mut chars = text[start..].char_indices().peekable();
        while let Some((offset, c)) = chars.next() {
            let inside = matches!(c, '\'' | '’' | '-' | '.')
                && chars.peek().is_some_and(|(_, next)| next.is_alphanumeric());
            if !c.is_alphanumeric() && !inside {
                break;
            }
            end = start + offset + c.len_utf8();
        }
        at = end;
        Some((start, &text[start..end]))
    })
}

/// The text in compatibility form, lower case, typographic quotation marks made plain, white space folded.
pub fn normal(text: &str) -> String {
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

/// Whether a lower-case English word carries no topic.
pub fn is_stop(word: &str) -> bool {
    STOP.binary_search(&word).is_ok()
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
    let normal = normal(text);
    let mut hashes: Vec<u64> = each(&normal)
        .filter(|(_, word)| word.len() > 2 && !is_stop(word))
        .map(|(_, word)| xxh3_64(stem(word).as_bytes()))
        .collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

/// Sorted, for the binary search.
static STOP: &[&str] = &[
    "a",
    "about",
    "above",
    "after",
    "again",
    "all",
    "also",
    "am",
    "an",
    "and",
    "any",
    "are",
    "aren't",
    "as",
    "at",
    "be",
    "because",
    "been",
    "before",
    "being",
    "between",
    "both",
    "but",
    "by",
    "can",
    "can't",
    "cannot",
    "could",
    "couldn't",
    "did",
    "didn't",
    "do",
    "does",
    "doesn't",
    "doing",
    "don't",
    "down",
    "during",
    "each",
    "even",
    "few",
    "for",
    "from",
    "further",
    "get",
    "gets",
    "go",
    "got",
    "had",
    "has",
    "hasn't",
    "have",
    "haven't",
    "having",
    "he",
    "her",
    "here",
    "hers",
    "him",
    "his",
    "how",
    "i",
    "i'd",
    "i'll",
    "i'm",
    "i've",
    "if",
    "in",
    "into",
    "is",
    "isn't",
    "it",
    "it's",
    "its",
    "itself",
    "just",
    "let",
    "like",
    "lot",
    "make",
    "makes",
    "many",
    "may",
    "maybe",
    "me",
    "might",
    "more",
    "most",
    "much",
    "must",
    "my",
    "no",
    "nor",
    "not",
    "now",
    "of",
    "off",
    "on",
    "once",
    "one",
    "only",
    "or",
    "other",
    "others",
    "our",
    "out",
    "over",
    "own",
    "people",
    "really",
    "same",
    "say",
    "says",
    "she",
    "should",
    "shouldn't",
    "so",
    "some",
    "something",
    "still",
    "such",
    "than",
    "that",
    "that's",
    "the",
    "their",
    "them",
    "then",
    "there",
    "there's",
    "these",
    "they",
    "they're",
    "thing",
    "things",
    "think",
    "this",
    "those",
    "through",
    "to",
    "too",
    "under",
    "until",
    "up",
    "us",
    "very",
    "was",
    "wasn't",
    "way",
    "we",
    "we're",
    "well",
    "were",
    "what",
    "when",
    "where",
    "which",
    "while",
    "who",
    "why",
    "will",
    "with",
    "won't",
    "would",
    "wouldn't",
    "yes",
    "you",
    "you're",
    "your",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_apostrophes_and_points_inside_them() {
        let found: Vec<&str> = each("Don't say 2.5, e.g. “état-major”.").map(|(_, word)| word).collect();
        assert_eq!(found, ["Don't", "say", "2.5", "e.g", "état-major"]);
    }

    #[test]
    fn the_stop_words_are_sorted() {
        assert!(STOP.is_sorted());
    }

    #[test]
    fn stems_meet() {
        assert_eq!(stem("models"), stem("model"));
        assert_eq!(stem("class"), "class");
    }
}
