//! Plain text: paragraphs between blank lines are posts or, without any blank line, the lines are.
//!
//! The last resort. It says nothing about who answers whom; that is worked out later, and marked as a guess.

use url::Url;

use super::json::Json;
use super::{Document, Platform, Reading, Recognition};
use crate::error::Result;
use crate::fetch::{Media, Request};
use crate::thread::{Body, Draft, Notice, NoticeKind, Parent};

/// The reader of plain text.
pub(super) struct PlainText;

/// Posts at most; a post costs far more memory than the shortest line.
const MOST_POSTS: usize = 200_000;

/// Characters that recognition looks at.
const LOOKED_AT: usize = 4_000;

impl Platform for PlainText {
    fn name(&self) -> &'static str {
        "plain_text"
    }

    fn about(&self) -> &'static str {
        "plain text: paragraphs, or lines, as posts"
    }

    fn example(&self) -> &'static str {
        ""
    }

    fn request(&self, _url: &Url) -> Option<Request> {
        None
    }

    fn recognise(&self, document: &Document) -> Recognition {
        let other = matches!(document.page.media, Media::Mbox | Media::Ndjson | Media::Html);
        let start = document.start();
        if other
            || start.is_empty()
            || is_binary(start)
            || is_page(document)
            || is_mail(start)
            || is_data(document)
        {
            return Recognition::No;
        }
        Recognition::Possible
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        let mut reading = Reading::default();
        let mut posts = posts(document.start());
        for words in posts.by_ref().take(MOST_POSTS) {
            let body = Body::from_plain(words);
            if !body.text().is_empty() {
                let mut draft = Draft::new((reading.drafts.len() + 1).to_string(), Parent::Unknown);
                draft.body = body;
                reading.drafts.push(draft);
            }
        }
        if posts.next().is_some() {
            let words = format!("only the first {MOST_POSTS} posts of the text were read");
            reading.notices.push(Notice::new(NoticeKind::Capped, words));
        }
        Ok(reading)
    }
}

/// The stretches of text that are posts; some may be blank.
fn posts(text: &str) -> Box<dyn Iterator<Item = &str> + '_> {
    let text = text.trim_end();
    if !text.lines().any(|line| line.trim().is_empty()) {
        return Box::new(text.lines());
    }
    let mut rest = text;
    Box::new(std::iter::from_fn(move || {
        rest = rest.trim_start_matches(['\n', '\r']);
        if rest.is_empty() {
            return None;
        }
        let mut end = 0;
        for line in rest.split_inclusive('\n') {
            if line.trim().is_empty() {
                break;
            }
            end += line.len();
        }
        let blank = rest[end..].split_inclusive('\n').next().map_or(0, str::len);
        let (post, after) = (&rest[..end], &rest[end + blank..]);
        rest = after;
        Some(post)
    }))
}

/// Whether it is no text at all: control characters, or bytes that did not decode.
fn is_binary(text: &str) -> bool {
    let odd = |c: &char| (c.is_control() && !c.is_whitespace() && *c != '\u{1b}') || *c == '\u{FFFD}';
    let (all, bad) =
        text.chars().take(LOOKED_AT).fold((0, 0), |(all, bad), c| (all + 1, bad + usize::from(odd(&c))));
    bad * 50 > all
}

/// Whether it is markup. Chat logs too begin with `<`, but they close nothing, and nobody is called "div".
fn is_page(document: &Document) -> bool {
    let Some(inside) = document.start().strip_prefix('<') else { return false };
    let end = inside.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inside.len());
    let name = inside.get(..end).unwrap_or_default().to_ascii_lowercase();
    let known =
        ["html", "head", "body", "title", "meta", "link", "div", "span", "table", "script", "style", "main"];
    let opens = inside.starts_with(['!', '?']) || known.contains(&name.as_str());
    opens || document.mentions("</") || document.mentions("/>")
}

/// Whether it is a mailbox, whose header lines are nobody's posts.
fn is_mail(start: &str) -> bool {
    let head = start.lines().take(60);
    start.starts_with("From ")
        && head.into_iter().any(|line| line.to_ascii_lowercase().starts_with("message-id:"))
}

/// Whether it is JSON, be it broken off. Chat logs too begin with `[`, but with a time behind it.
fn is_data(document: &Document) -> bool {
    if document.page.media == Media::Json {
        return true;
    }
    let start = document.start();
    let second = start.chars().skip(1).find(|c| !c.is_whitespace());
    match (start.chars().next(), second) {
        (Some('{' | '['), Some('"' | '{' | '[' | ']' | '}') | None) => true,
        (Some('['), Some('0'..='9' | '-')) => Json::parse(start).is_ok(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Page;

    fn document(text: &str) -> Document {
        Document::new(Page { text: text.to_owned(), ..Page::default() }, None)
    }

    fn words(text: &str) -> Vec<String> {
        let reading = PlainText.read(&document(text)).unwrap();
        reading.drafts.iter().map(|draft| draft.body.text().to_owned()).collect()
    }

    #[test]
    fn paragraphs_between_blank_lines_are_posts() {
        assert_eq!(
            words("one\ntwo\n\n \n\n> one\nthree\r\n\r\nfour\n"),
            ["one\ntwo", "> one\nthree", "four"]
        );
    }

    #[test]
    fn without_a_blank_line_each_line_is_a_post() {
        assert_eq!(words("one\ntwo\nthree\n\n"), ["one", "two", "three"]);
    }

    #[test]
    fn what_is_not_plain_text_is_left_to_others() {
        for text in [
            "<p>x</p>",
            "<div><div>",
            "{\"a\":1",
            "[{\"a\":1}]",
            "[1, 2]",
            "\u{0}\u{1}\u{2}ELF",
            "",
            "\u{FEFF} \n",
        ] {
            assert_eq!(PlainText.recognise(&document(text)), Recognition::No, "{text}");
        }
        for text in ["<ann> hello\n<bob> hi", "[12:30] hello", "[deleted] he said", "words"] {
            assert_eq!(PlainText.recognise(&document(text)), Recognition::Possible, "{text}");
        }
    }
}
