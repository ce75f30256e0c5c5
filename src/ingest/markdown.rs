//! Markdown sources, such as Lemmy's and Reddit's APIs give, as the words of a post.
//!
//! Read as these sites show them: a single line break is a space, HTML is text, bare addresses are links.
//! It writes no HTML, and it does not keep what only decorates: bullets, emphasis, heading sizes.

use std::borrow::Cow;

use memchr::{memchr, memmem};
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, TextMergeStream};

use crate::thread::{Body, BodyBuilder};

/// Longest source that is read as Markdown; the sites stop at 10,000 to 50,000 characters.
const LONGEST: usize = 1 << 19;

/// Most quotation and list marks at the start of a line; each costs the parser a look at every later line.
const DEEPEST: usize = 100;

/// Most cells that a row of a table may lack; the parser makes them up.
const WIDEST: usize = 200;

/// The words of this source. What is too long or too deep to be Markdown is read as plain text.
pub(super) fn body(source: &str) -> Body {
    if source.len() > LONGEST || source.lines().any(is_hostile) {
        return Body::from_plain(source);
    }
    let source = without_spoiler_marks(source);
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut words = Words { builder: Body::builder(), image: None, html: String::new() };
    for event in TextMergeStream::new(Parser::new_ext(&source, options)) {
        words.take(event);
    }
    words.builder.finish()
}

fn is_hostile(line: &str) -> bool {
    let marks = line.bytes().take_while(|byte| b">*-+#0123456789.) \t".contains(byte));
    let marks = marks.filter(|byte| b">*-+.)".contains(byte)).count();
    // A rule of a hundred dashes is harmless.
    let rule =
        line.bytes().all(|byte| b"*- \t".contains(&byte)) && !line.contains("- -") && !line.contains("* *");
    (marks > DEEPEST && !rule) || line.bytes().filter(|&byte| byte == b'|').count() > WIDEST
}

/// Turns events into a stream of words and structure.
struct Words {
    builder: BodyBuilder,
    /// The alternative text of the image that is open.
    image: Option<String>,
    /// The lines of the HTML block that is open.
    html: String,
}

impl Words {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text),
            Event::Code(text) => self.plain(&text),
            Event::Html(text) => self.html.push_str(&text),
            Event::InlineHtml(text) => self.html(&text),
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                self.plain(&text)
            }
            Event::SoftBreak => self.plain(" "),
            Event::HardBreak | Event::Rule => self.builder.line_break(),
            Event::TaskListMarker(done) => self.plain(if done { "[x] " } else { "[ ] " }),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::BlockQuote(_) => self.builder.begin_quote(None, None),
            Tag::CodeBlock(_) => self.builder.begin_code(),
            Tag::Link { dest_url, .. } => self.builder.begin_link(CowStr::into_string(dest_url)),
            Tag::Image { .. } => self.image = Some(String::new()),
            Tag::HtmlBlock => self.html.clear(),
            Tag::TableCell => self.builder.text(" "),
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Superscript | Tag::Subscript => {}
            _ => self.builder.line_break(),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::BlockQuote(_) => self.builder.end_quote(),
            TagEnd::CodeBlock => self.builder.end_code(),
            TagEnd::Link => self.builder.end_link(),
            TagEnd::Image => {
                // An emoji of the site's own stands for a character; other images say nothing to quote.
                let alt = self.image.take().unwrap_or_default();
                if alt.len() > 2 && alt.starts_with(':') && alt.ends_with(':') {
                    self.builder.text(&alt);
                }
            }
            TagEnd::HtmlBlock => {
                let block = std::mem::take(&mut self.html);
                for line in block.lines() {
                    self.html(line);
                    self.builder.line_break();
                }
            }
            TagEnd::TableCell => self.builder.text(" "),
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => {}
            TagEnd::Superscript | TagEnd::Subscript => {}
            _ => self.builder.line_break(),
        }
    }

    /// Words as they are.
    fn plain(&mut self, text: &str) {
        match &mut self.image {
            Some(alt) => alt.push_str(text),
            None => self.builder.text(text),
        }
    }

    /// Words in which bare addresses are links.
    fn text(&mut self, text: &str) {
        if self.image.is_some() {
            return self.plain(text);
        }
        let mut rest = text;
        while let Some((start, end)) = next_address(rest) {
            let (before, address) = (rest.get(..start), rest.get(start..end));
            let (Some(before), Some(address)) = (before, address) else { break };
            self.builder.text(before);
            self.builder.begin_link(address);
            self.builder.text(address);
            self.builder.end_link();
            rest = rest.get(end..).unwrap_or_default();
        }
        self.builder.text(rest);
    }

    /// HTML, which these sites show as it was typed; tags that would only format are left out.
    fn html(&mut self, html: &str) {
        let mut rest = html;
        while let Some(start) = memchr(b'<', rest.as_bytes()) {
            let (before, from) = rest.split_at(start);
            self.plain(before);
            let end =
                if from.starts_with("<!--") { from.find("-->").map(|at| at + 2) } else { from.find('>') };
            let Some(end) = end else {
                return self.plain(from);
            };
            let (tag, after) = from.split_at(end + 1);
            match formatting(tag) {
                Some("br" | "p" | "div" | "li" | "tr" | "hr" | "details" | "summary") => {
                    self.builder.line_break()
                }
                Some(_) => {}
                None => self.plain(tag),
            }
            rest = after;
        }
        self.plain(rest);
    }
}

