//! One pass over a paragraph's bytes that stops where a sentence can end.

use super::abbreviation::{Stop, is_starter, stop};

/// How far ahead a closing bracket or quotation mark is looked for.
const REACH: usize = 300;

/// What a byte may begin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Plain,
    /// `.`, `!` or `?`.
    Mark,
    /// An opening bracket or a straight quotation mark.
    Open,
    /// `:`, `;`, `=` or `<`, which emoticons begin with.
    Face,
    /// The first byte of an ellipsis, a CJK full stop, an emoji or a curly quotation mark.
    Wide,
}

static CLASSES: [Class; 256] = {
    let mut table = [Class::Plain; 256];
    table[b'.' as usize] = Class::Mark;
    table[b'!' as usize] = Class::Mark;
    table[b'?' as usize] = Class::Mark;
    table[b'(' as usize] = Class::Open;
    table[b'[' as usize] = Class::Open;
    table[b'"' as usize] = Class::Open;
    table[b':' as usize] = Class::Face;
    table[b';' as usize] = Class::Face;
    table[b'=' as usize] = Class::Face;
    table[b'<' as usize] = Class::Face;
    table[0xE2] = Class::Wide;
    table[0xE3] = Class::Wide;
    table[0xEF] = Class::Wide;
    table[0xF0] = Class::Wide;
    table
};

/// Adds the byte ranges of the sentences of `text[start..end]`, trimmed.
pub(super) fn scan(text: &str, start: usize, end: usize, found: &mut Vec<(usize, usize)>) {
    let mut scan = Scan { text: &text[..end], begin: start };
    let mut at = start;
    let bytes = scan.text.as_bytes();
    while at < end {
        let class = CLASSES[usize::from(bytes[at])];
        if class == Class::Plain {
            at += 1;
            continue;
        }
        match scan.step(at, class) {
            Step::On(next) => at = next,
            Step::End(next) => {
                scan.push(next, found);
                at = scan.begin;
            }
        }
    }
    scan.push(end, found);
}

enum Step {
    /// No end here; go on at this byte.
    On(usize),
    /// A sentence ends before this byte.
    End(usize),
}

struct Scan<'t> {
    text: &'t str,
    /// Where the sentence being read begins.
    begin: usize,
}

