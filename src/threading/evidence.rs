//! What a post's words tell about whom it answers.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::words;

/// The stem of a word that carries a topic, spelt as the thread spells it.
fn content(word: &str, spelling: &HashMap<String, String>) -> Option<String> {
    let topical = word.len() > 2 && !words::is_stop(word);
    topical.then(|| {
        let stem = words::stem(word);
        spelling.get(stem).cloned().unwrap_or_else(|| stem.to_owned())
    })
}

/// The parts of a post that speak for or against a reply link.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    /// Weight of each content word: its count.
    pub words: BTreeMap<String, f64>,
    /// Content words that follow each other, as stems.
    pub pairs: BTreeSet<(String, String)>,
    /// How plainly it begins as an answer to something just said.
    pub opens_as_answer: Opening,
    /// It ends in a question mark.
    pub asks: bool,
    /// It has a word or two only.
    pub brief: bool,
    /// It argues with figures: several numbers, or a number with a unit.
    pub figures: bool,
    /// Words it puts in quotation marks, in normal form, at least two words each.
    pub cited: Vec<String>,
    /// Its text in normal form.
    pub normal: String,
}

/// How a post begins.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opening {
    /// Like any text.
    #[default]
    Plain,
    /// With a word that takes up what was just said: "No,", "I agree", "Right, like", "More like".
    TakesUp,
    /// With a question word: it asks about something said, not always last.
    Asks,
    /// By speaking of somebody in the third person who must have been spoken of: "No, he's ...".
    OfAThird,
    /// By pointing at an argument, not always the last one: "By this logic", "In the case of".
    PointsAtArgument,
}

static TAKES_UP: &[&str] = &[
    "no",
    "nope",
    "yes",
    "yeah",
    "yep",
    "right",
    "exactly",
    "agreed",
    "i agree",
    "i disagree",
    "sure",
    "true",
    "not really",
    "not quite",
    "wrong",
    "correct",
    "ok",
    "okay",
    "lol",
    "lol no",
    "haha",
    "this",
    "same",
    "thanks",
    "thank you",
    "more like",
    "so what you're saying",
    "so you",
    "so you're",
    "but",
    "and",
    "or",
    "because",
    "well",
    "actually",
    "fair",
    "good point",
    "that's",
    "that is",
    "that doesn't",
    "that would",
    "it's very much not",
    "it's not",
    "it isn't",
    "just because",
    "if your",
    "if you",
    "you can't",
    "you're",
    "you are",
    "are you",
    "do you",
    "am i",
    "is it",
    "isn't",
    "wouldn't",
    "doesn't",
];

static POINTS_AT_ARGUMENT: &[&str] = &[
    "by this logic",
    "by that logic",
    "in the case of",
    "in that case",
    "in this case",
    "so if",
    "then",
    "laws are",
];

static ASKS: &[&str] = &["what do you", "what is", "what's", "why", "how", "who", "where", "which"];

static THIRD: &[&str] = &["he", "he's", "she", "she's", "they're"];

impl Evidence {
    /// Reads a post; `spelling` maps rare misspellings to the word that the thread uses.
    pub(super) fn of(text: &str, spelling: &HashMap<String, String>) -> Self {
        let normal = words::normal(text);
        let all: Vec<&str> = words::each(&normal).map(|(_, word)| word).collect();
        let mut counts: BTreeMap<String, f64> = BTreeMap::new();
        let mut pairs = BTreeSet::new();
        let mut before: Option<String> = None;
        for word in &all {
            let Some(word) = content(word, spelling) else {
                before = None;
                continue;
            };
            *counts.entry(word.clone()).or_default() += 1.0;
            if let Some(before) = before.replace(word.clone()) {
                pairs.insert((before, word));
            }
        }
        for figure in normal.split_whitespace().filter(|word| word.contains(|c: char| c.is_ascii_digit())) {
            let figure = figure.trim_matches(|c: char| !c.is_alphanumeric());
            if !figure.contains("://") {
                counts.entry(figure.to_owned()).or_insert(1.0);
            }
        }
        let numbers = all.iter().filter(|word| word.contains(|c: char| c.is_ascii_digit())).count();
        Self {
            words: counts,
            pairs,
            opens_as_answer: opening(&normal, &all),
            asks: normal.ends_with('?'),
            brief: all.len() <= 3,
            figures: numbers >= 2
                || (numbers >= 1 && all.iter().any(|word| QUANTITIES.binary_search(word).is_ok())),
            cited: cited(&normal),
            normal,
        }
    }
}