/// The name of a tag that only formats; `Vec<T>` and `<sarcasm>` are words.
fn formatting(tag: &str) -> Option<&'static str> {
    const NAMES: [&str; 35] = [
        "a",
        "abbr",
        "b",
        "big",
        "blockquote",
        "br",
        "center",
        "code",
        "del",
        "details",
        "div",
        "em",
        "font",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "td",
        "tr",
        "u",
        "ul",
    ];
    if tag.starts_with("<!--") {
        return Some("!--");
    }
    let inner = tag.trim_start_matches(['<', '/']);
    let name = inner.get(..inner.find(|c: char| !c.is_ascii_alphanumeric())?)?;
    NAMES.into_iter().find(|known| known.eq_ignore_ascii_case(name))
}

/// Where the first bare web address of the text starts and ends.
fn next_address(text: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    loop {
        let start = from + memmem::find(text.as_bytes().get(from..)?, b"http")?;
        let rest = text.get(start..)?;
        let scheme = ["https://", "http://"].into_iter().find(|scheme| rest.starts_with(scheme));
        let inside_a_word = text.get(..start)?.ends_with(char::is_alphanumeric);
        if let Some(scheme) = scheme.filter(|_| !inside_a_word) {
            let stop = rest.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`'));
            let address = rest.get(..stop.unwrap_or(rest.len()))?;
            let closed = address.contains('(');
            let address = address.trim_end_matches(|c: char| {
                matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | ']') || (c == ')' && !closed)
            });
            if address.len() > scheme.len() {
                return Some((start, start + address.len()));
            }
        }
        from = start + 4;
    }
}

/// The source without the marks of spoilers: Reddit's `>!x!<`, which else reads as a quotation, and the
/// lines `::: spoiler title` and `:::` of Lemmy. What they hide stays: who replies has read it.
fn without_spoiler_marks(source: &str) -> Cow<'_, str> {
    let bytes = source.as_bytes();
    let mut text = Cow::Borrowed(source);
    if memmem::find(bytes, b":::").is_some() {
        text = Cow::Owned(without_containers(source));
    }
    if memmem::find(bytes, b">!").is_some() && memmem::find(bytes, b"!<").is_some() {
        text = Cow::Owned(text.split("\n\n").map(without_inline_spoilers).collect::<Vec<_>>().join("\n\n"));
    }
    text
}

fn without_containers(source: &str) -> String {
    let mut text = String::with_capacity(source.len());
    for line in source.lines() {
        match line.trim_start().strip_prefix(":::") {
            None => text.push_str(line),
            Some(rest) => {
                let rest = rest.trim_matches(|c: char| c == ':' || c.is_whitespace());
                text.push('\n');
                text.push_str(rest.strip_prefix("spoiler").unwrap_or(rest).trim());
                text.push('\n');
            }
        }
        text.push('\n');
    }
    text
}

/// One paragraph with each `>!` that a `!<` follows taken out, and that one too.
fn without_inline_spoilers(paragraph: &str) -> String {
    let mut text = String::with_capacity(paragraph.len());
    let mut rest = paragraph;
    while let Some((before, inside)) = rest.split_once(">!") {
        let Some((hidden, after)) = inside.split_once("!<") else { break };
        text.push_str(before);
        text.push_str(hidden.trim());
        rest = after;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(source: &str) -> String {
        body(source).text().to_owned()
    }

    #[test]
    fn a_quotation_is_kept_apart_from_the_answer() {
        let body = body("> you said *so*\n> and so\n\nI did **not**.\n\n> > inner\n\nend");
        assert_eq!(body.text(), "> you said so and so\nI did not.\n> > inner\nend");
        assert_eq!(body.quotes().count(), 2);
    }

    #[test]
    fn lists_headings_and_tables_are_lines() {
        assert_eq!(text("# Head\n* one\n* two\n\n1. first\n2. second"), "Head\none\ntwo\nfirst\nsecond");
        assert_eq!(text("|a|b|\n|-|-|\n|1|2|"), "a b\n1 2");
        assert_eq!(text("line  \nbreak\\\nagain\nsoft\n\n---\nend"), "line\nbreak\nagain soft\nend");
    }

    #[test]
    fn code_is_verbatim_and_not_prose() {
        let body = body("use `x < y`:\n\n```rust\nif  a {\n\n  b\n}\n```\nthen &amp; there");
        assert_eq!(body.text(), "use x < y:\nif  a {\n\n  b\n}\nthen & there");
        assert_eq!(body.blocks().len(), 3);
    }

    #[test]
    fn links_stand_as_their_text_and_bare_addresses_are_links() {
        let body =
            body("[the page](https://a.example/x_y_z) and https://b.example/c_d_(e). <https://c.example>");
        assert_eq!(body.text(), "the page and https://b.example/c_d_(e). https://c.example");
        let targets: Vec<&str> = body.links().iter().map(|link| link.target.as_str()).collect();
        assert_eq!(targets, ["https://a.example/x_y_z", "https://b.example/c_d_(e)", "https://c.example"]);
    }

    #[test]
    fn images_say_nothing_and_emoji_are_kept() {
        assert_eq!(
            text("see ![a chart](https://i.example/x.png) and ![:cat:](https://i.example/c.png)"),
            "see and :cat:"
        );
    }

    #[test]
    fn spoilers_are_words_not_quotations() {
        assert_eq!(text(">!the butler!< did it\n\n>real quote"), "the butler did it\n> real quote");
        assert_eq!(
            text("before\n::: spoiler The end\nit *was* him\n:::\nafter"),
            "before\nThe end\nit was him\nafter"
        );
    }

    #[test]
    fn html_is_text_without_the_tags_that_only_format() {
        assert_eq!(text("a <b>bold</b> Vec<T> <!-- no -->x<br>y"), "a bold Vec<T> x\ny");
        assert_eq!(text("<div>\nblock\n</div>"), "block");
    }

    #[test]
    fn hostile_nesting_is_read_as_plain_text_in_linear_time() {
        let marks = "* ".repeat(100_000) + &"\n".repeat(100_000);
        body(&marks);
        body(&(">".repeat(200_000) + &"\n>".repeat(100_000)));
        body(&("|".repeat(10_000) + "\n" + &"|-".repeat(10_000) + "\n" + &"|\n".repeat(50_000)));
        body(&"[".repeat(400_000));
        body(&"`a``".repeat(100_000));
        body(&"*a_ ".repeat(100_000));
        body(&"<a ".repeat(150_000));
        body(&"http ".repeat(100_000));
        body(&("[a]: b\n\n".to_owned() + &"[a]".repeat(100_000)));
        body(&"- a\n  ".repeat(50_000));
    }

    proptest! {
        #[test]
        fn no_source_panics(source in r"[>*_`~\[\]()!<:|#\\ a-c0-9&;\n\t-]{0,200}", any in ".{0,80}") {
            body(&source);
            body(&any);
        }
    }
}
