//! A page together with what readers make of it: parsed once, shared by all who look at it.
//!
//! Parsing is guarded: markup that nests as deeply as no page for people does is refused instead of
//! costing time that grows with the square of its depth.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};

use aho_corasick::AhoCorasick;

use ego_tree::Tree;
use html5ever::driver::{self, ParseOpts, Parser};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{QualName, local_name, ns};
use memchr::{memchr, memchr3};
use scraper::{Html, HtmlTreeSink, Node};

use crate::error::{Error, Result};
use crate::fetch::Page;
use crate::ingest::{Reading, Recognition};

/// Elements inside one another at most. Old Reddit nests ten for each level of reply.
const DEEPEST: usize = 3_000;

/// Bytes handed to the parser between two looks at the depth, in a page that is flat.
const CHUNK: usize = 16 * 1024;

/// Bytes of text for each node that room is made for at most; real pages have thirty or more.
const BYTES_A_NODE: usize = 16;

/// Bytes of names and spaces from which a tag is long.
const LONG_TAG: usize = 4_096;

/// Comparisons of attributes in long tags that one page may cost: some seconds at worst.
const TAG_WORK: usize = 2_000_000_000;

/// A page that is parsed as HTML at most once, when the first reader asks.
#[derive(Debug)]
pub struct Document {
    /// The page as it was answered.
    pub page: Page,
    /// Which thread of a file with several the user asked for (`--thread`).
    pub wanted_thread: Option<String>,
    html: OnceCell<Option<Html>>,
    kept: RefCell<Vec<(&'static str, Recognition, Option<Reading>)>>,
}

impl Document {
    /// A document of this page.
    pub fn new(page: Page, wanted_thread: Option<String>) -> Self {
        Self { page, wanted_thread, html: OnceCell::new(), kept: RefCell::default() }
    }

    /// The same page without what was made of it.
    pub(super) fn unread(self) -> Self {
        Self::new(self.page, self.wanted_thread)
    }

    /// The page as an HTML tree; `<noscript>` holds elements, as it does for a crawler.
    pub(super) fn html(&self) -> Result<&Html> {
        self.tree(|| parse(&self.page.text))
    }

    /// The same without the insides of the elements that `furniture` names by the end of their opening tag
    /// and their closing tag: buttons and menus that no reader looks at, but that are half of some pages'
    /// elements. What does not look as expected is kept.
    pub(super) fn html_without(&self, furniture: &[Furniture]) -> Result<&Html> {
        self.tree(|| parse(&without(&self.page.text, furniture)))
    }

    /// How sure a reader is that has to read the page to know; what it read is kept for [`Self::take_read`].
    pub(super) fn recognised_by_reading(
        &self,
        reader: &'static str,
        read: impl FnOnce() -> Option<(Recognition, Reading)>,
    ) -> Recognition {
        let known = self.kept.borrow().iter().find(|(of, ..)| *of == reader).map(|(_, sure, _)| *sure);
        known.unwrap_or_else(|| {
            let (sure, reading) = read().map_or((Recognition::No, None), |(sure, read)| (sure, Some(read)));
            self.kept.borrow_mut().push((reader, sure, reading));
            sure
        })
    }

    /// What a reader read when it was asked whether it knows the page; once.
    pub(super) fn take_read(&self, reader: &'static str) -> Option<Reading> {
        self.kept.borrow_mut().iter_mut().find(|(of, ..)| *of == reader)?.2.take()
    }

    fn tree(&self, parse: impl FnOnce() -> Option<Html>) -> Result<&Html> {
        self.html.get_or_init(parse).as_ref().ok_or_else(|| Error::Unrecognised {
            what: self.page.name.clone(),
            reason: format!(
                "its elements nest more than {DEEPEST} deep or bear thousands of attributes, \
                 which no page for people does"
            ),
        })
    }

    /// The text from its first character that is no white space or byte order mark.
    pub(super) fn start(&self) -> &str {
        self.page.text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}')
    }

    /// Whether the text looks like markup, whatever its label says.
    pub(super) fn is_markup(&self) -> bool {
        self.start().starts_with('<')
    }

    /// Whether the text looks like a JSON object or list, whatever its label says.
    pub(super) fn is_json(&self) -> bool {
        self.start().starts_with(['{', '['])
    }

    /// Whether this exact text stands anywhere in the page. Cheap: nothing is parsed.
    pub(super) fn mentions(&self, text: &str) -> bool {
        memchr::memmem::find(self.page.text.as_bytes(), text.as_bytes()).is_some()
    }
}

/// An element whose insides are left out of the tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Furniture {
    /// What its opening tag ends in, such as `class="reply">`.
    pub opening: &'static str,
    /// Its closing tag.
    pub closing: &'static str,
    /// How an element of its kind begins; insides that hold one are kept.
    pub nested: &'static str,
}

/// The text without the insides of furniture.
fn without<'t>(text: &'t str, furniture: &[Furniture]) -> Cow<'t, str> {
    /// Furniture is small: longer insides are something else.
    const LONGEST: usize = 1_000;
    let Ok(openings) = AhoCorasick::new(furniture.iter().map(|piece| piece.opening)) else {
        return Cow::Borrowed(text);
    };
    let mut kept = String::with_capacity(text.len());
    let mut from = 0;
    for found in openings.find_iter(text) {
        let piece = &furniture[found.pattern().as_usize()];
        let mut until = (found.end() + LONGEST).min(text.len());
        while !text.is_char_boundary(until) {
            until -= 1;
        }
        let rest = &text[found.end()..until];
        let Some(length) = memchr::memmem::find(rest.as_bytes(), piece.closing.as_bytes()) else { continue };
        if found.end() >= from && !rest[..length].contains(piece.nested) {
            kept.push_str(&text[from..found.end()]);
            from = found.end() + length;
        }
    }
    kept.push_str(&text[from..]);
    Cow::Owned(kept)
}

