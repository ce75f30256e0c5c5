//! Plain text for the terminal: the summary, the review queue and the thread as it was read.
//!
//! Control characters are left out of whatever somebody wrote, so that no post can drive the terminal.

use std::fmt::Write;

use super::address::plain;
use super::wording;
use super::{Format, Report};
use crate::analyse::FlagKind;
use crate::error::Result;
use crate::report::outline::order_of;
use crate::report::{PostView, StandingView, ThreadView};
use crate::thread::State;

/// Lines are no wider than this.
const WIDTH: usize = 80;
/// Replies are moved in up to this depth.
const DEEPEST: u32 = 10;

/// The summary as plain text.
#[derive(Debug)]
pub(super) struct Text;

impl Format for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn extension(&self) -> &'static str {
        "txt"
    }

    fn about(&self) -> &'static str {
        "the summary in quotations, for the terminal"
    }

    fn render(&self, report: &Report) -> Result<String> {
        Ok(summary(report))
    }
}

/// What `summary --format text` prints.
pub fn summary(report: &Report) -> String {
    let mut out = heading(&report.thread);
    wrap(&mut out, "Posts: ", "       ", &report.coverage.line());
    for notice in &report.thread.notices {
        wrap(&mut out, "Note: ", "      ", &plain(&notice.text));
    }
    out.push('\n');
    if let Some(words) = wording::no_argument(report) {
        wrap(&mut out, "", "", words);
        out.push('\n');
    }
    for sentence in &report.summary {
        let author = sentence.author.as_deref().map(|author| format!("{}: ", plain(author)));
        let mut line = author.unwrap_or_default();
        line.push_str(&wording::quotation(sentence));
        // Writing to a `String` cannot fail, here and below.
        for cite in &sentence.cites {
            let _ = write!(line, " #{}", cite.post);
        }
        if let Some(standing) = standing_of(report, sentence.unit) {
            let _ = write!(line, " ({})", wording::standing(standing));
        }
        let _ = write!(out, "{}", wording::lead(sentence));
        if let Some(confidence) = sentence.confidence {
            let _ = write!(out, " ({} % sure)", wording::percent(confidence));
        }
        out.push('\n');
        wrap(&mut out, "  ", "  ", &line);
        out.push('\n');
    }
    let made = format!(
        "Every sentence is a quotation. Who claims what and what stands are guesses by {}.",
        report.annotator.name
    );
    wrap(&mut out, "", "", &made);
    out
}

/// What `review` prints.
pub fn review(report: &Report) -> String {
    let mut out = heading(&report.thread);
    out.push('\n');
    if report.flags.is_empty() {
        out.push_str("Nothing was flagged.\n");
    }
    for flag in &report.flags {
        let author = flag.author.as_deref().map(|author| format!(" by {}", plain(author)));
        let (sure, author) = (wording::percent(flag.confidence), author.unwrap_or_default());
        let line = format!("may be {} ({sure} % sure): #{}{author}", flag_word(flag.kind), flag.post);
        wrap(&mut out, "", "  ", &line);
        wrap(&mut out, "  “", "   ", &format!("{}”", plain(&flag.text)));
        wrap(&mut out, "  ", "  ", &plain(&flag.why));
        if let Some(link) = &flag.permalink {
            let _ = writeln!(out, "  {}", plain(link));
        }
        out.push('\n');
    }
    out
}

/// What `thread` prints: every post, moved in by depth.
pub fn thread(thread: &ThreadView) -> String {
    let mut out = heading(thread);
    for notice in &thread.notices {
        wrap(&mut out, "Note: ", "      ", &plain(&notice.text));
    }
    let posts = thread.posts.as_deref().unwrap_or_default();
    let (order, depth) = order_of(posts);
    for id in order {
        let at = id as usize;
        let (Some(post), Some(&depth)) = (posts.get(at), depth.get(at)) else { continue };
        let indent = "  ".repeat(depth.min(DEEPEST) as usize);
        out.push('\n');
        wrap(&mut out, &indent, &format!("{indent}   "), &head(post));
        let absent = match post.state {
            State::Present => None,
            State::DeletedByAuthor => Some("[deleted by its author]"),
            State::RemovedByModerator => Some("[removed by a moderator]"),
            State::Missing => Some("[answered by others, but not in the source]"),
        };
        if let Some(absent) = absent {
            let _ = writeln!(out, "{indent}{absent}");
        }
        for line in post.text.lines() {
            let line = plain(line);
            let quoted = if line.starts_with("> ") { format!("{indent}> ") } else { indent.clone() };
            if !line.is_empty() {
                wrap(&mut out, &indent, &quoted, &line);
            }
        }
    }
    out
}

fn head(post: &PostView) -> String {
    let mut line = format!("#{}", post.id);
    if let Some(author) = post.speaker() {
        let _ = write!(line, " {}", plain(author));
    }
    if let Some(parent) = post.parent {
        let _ = write!(line, " -> #{parent}");
        match (post.parent_known_by, post.parent_confidence) {
            (Some("inferred"), Some(sure)) => {
                _ = write!(line, " (inferred, {} % sure)", wording::percent(sure))
            }
            (Some("declared") | None, _) => {}
            (Some(known), _) => _ = write!(line, " ({known})"),
        }
    }
    for also in &post.also_replies_to {
        let _ = write!(line, ", #{also}");
    }
    if let Some(time) = post.written_at {
        let _ = write!(line, " · {time}");
    }
    if let Some(votes) = post.votes {
        let _ = write!(line, " · {votes} {}", if votes.abs() == 1 { "vote" } else { "votes" });
    }
    line
}

fn heading(thread: &ThreadView) -> String {
    let mut out = String::new();
    wrap(&mut out, "", "", &wording::title(thread));
    if let Some(url) = &thread.url {
        let _ = writeln!(out, "{}", plain(url));
    }
    out
}

/// The standing of the quoted claim.
pub(super) fn standing_of(report: &Report, unit: Option<u32>) -> Option<&StandingView> {
    let unit = unit?;
    report.standing.iter().find(|standing| standing.unit == unit)
}

/// The kind of a flag in words: those of the JSON contract, so that a new kind needs nothing here.
pub(super) fn flag_word(kind: FlagKind) -> String {
    match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(word)) => word.replace('_', " "),
        _ => "worth a look".to_owned(),
    }
}

/// Breaks a line between words; a word that is wider than a line stays whole.
fn wrap(out: &mut String, first: &str, next: &str, line: &str) {
    let width =
        |text: &str| text.chars().map(|c| if (c as u32) < 0x1100 { 1 } else { cells(c) }).sum::<usize>();
    out.push_str(first);
    let mut used = width(first);
    let mut fresh = true;
    for word in line.split(' ') {
        let wide = width(word);
        if !fresh && used + 1 + wide > WIDTH {
            out.push('\n');
            out.push_str(next);
            used = width(next);
            fresh = true;
        }
        if !fresh {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += wide;
        fresh = false;
    }
    out.push('\n');
}

/// How many cells of a terminal a character of the later planes takes: ideographs and emoji take two.
fn cells(c: char) -> usize {
    match c as u32 {
        0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F => 2,
        0xFF00..=0xFF60 | 0x1F300..=0x1FAFF | 0x20000..=0x3FFFD => 2,
        0x200B..=0x200F | 0xFE00..=0xFE0F => 0,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_to_the_width_of_a_terminal() {
        let mut out = String::new();
        wrap(&mut out, "  ", "  ", &"word ".repeat(60));
        assert!(out.lines().all(|line| line.chars().count() <= WIDTH));
    }
}