/// Sorted, for the binary search.
static QUANTITIES: &[&str] = &[
    "billion",
    "billions",
    "bits",
    "bytes",
    "gb",
    "gigabytes",
    "kb",
    "mb",
    "megabytes",
    "million",
    "millions",
    "percent",
    "pixels",
    "ratio",
    "terabytes",
    "times",
    "trillion",
];

fn opening(normal: &str, all: &[&str]) -> Opening {
    let begins = |phrases: &[&str]| {
        phrases.iter().any(|phrase| {
            normal
                .strip_prefix(phrase)
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '\''))
        })
    };
    let third =
        all.iter().take(2).any(|word| THIRD.contains(word)) && begins(&["no", "yes", "i think", "he", "she"]);
    if third || all.first().is_some_and(|word| THIRD.contains(word)) {
        Opening::OfAThird
    } else if begins(POINTS_AT_ARGUMENT) {
        Opening::PointsAtArgument
    } else if begins(ASKS) {
        Opening::Asks
    } else if begins(TAKES_UP) {
        Opening::TakesUp
    } else {
        Opening::Plain
    }
}

/// The stretches in double quotation marks that are at least two words long.
fn cited(normal: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (index, piece) in normal.split('"').enumerate() {
        let piece = piece.trim().trim_end_matches(['.', ',', '!', '?']);
        if index % 2 == 1 && piece.contains(' ') && piece.len() >= 8 {
            found.push(piece.to_owned());
        }
    }
    found
}

/// Words that stand in one post only and are one letter off a word that stands in several: misspellings.
///
/// Left out for threads of many words, where one letter makes another word too often.
pub(super) fn misspellings<'t>(texts: impl Iterator<Item = &'t str>) -> HashMap<String, String> {
    const MOST_WORDS: usize = 5_000;
    let mut holders: BTreeMap<String, u32> = BTreeMap::new();
    for text in texts {
        let normal = words::normal(text);
        let found: BTreeSet<&str> = words::each(&normal).map(|(_, word)| words::stem(word)).collect();
        for word in found {
            *holders.entry(word.to_owned()).or_default() += 1;
        }
    }
    if holders.len() > MOST_WORDS {
        return HashMap::new();
    }
    let long = |word: &str| word.len() >= 5 && word.is_ascii();
    let usual: Vec<&String> =
        holders.iter().filter(|(word, posts)| **posts > 1 && long(word)).map(|(word, _)| word).collect();
    let rare = holders.iter().filter(|(word, posts)| **posts == 1 && long(word)).map(|(word, _)| word);
    rare.filter_map(|word| {
        let meant = usual.iter().find(|usual| one_letter_off(word.as_bytes(), usual.as_bytes()))?;
        Some((word.clone(), (*meant).clone()))
    })
    .collect()
}

/// Whether two words of one length and first letter differ in exactly one letter.
fn one_letter_off(one: &[u8], other: &[u8]) -> bool {
    let alike = one.len() == other.len() && one.first() == other.first();
    alike && one.iter().zip(other).filter(|(a, b)| a != b).count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openings_are_told_apart() {
        let of = |text| Evidence::of(text, &HashMap::new());
        assert_eq!(of("No, he’s asking for a source.").opens_as_answer, Opening::OfAThird);
        assert_eq!(of("No, a source.").opens_as_answer, Opening::TakesUp);
        assert_eq!(of("Norway has none.").opens_as_answer, Opening::Plain);
        assert_eq!(of("By that logic nobody may.").opens_as_answer, Opening::PointsAtArgument);
    }

    #[test]
    fn quantities_are_sorted() {
        assert!(QUANTITIES.is_sorted());
    }
}
