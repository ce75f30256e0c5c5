//! What can be seen without words: length, marks, counts, what the parent shares.

use super::reading::Counts;
use crate::words;

/// A sign that a post or a passage bears; each has a weight for each answer.
pub(super) type Sign = u16;

/// The words for each sign of a reply, in the order of the weights.
pub(super) static OF_REPLY: &[&str] = &[
    "nothing in particular speaks for another answer",
    "is one or two words long",
    "is a few words long",
    "is one short sentence long",
    "is two or three sentences long",
    "is long",
    "is very long",
    "ends with a question",
    "begins with a question",
    "only asks",
    "asks somewhere",
    "asks several questions",
    "opens with a very short sentence",
    "quotes",
    "gives a link",
    "ends with an exclamation mark",
    "shouts",
    "negates once",
    "negates twice",
    "negates again and again",
    "speaks to the other person",
    "speaks to the other person again and again",
    "speaks of the writer",
    "answers a question",
    "answers a post that asks somewhere",
    "shares few words with the parent",
    "shares many words with the parent",
    "uses an emoji",
    "gives numbers",
    "asks and negates",
    "opens with a short question",
    "asks the other person",
    "negates in the first sentence",
    "speaks to the other person in the first sentence",
    "tells what happened",
    "denies a word of the parent",
    "answers figures with figures",
];

/// The words for each sign of a passage, in the order of the weights.
pub(super) static OF_PASSAGE: &[&str] = &[
    "nothing in particular speaks for another answer",
    "ends with a question mark",
    "ends with an exclamation mark",
    "has no words",
    "is one or two words long",
    "is three or four words long",
    "is a short sentence",
    "is a sentence of common length",
    "is a long sentence",
    "is a very long sentence",
    "gives numbers",
    "gives a link",
    "quotes words",
    "tells what happened",
    "speaks of the writer",
    "speaks to the other person",
    "negates",
    "has several commas",
    "shouts",
    "is no sentence",
    "is only a link",
    "ends with a colon",
    "asks in two or three words",
];

/// What the signs of a reply are taken from.
pub(super) struct Seen<'a> {
    pub passages: &'a [Counts],
    pub text: &'a str,
    pub quotes: bool,
    pub parent: Option<&'a str>,
}

/// Adds the numbers of the signs that a reply bears.
pub(super) fn of_reply(seen: &Seen<'_>, found: &mut Vec<Sign>) {
    let all = seen.passages.iter().fold(Counts::default(), |sum, &counts| sum.and(counts));
    let first = seen.passages.first().copied().unwrap_or_default();
    let questions = seen.passages.iter().filter(|counts| counts.last == b'?').count();
    let parent = seen.parent.unwrap_or_default().trim_end();
    let overlap = f64::from(all.shared) / f64::from(all.long.max(1));
    let mut bears = |number: Sign, does: bool| {
        if does {
            found.push(number);
        }
    };
    bears(0, true);
    bears(
        match all.words {
            0..=2 => 1,
            3..=7 => 2,
            8..=20 => 3,
            21..=50 => 4,
            51..=150 => 5,
            _ => 6,
        },
        true,
    );
    bears(7, all.last == b'?');
    bears(8, first.last == b'?');
    bears(9, questions == seen.passages.len() && questions > 0);
    bears(10, questions > 0);
    bears(11, questions > 1);
    bears(12, first.words <= 3 && seen.passages.len() > 1);
    bears(13, seen.quotes);
    bears(14, all.links > 0);
    bears(15, all.last == b'!');
    bears(16, all.shouted > 1);
    bears(
        match all.negations {
            1 => 17,
            2 => 18,
            _ => 19,
        },
        all.negations > 0,
    );
    bears(if all.you > 2 { 21 } else { 20 }, all.you > 0);
    bears(22, all.me > 0);
    bears(23, parent.ends_with('?'));
    bears(24, parent.contains('?'));
    bears(25, all.long >= 4 && overlap < 0.08);
    bears(26, all.long >= 4 && overlap > 0.3);
    bears(27, all.emoji > 0);
    bears(28, all.numbers > 0);
    bears(29, questions > 0 && all.negations > 0);
    bears(30, first.last == b'?' && first.words <= 3);
    bears(31, questions > 0 && all.you > 0);
    bears(32, first.negations > 0);
    bears(33, first.you > 0);
    bears(34, all.past * 12 > all.words);
    bears(35, denies_a_word(seen.text, parent));
    bears(36, all.numbers > 1 && figures(parent) > 1);
}

/// Adds the numbers of the signs that a passage bears. Its place in the post is none of them: the labelled
/// sentences stand alone.
pub(super) fn of_passage(counts: &Counts, text: &str, found: &mut Vec<Sign>) {
    let mut bears = |number: Sign, does: bool| {
        if does {
            found.push(number);
        }
    };
    bears(0, true);
    bears(1, counts.last == b'?');
    bears(2, counts.last == b'!');
    bears(
        match counts.words {
            0 => 3,
            1..=2 => 4,
            3..=4 => 5,
            5..=8 => 6,
            9..=16 => 7,
            17..=30 => 8,
            _ => 9,
        },
        true,
    );
    bears(10, counts.numbers > 0);
    bears(11, counts.links > 0);
    bears(12, counts.quotes > 1);
    bears(13, counts.past > 0 && counts.past * 12 > counts.words);
    bears(14, counts.me > 0);
    bears(15, counts.you > 0);
    bears(16, counts.negations > 0);
    bears(17, counts.commas > 2);
    bears(18, counts.shouted > 1);
    bears(19, counts.last == 0);
    bears(20, counts.links > 0 && counts.words <= 2);
    bears(21, text.ends_with(':'));
    bears(22, counts.last == b'?' && counts.words <= 3);
}

/// Whether a word that follows "not" stands in the parent: "so around 1:1000, not 1:7".
fn denies_a_word(text: &str, parent: &str) -> bool {
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let tells =
        |word: &str| word.contains(|c: char| c.is_ascii_digit()) || (word.len() > 3 && !words::is_stop(word));
    let mut after_not = false;
    text.split_whitespace().any(|word| {
        let denied = after_not && tells(&bare(word)) && {
            let word = bare(word);
            parent.split_whitespace().any(|theirs| bare(theirs) == word)
        };
        after_not = is_not(word);
        denied
    })
}

/// Whether the word is a "not" with whatever marks around it.
fn is_not(word: &str) -> bool {
    // The quick look first: nearly every word has no "n" that "o" or an apostrophe stands beside.
    let bytes = word.as_bytes();
    let may_be = bytes.windows(2).any(|two| matches!(two, [b'n' | b'N', b'o' | b'O' | b'\'']));
    may_be && {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        matches!(bare.as_str(), "not" | "isn't" | "aren't" | "wasn't")
    }
}

/// Words with a digit in them.
fn figures(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.contains(|c: char| c.is_ascii_digit())).count()
}
