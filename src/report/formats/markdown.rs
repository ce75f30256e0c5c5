//! The summary as Markdown.
//!
//! Whatever somebody wrote is escaped, so that it cannot form a heading, a link, an image or HTML.

use std::fmt::Write;

use super::address::{plain, web};
use super::text::standing_of;
use super::{Format, Report, wording};
use crate::error::Result;

/// The summary as Markdown.
#[derive(Debug)]
pub(super) struct Markdown;

impl Format for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn extension(&self) -> &'static str {
        "md"
    }

    fn about(&self) -> &'static str {
        "the summary in quotations, to paste elsewhere"
    }

    fn render(&self, report: &Report) -> Result<String> {
        Ok(summary(report))
    }
}

/// What `summary` prints: each sentence a quotation with its author, its post and how the claim stands.
pub fn summary(report: &Report) -> String {
    let thread = &report.thread;
    let mut out = String::new();
    // Writing to a `String` cannot fail, here and below.
    let _ = writeln!(out, "# {}\n", escape(&wording::title(thread)));
    match thread.url.as_deref() {
        Some(url) => match web(url) {
            Some(url) => _ = writeln!(out, "Source: <{}>  ", target(url)),
            None => _ = writeln!(out, "Source: {}  ", escape(&plain(url))),
        },
        None => out.push_str("Source: a file  \n"),
    }
    let _ = writeln!(out, "Posts: {}", escape(&report.coverage.line()));
    if !thread.notices.is_empty() {
        out.push('\n');
    }
    for notice in &thread.notices {
        let _ = writeln!(out, "> Note: {}  ", escape(&plain(&notice.text)));
    }
    out.push_str("\n## Summary\n\n");
    if let Some(words) = wording::no_argument(report) {
        let _ = writeln!(out, "{words}\n");
    }
    for sentence in &report.summary {
        let _ = write!(out, "- **{}**", wording::lead(sentence));
        if let Some(confidence) = sentence.confidence {
            let _ = write!(out, " ({} % sure)", wording::percent(confidence));
        }
        if let Some(author) = &sentence.author {
            let _ = write!(out, " - {}", escape(&plain(author)));
        }
        let _ = write!(out, ": {}", escape(&wording::quotation(sentence)));
        for cite in &sentence.cites {
            match cite.permalink.as_deref().and_then(web) {
                Some(link) => _ = write!(out, " [#{}](<{}>)", cite.post, target(link)),
                None => _ = write!(out, " #{}", cite.post),
            }
        }
        if let Some(standing) = standing_of(report, sentence.unit) {
            let _ = write!(out, " ({})", wording::standing(standing));
        }
        out.push('\n');
    }
    let _ = writeln!(
        out,
        "\nEvery sentence is a quotation. Who claims what and what stands are guesses by {}.",
        escape(report.annotator.name)
    );
    out
}

/// One line of somebody's words, with everything escaped that could be markup.
fn escape(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied();
        let markup = match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '#' | '~' | '|' | '$' | '@' => true,
            // Bare addresses become links in GitHub's Markdown.
            ':' => next == Some('/'),
            '.' => {
                out.len() >= 3 && out.get(out.len() - 3..).is_some_and(|www| www.eq_ignore_ascii_case("www"))
            }
            // A list or an underlined heading, were the words to start a line.
            '-' | '+' | '=' => out.is_empty(),
            _ => false,
        };
        if markup {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// An address that cannot end its own angle brackets.
fn target(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    for c in address.chars() {
        match c {
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '\\' => out.push_str("%5C"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_cannot_become_markup() {
        assert_eq!(escape("# [x](javascript:y) <b> *a*"), r"\# \[x\](javascript:y) \<b\> \*a\*");
        assert_eq!(
            escape("see https://a.example or www.a.example: ok"),
            r"see https\://a.example or www\.a.example: ok"
        );
    }
}