/// A whole page as a tree; `None` when it nests too deeply.
fn parse(text: &str) -> Option<Html> {
    let tags = count_tags(text)?;
    let mut html = Html::new_document();
    // Room for the elements and the texts between them at once: a tree that grows is copied again and again,
    // and its old and new place count together. Bounded by the text, for a hostile one is all tags.
    let room = (tags + tags / 2).min(text.len() / BYTES_A_NODE) + 16;
    html.tree = Tree::with_capacity(Node::Document, room);
    let sink = HtmlTreeSink::new(html);
    feed(driver::parse_document(sink, options()), text)
}

/// The markup of one post as a tree; `None` when it nests too deeply.
pub(super) fn parse_fragment(text: &str) -> Option<Html> {
    count_tags(text)?;
    let sink = HtmlTreeSink::new(Html::new_fragment());
    let context = QualName::new(None, ns!(html), local_name!("body"));
    feed(driver::parse_fragment(sink, options(), context, Vec::new(), false), text)
}

fn options() -> ParseOpts {
    // With scripting on, `<noscript>` would be one raw text, and there Discourse and Flarum keep the posts.
    let tree_builder = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    ParseOpts { tree_builder, ..ParseOpts::default() }
}

/// How many tags open, or `None` when comparing the attributes of each with one another would take too long.
///
/// The tokenizer does that for every attribute, so a tag with a million of them would never end. Values in
/// quotes cost nothing; Discourse keeps whole topics in one.
fn count_tags(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut work, mut tags) = (0, 0usize, 0usize);
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr(b'<', rest)) {
        at += found + 1;
        if !bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        tags += 1;
        let mut unquoted = 0usize;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let Some(stop) = memchr3(b'>', b'"', b'\'', rest) else {
                unquoted += rest.len();
                at = bytes.len();
                break;
            };
            unquoted += stop;
            at += stop + 1;
            let mark = rest.get(stop).copied().unwrap_or(b'>');
            if mark == b'>' {
                break;
            }
            let value = bytes.get(at..).unwrap_or_default();
            at = memchr(mark, value).map_or(bytes.len(), |closing| at + closing + 1);
        }
        if unquoted > LONG_TAG {
            work = work.saturating_add((unquoted / 8).saturating_mul(unquoted / 8));
        }
    }
    (work <= TAG_WORK).then_some(tags)
}

/// Feeds the text in chunks, the smaller the deeper the page nests, and gives up on a hostile one.
///
/// Two things grow with the square of the input and are bounded here: the depth of open elements, which
/// the tree builder walks for every tag, and the formatting elements that it opens anew in every paragraph.
fn feed(mut parser: Parser<HtmlTreeSink>, text: &str) -> Option<Html> {
    let mut rest = text;
    let mut chunk = CHUNK;
    while !rest.is_empty() {
        let end = (chunk.min(rest.len())..rest.len()).find(|&at| rest.is_char_boundary(at));
        let (now, later) = rest.split_at(end.unwrap_or(rest.len()));
        parser.process(StrTendril::from_slice(now));
        rest = later;
        let (depth, nodes) = measure(&parser.tokenizer.sink.sink.0.borrow());
        if depth > DEEPEST || nodes > 4 * (text.len() - rest.len()) + CHUNK {
            return None;
        }
        chunk = (CHUNK * 100 / (100 + depth)).max(512);
    }
    Some(parser.finish())
}

/// How deep the newest node lies, and how many nodes there are.
fn measure(html: &Html) -> (usize, usize) {
    let nodes = html.tree.nodes();
    let count = nodes.len();
    let newest = nodes.rev().find(|node| node.parent().is_some());
    (newest.map_or(0, |node| node.ancestors().take(DEEPEST + 1).count()), count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: String) -> Document {
        Document::new(Page { text, ..Page::default() }, None)
    }

    #[test]
    fn a_page_that_nests_too_deeply_is_refused() {
        for tag in ["<div>", "<b>", "<blockquote>", "<table><tr><td>"] {
            assert!(document(tag.repeat(400_000)).html().is_err(), "{tag}");
        }
    }

    #[test]
    fn formatting_that_reopens_in_every_paragraph_is_refused() {
        let many: String = (0..2_900).map(|n| format!("<b a{n}>")).collect();
        assert!(document(format!("<p>{many}{}", "<p>x".repeat(1_000_000))).html().is_err());
    }

    #[test]
    fn tags_with_endless_attributes_are_refused_and_long_values_are_not() {
        let names: String = (0..200_000).map(|n| format!("b{n} ")).collect();
        assert!(document(format!("<a x=\">\" {names}>")).html().is_err());
        assert!(document(format!("<a {names}")).html().is_err());
        assert!(document(format!("<div data-preloaded=\"{names}\">words</div>")).html().is_ok());
    }

    #[test]
    fn a_page_that_nests_as_real_ones_do_is_read() {
        let html = "<div>".repeat(2_500) + "deep" + &"</div>".repeat(2_500) + &"<p>é</p>".repeat(20_000);
        assert!(document(html).html().is_ok());
    }

    #[test]
    fn noscript_holds_elements() {
        let page = document("<body><noscript><p>words</p></noscript></body>".to_owned());
        let html = page.html().unwrap();
        assert!(html.tree.values().any(|node| node.as_element().is_some_and(|e| e.name() == "p")));
    }
}
