//! Lines that belong together: mail and other plain text is broken at a width, forum text is not.

/// Widths at which people and mail programs break lines.
const WRAP: std::ops::RangeInclusive<usize> = 56..=100;

/// The paragraphs of a text as byte ranges: single lines, or runs of lines that were one before somebody
/// broke it at a width. A line was broken there when the next line's first word would not have fitted.
pub(super) fn each(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let width = memchr::memchr(b'\n', text.as_bytes()).map_or(0, |_| widest(text));
    let mut at = 0;
    std::iter::from_fn(move || {
        if at >= text.len() {
            return None;
        }
        let start = at;
        loop {
            let end = line_end(text, at);
            let next = (end + 1).min(text.len());
            let line = &text[at..end];
            at = next;
            let below = &text[next.min(text.len())..line_end(text, next.min(text.len()))];
            let whole = continues(line, below, width) || runs_on(&text[start..end], line, below);
            if next >= text.len() || !whole {
                return Some((start, end));
            }
        }
    })
}

fn line_end(text: &str, from: usize) -> usize {
    memchr::memchr(b'\n', &text.as_bytes()[from..]).map_or(text.len(), |at| from + at)
}

/// The longest line, if it is no longer than a broken line can be; otherwise 0.
fn widest(text: &str) -> usize {
    let mut widest = 0;
    for line in text.split('\n') {
        let trimmed = line.trim_end();
        if trimmed.len() > *WRAP.end() && !trimmed.contains("://") {
            return 0;
        }
        widest = widest.max(trimmed.len().min(*WRAP.end()));
    }
    if WRAP.contains(&widest) { widest } else { 0 }
}

fn continues(line: &str, next: &str, width: usize) -> bool {
    if width == 0 || line.len() + 24 < width {
        return false;
    }
    let next = next.trim_start();
    let word = next.split(' ').next().unwrap_or_default();
    !word.is_empty() && !is_marker(word) && line.trim_end().len() + 1 + word.len() > width
}

/// Fewest bytes of a line that people break because it is long.
const LONG: usize = 50;

/// Whether a sentence clearly goes on in the next line, wherever it was broken: that begins small, and the
/// line before it ends in a word or comma after which more must come, or is long, ends in no mark, and
/// belongs to somebody who begins sentences with capital letters.
fn runs_on(before: &str, line: &str, next: &str) -> bool {
    let next = next.trim_start();
    let word = next.split(' ').next().unwrap_or_default();
    if !next.starts_with(char::is_lowercase) || word.contains("://") || is_marker(word) {
        return false;
    }
    let line = line.trim();
    let last = line.rsplit(' ').next().unwrap_or_default();
    let long = line.len() >= LONG
        && begins_sentences_big(before)
        && last.ends_with(char::is_alphanumeric)
        && !last.contains("://");
    let listed = is_marker(line.split(' ').next().unwrap_or_default());
    !listed && line.contains(' ') && (long || line.ends_with(',') || BINDING.contains(&last))
}

/// Whether a sentence of this begins with a capital letter.
fn begins_sentences_big(text: &str) -> bool {
    let text = text.trim_start();
    let mut ends = memchr::memchr3_iter(b'.', b'!', b'?', text.as_bytes());
    let begins_big = |at: usize| {
        let rest = &text[at + 1..];
        let rest = rest.trim_start_matches(['"', '\'', ')', '”', '’']);
        rest.starts_with([' ', '\n']) && rest.trim_start().starts_with(char::is_uppercase)
    };
    text.starts_with(char::is_uppercase) || ends.any(begins_big)
}

/// Words that no sentence ends with.
static BINDING: &[&str] =
    &["a", "an", "and", "because", "every", "if", "my", "nor", "or", "our", "than", "the", "their", "your"];

/// Whether a line's first word marks an item of a list.
fn is_marker(word: &str) -> bool {
    let body = word.trim_end_matches(['.', ')', ':']);
    let number = body.len() < word.len() && !body.is_empty() && body.bytes().all(|b| b.is_ascii_digit());
    number || matches!(word, "-" | "*" | "+" | "•" | "–" | "—" | "--" | "·")
}
