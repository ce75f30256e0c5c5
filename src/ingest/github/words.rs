//! The words of comments: Markdown as the site shows it, and its HTML.
//!
//! In comments a line break is one, unlike elsewhere in Markdown. Templates leave remarks that nobody sees,
//! and replies by mail leave the mail that they answer and a footer.

use scraper::ElementRef;

use crate::ingest::html::{Treat, attribute, has_class};
use crate::ingest::markdown;
use crate::thread::Body;

/// How the footers that the site puts under its mails begin.
const FOOTERS: &[&str] =
    &["You are receiving this because", "Reply to this email directly", "You received this message because"];

/// The words of a comment's source.
pub(super) fn of_markdown(source: &str) -> Body {
    markdown::body(&prepared(source))
}

/// The source with its line breaks marked, without remarks and what mail adds.
fn prepared(source: &str) -> String {
    let mut text = String::with_capacity(source.len() + source.len() / 16);
    let mut fence: Option<&str> = None;
    let mut in_remark = false;
    let lines: Vec<&str> = source.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        let line = line.trim_end();
        let mark = fence_mark(line);
        match (fence, mark) {
            (Some(open), Some(mark)) if mark.starts_with(open) && line.trim().len() == mark.len() => {
                fence = None
            }
            (None, Some(mark)) if !in_remark => fence = Some(mark),
            (None, _) => {
                let line = without_remarks(line, &mut in_remark);
                let rest = lines.get(at + 1..).unwrap_or_default();
                if is_footer(&line, rest) {
                    break;
                }
                if !introduces_quotation(&line, rest) {
                    text.push_str(&line);
                    // Two spaces are a break; after a backslash they would unmake one.
                    text.push_str(if line.is_empty() || line.ends_with('\\') { "" } else { "  " });
                }
                text.push('\n');
                continue;
            }
            (Some(_), _) => {}
        }
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// The run of backticks or tildes that opens or closes a block of code.
fn fence_mark(line: &str) -> Option<&str> {
    let start = line.trim_start();
    let mark = start.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let length = start.len() - start.trim_start_matches(mark).len();
    // Backticks with more of them on the line are code inside the line.
    let inside = mark == '`' && start[length..].contains('`');
    (length >= 3 && !inside).then(|| &start[..length])
}

/// The line without `<!-- ... -->`, which may go on over lines.
fn without_remarks(line: &str, in_remark: &mut bool) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut rest = line;
    loop {
        let mark = if *in_remark { "-->" } else { "<!--" };
        let Some((before, after)) = rest.split_once(mark) else {
            kept.push_str(if *in_remark { "" } else { rest });
            return kept;
        };
        // A mark shown as code is no remark.
        if !*in_remark && before.ends_with('`') {
            kept.push_str(rest);
            return kept;
        }
        kept.push_str(if *in_remark { "" } else { before });
        *in_remark = !*in_remark;
        rest = after;
    }
}

/// Whether the rest, from this line on, is the footer of a mail.
fn is_footer(line: &str, rest: &[&str]) -> bool {
    let begins = |line: &str| FOOTERS.iter().any(|footer| line.trim().starts_with(footer));
    begins(line) || matches!(line.trim(), "—" | "--" | "---") && rest.first().is_some_and(|next| begins(next))
}

/// Whether the line says whose mail is quoted below it: "On Mon, 1 Jan 2024 at 10:00 Ann <a@b.example> wrote:".
fn introduces_quotation(line: &str, rest: &[&str]) -> bool {
    let quoted = |lines: &[&str]| {
        lines
            .iter()
            .find(|line| !line.trim().is_empty())
            .is_some_and(|line| line.trim_start().starts_with('>'))
    };
    let line = line.trim();
    let starts = line.starts_with("On ") && line.contains(|c: char| c.is_ascii_digit());
    let next = rest.first().map_or("", |next| next.trim());
    let (whole, broken) = (line.ends_with("wrote:"), next.ends_with("wrote:"));
    (starts && whole && quoted(rest))
        || (starts && broken && quoted(rest.get(1..).unwrap_or_default()))
        || (whole && line.contains("@") && quoted(rest))
}

/// How the elements of a comment in a page are treated.
pub(super) fn treat(element: ElementRef<'_>) -> Treat {
    let value = element.value();
    let is = |class: &str| has_class(value, class);
    match value.name() {
        "div" if is("email-hidden-reply") => Treat::Part,
        "div" if is("email-quoted-reply") => Treat::Quote { author: None, native_id: None },
        "div" if is("email-signature-reply") || is("zeroclipboard-container") => Treat::Skip,
        "span" if is("email-hidden-toggle") => Treat::Skip,
        // The lines of a file that a link leads to.
        "div" if is("Box--condensed") => Treat::Quote { author: None, native_id: None },
        "clipboard-copy" | "tool-tip" | "details-menu" => Treat::Skip,
        "a" if is("anchor") && attribute(value, "aria-hidden") == Some("true") => Treat::Skip,
        _ => Treat::Normal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(source: &str) -> String {
        of_markdown(source).text().to_owned()
    }

    #[test]
    fn a_line_break_is_one_and_code_is_left_alone() {
        assert_eq!(
            text("one\r\ntwo\r\n\r\n```rust\na <!-- b -->\nc\n```\nthree"),
            "one\ntwo\na <!-- b -->\nc\nthree"
        );
        assert_eq!(text("- a\n- b\n\n> q\n> r\n\nown"), "a\nb\n> q\n> r\nown");
    }

    #[test]
    fn remarks_of_templates_are_not_words() {
        assert_eq!(
            text("<!-- Thanks for\nthe report! -->\n### What\nIt fails <!-- x -->now\n<!-- end"),
            "What\nIt fails now"
        );
        assert_eq!(text("use `<!-- x -->` here"), "use <!-- x --> here");
    }

    #[test]
    fn what_mail_adds_is_not_the_authors() {
        let source = "I agree.\n\nOn Mon, Jan 2, 2023 at 10:00 AM Ann <\nnotifications@github.com> wrote:\n\n> so it is\n>\n> —\n> Reply to this email directly\n\n—\nYou are receiving this because you commented.\nReply to this email directly.";
        let body = of_markdown(source);
        assert_eq!(body.prose().map(|span| span.slice(body.text())).collect::<Vec<_>>(), ["I agree."]);
        assert_eq!(text("Sure.\n\nOn 2 Jan 2023, at 10:00, Bob wrote:\n\n> fine"), "Sure.\n> fine");
        assert_eq!(text("On Monday he wrote:\nnothing"), "On Monday he wrote:\nnothing");
    }
}
