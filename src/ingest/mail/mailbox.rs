//! Cutting a mailbox into messages: mboxrd, mboxo, mboxcl, Pipermail's month files, a message alone.

use std::borrow::Cow;

use memchr::memmem;

use super::headers;

/// How much of a message is searched for the end of its header when its length is declared there.
const HEADER_WINDOW: usize = 64 * 1024;

/// A message as it stands in the mailbox.
#[derive(Debug, Clone, Copy)]
pub(super) struct Message<'t> {
    /// The header lines.
    pub head: &'t str,
    /// What follows the first blank line.
    pub body: &'t str,
    /// Whether lines that begin with "From " were escaped by a `>`.
    pub escaped: bool,
}

/// Whether the text begins with the line that opens a message in a mailbox.
pub(super) fn begins_as_mailbox(text: &str) -> bool {
    text.starts_with("From ") && is_separator(text, 0)
}

/// The text with line ends of one kind.
pub(super) fn with_plain_line_ends(text: &str) -> Cow<'_, str> {
    match memmem::find(text.as_bytes(), b"\r\n") {
        Some(_) => Cow::Owned(text.replace("\r\n", "\n")),
        None => Cow::Borrowed(text),
    }
}

/// The messages of this mailbox, at most so many, and how many more there are.
pub(super) fn messages(text: &str, most: usize) -> (Vec<Message<'_>>, usize) {
    let mut messages = Vec::new();
    if !begins_as_mailbox(text) {
        messages.push(message(text, false));
        return (messages, 0);
    }
    let mut left_out = 0;
    let mut start = 0;
    let mut declared_end = declared_end(text, 0);
    let mut take = |from: usize, to: usize| {
        let whole = text.get(from..to).unwrap_or_default();
        let whole = whole.split_once('\n').map_or("", |(_, rest)| rest);
        if messages.len() < most {
            messages.push(message(whole, true));
        } else {
            left_out += 1;
        }
    };
    for found in memmem::find_iter(text.as_bytes(), b"\nFrom ") {
        let at = found + 1;
        if at < declared_end || !is_separator(text, at) {
            continue;
        }
        take(start, at);
        start = at;
        declared_end = self::declared_end(text, at);
    }
    take(start, text.len());
    (messages, left_out)
}

fn message(text: &str, escaped: bool) -> Message<'_> {
    if let Some(body) = text.strip_prefix('\n') {
        return Message { head: "", body, escaped };
    }
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    Message { head, body, escaped }
}

/// Whether the "From " at this place opens a message: it bears a time, and header lines follow. Words that
/// happen to begin with "From " do neither.
fn is_separator(text: &str, at: usize) -> bool {
    let rest = text.get(at..).unwrap_or_default();
    let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
    let line = line.trim_end();
    if line.len() > 400 || !headers::is_header_line(after) {
        return false;
    }
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let clock = words.iter().any(|word| is_clock(word));
    let year =
        words.iter().rev().take(3).any(|word| word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit()));
    let before = text.get(..at).unwrap_or_default();
    let after_blank = at == 0 || before.ends_with("\n\n");
    (clock && year) || (after_blank && words.len() <= 2)
}

fn is_clock(word: &str) -> bool {
    let mut parts = word.split(':');
    let two = |part: Option<&str>| {
        part.is_some_and(|part| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
    };
    two(parts.next()) && two(parts.next())
}

/// Where the message that begins here ends by its own declaration, if that holds: then nothing before it
/// opens another one. Otherwise where it begins.
fn declared_end(text: &str, at: usize) -> usize {
    let found = || {
        let mut window = (at + HEADER_WINDOW).min(text.len());
        while !text.is_char_boundary(window) {
            window -= 1;
        }
        let head = text.get(at..window)?;
        let head = head.get(..memmem::find(head.as_bytes(), b"\n\n")?)?;
        let line = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then_some(value)
        })?;
        let length: usize = line.trim().parse().ok()?;
        let end = (at + head.len() + 2).checked_add(length)?;
        let rest = text.get(end..)?;
        (rest.trim_start_matches('\n').is_empty() || rest.trim_start_matches('\n').starts_with("From "))
            .then_some(end)
    };
    found().unwrap_or(at)
}
