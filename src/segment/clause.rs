//! Where one sentence holds a claim and its reason, or two opposed claims, the place between them.
//!
//! The connectives are those that argument annotators mark most reliably (Stab and Gurevych 2014,
//! <https://aclanthology.org/D14-1006/>; Knott and Dale 1994). A cut that is missed costs little, a wrong
//! one makes two stumps, so both halves must be long enough to say something.

use crate::thread::Span;

/// The fewest words on each side of a reason.
const REASON: usize = 3;
/// The fewest words on each side of an opposition.
const OPPOSED: usize = 4;

/// Adds the sentence `text[start..end]`, in clauses where that is called for.
pub(super) fn cut(text: &str, start: usize, end: usize, spans: &mut Vec<Span>) {
    let sentence = &text[start..end];
    let mut begin = 0;
    if sentence.len() >= 28 && !sentence.ends_with('?') {
        let mut clauses = Clauses { sentence, begin: 0, words: 0, depth: 0, in_quotes: false };
        let mut at = 0;
        while let Some((word_start, word_end)) = next_word(sentence, at) {
            if clauses.may_begin_at(word_start, word_end) {
                spans.extend(trimmed(text, start + begin, start + word_start));
                begin = word_start;
                clauses.begin = word_start;
                clauses.words = 0;
            }
            clauses.read(&sentence[word_start..word_end]);
            at = word_end;
        }
    }
    spans.extend(trimmed(text, start + begin, end));
}

fn trimmed(text: &str, start: usize, end: usize) -> Option<Span> {
    let piece = text.get(start..end)?;
    let left = piece.len() - piece.trim_start().len();
    let kept = piece.trim();
    if kept.is_empty() { None } else { Span::of(text, start + left, start + left + kept.len()) }
}

fn next_word(sentence: &str, at: usize) -> Option<(usize, usize)> {
    let rest = sentence.get(at..)?;
    let start = at + rest.find(|c: char| !c.is_whitespace())?;
    let len = sentence[start..].find(char::is_whitespace).unwrap_or(sentence.len() - start);
    Some((start, start + len))
}

struct Clauses<'t> {
    sentence: &'t str,
    /// Where the clause being read begins.
    begin: usize,
    /// Its words so far.
    words: usize,
    depth: u32,
    in_quotes: bool,
}

impl Clauses<'_> {
    fn read(&mut self, word: &str) {
        self.words += usize::from(word.bytes().any(|b| b.is_ascii_alphanumeric() || b >= 0x80));
        if word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b',' | b'\'')) {
            return;
        }
        for c in word.chars() {
            match c {
                '(' | '[' | '“' | '«' => self.depth += 1,
                ')' | ']' | '”' | '»' => self.depth = self.depth.saturating_sub(1),
                '"' => self.in_quotes = !self.in_quotes,
                _ => {}
            }
        }
    }

    /// Whether a clause of its own begins with this word.
    fn may_begin_at(&self, start: usize, end: usize) -> bool {
        if self.words < REASON || self.depth > 0 || self.in_quotes {
            return false;
        }
        let before = self.sentence[..start].trim_end();
        let word = &self.sentence[start..end];
        let after_comma = before.ends_with([',', '—', '–']);
        let after_semicolon = before.ends_with(';') && !before.ends_with("&amp;");
        let kind = connective(word);
        if kind == Connective::Other && !after_semicolon {
            return false;
        }
        let rest = self.sentence[end..].trim_start();
        let follows = |words: &[&str]| words.iter().any(|next| begins_with_word(rest, next));
        let last = before.rsplit(char::is_whitespace).next().unwrap_or_default();
        let fewest = match kind {
            _ if after_semicolon => REASON,
            Connective::Because => {
                let bound = is_any(last, BOUND);
                if follows(&["of"]) || bound {
                    return false;
                }
                REASON
            }
            Connective::Since if after_comma && !follows(&["then", "the", "last", "day"]) => REASON,
            Connective::So
                if after_comma
                    && !follows(&["that", "much", "many", "far", "long", "to", "called", "be"]) =>
            {
                REASON
            }
            Connective::Therefore if after_comma || last.ends_with("and") => REASON,
            Connective::But if after_comma => OPPOSED,
            _ => return false,
        };
        let (count, verb) = measure(&self.sentence[start..]);
        let opposed = fewest == OPPOSED;
        let enough = self.words >= fewest && count > fewest;
        let verbs = !opposed || (verb && measure(&self.sentence[self.begin..start]).1);
        enough && verbs
    }
}

/// "Not because", "it's because": the reason is what the clause before it is about.
static BOUND: &[&str] = &[
    "just",
    "not",
    "only",
    "simply",
    "merely",
    "is",
    "it's",
    "was",
    "probably",
    "mainly",
    "mostly",
    "partly",
    "largely",
    "precisely",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Connective {
    Because,
    Since,
    So,
    Therefore,
    But,
    Other,
}

fn connective(word: &str) -> Connective {
    match word {
        "because" | "cuz" | "Because" | "BECAUSE" => Connective::Because,
        "since" => Connective::Since,
        "so" => Connective::So,
        "therefore" | "therefore," | "hence" | "thus" => Connective::Therefore,
        "but" | "although" | "though" | "yet" | "whereas" | "however" | "however," => Connective::But,
        _ => Connective::Other,
    }
}

fn begins_with_word(text: &str, word: &str) -> bool {
    text.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '\''))
}

fn is_any(word: &str, words: &[&str]) -> bool {
    words.iter().any(|other| word.eq_ignore_ascii_case(other))
}

/// How many words follow, and whether a verb is among them; reads no further than it must.
fn measure(rest: &str) -> (usize, bool) {
    let mut count = 0;
    let mut verb = false;
    for word in rest.split_whitespace().take(16) {
        count += usize::from(word.bytes().any(|b| b.is_ascii_alphanumeric() || b >= 0x80));
        verb |= is_verb(word);
    }
    (count, verb)
}

/// Verbs that nearly every English clause has one of, and the commonest others.
fn is_verb(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    if word.len() < 2 || word.len() > 10 {
        return false;
    }
    matches!(
        word,
        "is" | "are"
            | "was"
            | "were"
            | "be"
            | "been"
            | "am"
            | "do"
            | "does"
            | "did"
            | "has"
            | "have"
            | "had"
            | "can"
            | "could"
            | "will"
            | "would"
            | "should"
            | "must"
            | "may"
            | "might"
            | "isn't"
            | "aren't"
            | "wasn't"
            | "don't"
            | "doesn't"
            | "didn't"
            | "hasn't"
            | "haven't"
            | "can't"
            | "cannot"
            | "couldn't"
            | "won't"
            | "wouldn't"
            | "shouldn't"
            | "it's"
            | "that's"
            | "there's"
            | "i'm"
            | "I'm"
            | "you're"
            | "they're"
            | "we're"
            | "he's"
            | "she's"
            | "I've"
            | "you've"
            | "I'd"
            | "I'll"
            | "think"
            | "know"
            | "say"
            | "says"
            | "said"
            | "means"
            | "mean"
            | "want"
            | "wants"
            | "need"
            | "needs"
            | "make"
            | "makes"
            | "made"
            | "get"
            | "gets"
            | "got"
            | "go"
            | "goes"
            | "went"
            | "see"
            | "works"
            | "work"
            | "use"
            | "uses"
            | "used"
            | "gives"
            | "give"
            | "takes"
            | "take"
            | "believe"
            | "agree"
            | "seems"
            | "looks"
            | "feel"
            | "find"
            | "found"
            | "costs"
            | "shows"
    ) || word.contains('’')
}