impl Scan<'_> {
    fn push(&mut self, end: usize, found: &mut Vec<(usize, usize)>) {
        let piece = &self.text[self.begin..end];
        let trimmed = piece.trim();
        if !trimmed.is_empty() {
            let start = self.begin + (piece.len() - piece.trim_start().len());
            found.push((start, start + trimmed.len()));
        }
        self.begin = end;
    }

    fn step(&self, at: usize, class: Class) -> Step {
        match class {
            Class::Plain => Step::On(at + 1),
            Class::Mark => self.mark(at),
            Class::Open => self.open(at, 1),
            Class::Face => match emoticon(self.rest(at)) {
                Some(len) if self.stands_free(at, at + len) => self.after_face(at, at + len),
                _ => Step::On(at + 1),
            },
            Class::Wide => self.wide(at),
        }
    }

    fn wide(&self, at: usize) -> Step {
        let Some(c) = self.rest(at).chars().next() else { return Step::On(at + 1) };
        let next = at + c.len_utf8();
        match c {
            '…' => self.mark(at),
            '。' | '！' | '？' | '｡' => {
                let run =
                    self.skip(next, |c| matches!(c, '。' | '！' | '？' | '｡' | '」' | '』' | '）' | '”'));
                Step::End(self.trailing_faces(run))
            }
            '“' | '‘' => self.open(at, c.len_utf8()),
            c if is_emoji(c) => {
                let run = self.skip(next, is_emoji);
                self.after_face(at, run)
            }
            _ => Step::On(next),
        }
    }

    /// At an opening bracket or quotation mark: past its partner, if that is near; the sentence may end
    /// just inside it.
    fn open(&self, at: usize, len: usize) -> Step {
        let after = at + len;
        let closing = match self.text.as_bytes()[at] {
            b'(' => ')',
            b'[' => ']',
            b'"' if self.opens_quotation(at) => '"',
            b'"' => return Step::On(after),
            _ if self.rest(at).starts_with('“') => '”',
            _ => return Step::On(after),
        };
        let mut reach = (after + REACH).min(self.text.len());
        while !self.text.is_char_boundary(reach) {
            reach -= 1;
        }
        let Some(close) = self.text[after..reach].find(closing).map(|found| after + found) else {
            return Step::On(after);
        };
        let inside = self.text[after..close].trim_end();
        let past = close + closing.len_utf8();
        let ended = inside.ends_with(['.', '!', '?', '…']) && inside.len() > 3;
        // A new sentence may follow the closing mark only when one ended inside it and it stands alone
        // or at the end of a quotation.
        let whole = self.text[self.begin..at].trim().is_empty();
        if ended && (closing != ']') && (whole || closing == '"' || closing == '”') {
            let word = inside
                .trim_end_matches(['.', '!', '?', '…'])
                .rsplit(char::is_whitespace)
                .next()
                .unwrap_or_default();
            let abbreviated = inside.ends_with('.') && stop(word) != Stop::Plain;
            if self.rest(past).starts_with(char::is_whitespace) && self.capital_follows(past) && !abbreviated
            {
                return Step::End(self.trailing_faces(past));
            }
        }
        Step::On(past)
    }

    /// At `.`, `!`, `?` or an ellipsis.
    fn mark(&self, at: usize) -> Step {
        let run = self.skip(at, |c| matches!(c, '.' | '!' | '?' | '…'));
        let marks = &self.text[at..run];
        let end = self.skip(run, is_closer);
        let closed = end > run;
        let nothing_yet = !self.says_something(at);
        if end >= self.text.len() {
            return Step::On(end);
        }
        if nothing_yet {
            return Step::On(end);
        }
        let spaced = self.rest(end).starts_with(char::is_whitespace);
        if !spaced {
            let glued = !closed && self.glued(at, run);
            let face = self.rest(end).chars().next().is_some_and(is_emoji);
            return if face {
                Step::End(self.skip(end, is_emoji))
            } else if glued {
                Step::End(run)
            } else {
                Step::On(run)
            };
        }
        let ends = match marks {
            "." => self.full_stop_ends(at, end, closed),
            _ if marks.contains(['?', '!']) => !closed || !self.small_follows(end),
            // An ellipsis is mostly a pause.
            _ => !self.small_follows(end),
        };
        if ends { Step::End(self.trailing_faces(end)) } else { Step::On(end) }
    }

    fn full_stop_ends(&self, at: usize, end: usize, closed: bool) -> bool {
        let before = &self.text[self.begin..at];
        let word = before.rsplit(char::is_whitespace).next().unwrap_or_default();
        let word_start = before.len() - word.len();
        let first = before[..word_start].trim().is_empty();
        // "1. First", "b. Second": the number of an item.
        if first && word.len() <= 3 && !word.is_empty() && is_item(word) {
            return false;
        }
        let next = self.next_word(end);
        let small = self.small_follows(end);
        match stop(word) {
            Stop::Never => false,
            Stop::Number
                if next.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '$' | '€' | '#')) =>
            {
                false
            }
            Stop::Number => {
                // "p. xii", "max. two" stay whole; "No. the weights" does not.
                let is_word = matches!(word, "no" | "No" | "NO" | "art" | "max" | "min" | "sun" | "mar");
                !small || (is_word && !closed)
            }
            Stop::Starter => is_starter(next),
            Stop::Capital => !small && !is_zone(next),
            Stop::Plain => !small || (!closed && word.chars().filter(|c| c.is_alphanumeric()).count() >= 2),
        }
    }

    /// Whether a mark without white space after it still ends a sentence: "true.But", "what?You".
    fn glued(&self, at: usize, run: usize) -> bool {
        // Only the letters before the mark are read: text without any white space must not be read twice.
        let before = &self.text.as_bytes()[self.begin..at];
        let letters = before.iter().rev().take_while(|b| b.is_ascii_alphabetic() || **b == b'\'').count();
        let whole = before.len() == letters || before[before.len() - letters - 1].is_ascii_whitespace();
        let next = self.next_word(run);
        whole
            && letters >= 2
            && before.last().is_some_and(u8::is_ascii_lowercase)
            && is_starter(next)
            && next != "A"
    }

    /// After an emoji or emoticon that no mark precedes: an end only before a capital letter.
    fn after_face(&self, at: usize, end: usize) -> Step {
        let something = self.says_something(at);
        let end = self.skip(end, |c| is_emoji(c) || c == ')');
        let next = self.rest(end);
        if something && next.starts_with(char::is_whitespace) && self.capital_follows(end) {
            Step::End(self.trailing_faces(end))
        } else {
            Step::On(end)
        }
    }

    /// Past emoji and emoticons that follow a finished sentence: they belong to it.
    fn trailing_faces(&self, end: usize) -> usize {
        let mut end = end;
        loop {
            let start = self.skip(end, |c| c == ' ');
            let rest = self.rest(start);
            let after = match rest.chars().next() {
                Some(c) if is_emoji(c) => self.skip(start, is_emoji),
                Some(':' | ';' | '=' | '<') => match emoticon(rest) {
                    Some(len) if self.stands_free(start, start + len) => start + len,
                    _ => return end,
                },
                _ => return end,
            };
            end = after;
        }
    }

    /// Whether the sentence has a letter or digit yet; a long run of marks is not read again at each.
    fn says_something(&self, at: usize) -> bool {
        self.text.as_bytes()[self.begin..at].iter().take(64).any(|b| b.is_ascii_alphanumeric() || *b >= 0x80)
    }

    fn rest(&self, at: usize) -> &str {
        self.text.get(at..).unwrap_or_default()
    }

    fn skip(&self, at: usize, wanted: impl Fn(char) -> bool) -> usize {
        let rest = self.rest(at);
        at + rest.find(|c| !wanted(c)).unwrap_or(rest.len())
    }

    fn stands_free(&self, start: usize, end: usize) -> bool {
        let before = self.text[..start].chars().next_back();
        before.is_none_or(|c| c.is_whitespace() || matches!(c, '.' | '!' | '?'))
            && self.rest(end).chars().next().is_none_or(char::is_whitespace)
    }

    fn opens_quotation(&self, at: usize) -> bool {
        self.text[..at].chars().next_back().is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '*' | '_'))
            && self.rest(at + 1).chars().next().is_some_and(|c| !c.is_whitespace())
    }

    /// The next word, past white space and opening marks; ends at the first character of no word.
    fn next_word(&self, at: usize) -> &str {
        let start = self.skip(at, |c| c.is_whitespace() || is_opener(c));
        let rest = self.rest(start);
        let len = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '$' | '€' | '#')));
        &rest[..len.unwrap_or(rest.len())]
    }

    fn small_follows(&self, at: usize) -> bool {
        let start = self.skip(at, |c| c.is_whitespace() || is_opener(c));
        self.rest(start).starts_with(|c: char| c.is_lowercase() || matches!(c, ',' | ';'))
    }

    fn capital_follows(&self, at: usize) -> bool {
        let start = self.skip(at, |c| c.is_whitespace() || is_opener(c));
        self.rest(start).starts_with(char::is_uppercase)
    }
}

fn is_closer(c: char) -> bool {
    matches!(c, '"' | '\'' | '”' | '’' | ')' | ']' | '}' | '»' | '*' | '_' | '`')
}

fn is_opener(c: char) -> bool {
    matches!(c, '"' | '\'' | '“' | '‘' | '(' | '[' | '«' | '*' | '_' | '`')
}

/// "1", "12", "a": what stands before the full stop of a list item.
fn is_item(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_digit()) || (word.len() == 1 && word != "I" && word.is_ascii())
}

fn is_zone(word: &str) -> bool {
    matches!(
        word,
        "EST" | "EDT" | "ET" | "PST" | "PDT" | "PT" | "CET" | "CEST" | "GMT" | "UTC" | "BST" | "CST"
    )
}

fn is_emoji(c: char) -> bool {
    matches!(c,
        '\u{1F000}'..='\u{1FAFF}' | '\u{2600}'..='\u{27BF}' | '\u{2B50}' | '\u{2B55}'
        | '\u{FE0F}' | '\u{200D}' | '\u{20E3}' | '\u{E0020}'..='\u{E007F}')
}

/// The length of the emoticon that the text begins with.
fn emoticon(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    if bytes.starts_with(b"<3") {
        return Some(2);
    }
    if !matches!(bytes.first()?, b':' | b';' | b'=') {
        return None;
    }
    let nose = bytes.get(1).is_some_and(|b| matches!(b, b'-' | b'\'' | b'^'));
    let mouth = 1 + usize::from(nose);
    let mut end = mouth;
    while bytes.get(end).is_some_and(|b| {
        matches!(
            b,
            b')' | b'(' | b'D' | b'P' | b'p' | b'/' | b'|' | b'o' | b'O' | b'3' | b'\\' | b']' | b'[' | b'*'
        )
    }) {
        end += 1;
    }
    (end > mouth).then_some(end)
}
