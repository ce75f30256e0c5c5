//! What HTML readers share: the words of a post's markup, and looking at elements without selectors.
//!
//! Selectors are matched node by node and cost more than the reading itself on a page of ten thousand
//! comments, so readers walk the tree and compare names. Nothing here recurses, and nothing knows a platform.

use std::ops::Deref;

use scraper::node::Element;
use scraper::{ElementRef, Node};

use super::document::parse_fragment;
use crate::thread::{Body, BodyBuilder};

/// What a reader wants done with an element inside a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Treat {
    /// Whatever its name calls for.
    Normal,
    /// Leave it and all it holds out.
    Skip,
    /// What it holds counts, on lines of its own, but its name says nothing.
    Part,
    /// It holds code, whatever its name.
    Code,
    /// Its content is somebody else's words.
    Quote {
        /// The quoted author as the markup names them.
        author: Option<String>,
        /// The quoted post's native id.
        native_id: Option<String>,
    },
}

/// The words of this element.
pub(super) fn body(element: ElementRef<'_>) -> Body {
    body_with(element, &|_| Treat::Normal)
}

/// The words of a piece of markup, such as an API answers with.
pub(super) fn body_of_fragment(markup: &str) -> Body {
    body_of_fragment_with(markup, &|_| Treat::Normal)
}

/// The words of a piece of markup, with a say in how its elements are treated.
pub(super) fn body_of_fragment_with(markup: &str, treat: &dyn Fn(ElementRef<'_>) -> Treat) -> Body {
    let mut plain = Body::builder();
    if memchr::memchr2(b'<', b'&', markup.as_bytes()).is_some()
        && let Some(html) = parse_fragment(markup)
    {
        return body_with(html.root_element(), treat);
    }
    // Either there is no markup, or it is hostile and then stands as it was sent.
    plain.text(markup);
    plain.finish()
}

/// The words of this element, with a say in how the elements inside it are treated.
pub(super) fn body_with(element: ElementRef<'_>, treat: &dyn Fn(ElementRef<'_>) -> Treat) -> Body {
    let mut words =
        Words { builder: Body::builder(), quotes: Vec::new(), parts: Vec::new(), codes: Vec::new(), treat };
    let root: AnyNode<'_> = *element;
    let mut depth = 0usize;
    let mut next = root.first_child();
    while let Some(mut node) = next {
        depth += 1;
        let inside = if words.open(node, depth) { node.first_child() } else { None };
        if inside.is_some() {
            next = inside;
            continue;
        }
        next = loop {
            words.close(node, depth);
            depth -= 1;
            if let Some(sibling) = node.next_sibling() {
                break Some(sibling);
            }
            match node.parent().filter(|parent| parent.id() != root.id()) {
                Some(parent) => node = parent,
                None => break None,
            }
        };
    }
    words.builder.finish()
}

/// A node of any kind.
type AnyNode<'a> = <ElementRef<'a> as Deref>::Target;

/// Turns the nodes of a post into a stream of text and structure.
struct Words<'t> {
    builder: BodyBuilder,
    /// Depths of the elements that the reader declared to be quotations and that are open.
    quotes: Vec<usize>,
    /// Depths of the elements whose names say nothing and that are open.
    parts: Vec<usize>,
    /// Depths of the elements that the reader declared to hold code and that are open.
    codes: Vec<usize>,
    treat: &'t dyn Fn(ElementRef<'_>) -> Treat,
}

impl Words<'_> {
    /// Begins a node; says whether what is inside it is to be read.
    fn open(&mut self, node: AnyNode<'_>, depth: usize) -> bool {
        let Some(element) = ElementRef::wrap(node) else {
            if let Node::Text(text) = node.value() {
                self.builder.text(text);
            }
            return matches!(node.value(), Node::Fragment);
        };
        match (self.treat)(element) {
            Treat::Normal => {}
            Treat::Skip => return false,
            Treat::Part => {
                self.builder.line_break();
                self.parts.push(depth);
                return true;
            }
            Treat::Code => {
                self.builder.begin_code();
                self.codes.push(depth);
                return true;
            }
            Treat::Quote { author, native_id } => {
                self.builder.begin_quote(author, native_id);
                self.quotes.push(depth);
                return true;
            }
        }
        let value = element.value();
        match Kind::of(value.name()) {
            Kind::Ignored => return false,
            _ if is_hidden(value) => return false,
            Kind::Inline => {}
            Kind::Line => self.builder.line_break(),
            Kind::Cell => self.builder.text(" "),
            Kind::Quote => self.builder.begin_quote(None, None),
            Kind::Code => self.builder.begin_code(),
            Kind::Image => self.image(value),
            Kind::Link => return self.link(element),
        }
        true
    }

    /// Ends a node.
    fn close(&mut self, node: AnyNode<'_>, depth: usize) {
        if self.quotes.last() == Some(&depth) {
            self.quotes.pop();
            self.builder.end_quote();
            return;
        }
        if self.parts.last() == Some(&depth) {
            self.parts.pop();
            self.builder.line_break();
            return;
        }
        if self.codes.last() == Some(&depth) {
            self.codes.pop();
            self.builder.end_code();
            return;
        }
        let Node::Element(element) = node.value() else { return };
        match Kind::of(element.name()) {
            Kind::Line if element.name() != "br" => self.builder.line_break(),
            Kind::Cell => self.builder.text(" "),
            Kind::Quote => self.builder.end_quote(),
            Kind::Code => self.builder.end_code(),
            Kind::Link => self.builder.end_link(),
            Kind::Line | Kind::Ignored | Kind::Inline | Kind::Image => {}
        }
    }

    /// Begins a link; where the page shortened the address that it shows, the whole address stands.
    fn link(&mut self, element: ElementRef<'_>) -> bool {
        let Some(target) = attribute(element.value(), "href") else { return true };
        self.builder.begin_link(target);
        let mut shown = element.children();
        let only = shown.next().filter(|_| shown.next().is_none());
        let shortened = only.and_then(|node| node.value().as_text()).is_some_and(|text| {
            let text = text.trim();
            let (kept, end) = text.split_once('…').or_else(|| text.split_once("...")).unwrap_or_default();
            let (kept, end) = (kept.trim_end(), end.trim_start());
            kept.len() > 8 && target.starts_with(kept) && target.ends_with(end)
        });
        if shortened {
            self.builder.text(target);
        }
        !shortened
    }

    /// Writes an image that stands for a character; other images say nothing that can be quoted.
    fn image(&mut self, image: &Element) {
        let Some(alt) = attribute(image, "alt") else { return };
        let marked = attribute(image, "class").is_some_and(|class| class.contains("emoji"));
        let named = alt.len() < 40 && alt.len() > 2 && alt.starts_with(':') && alt.ends_with(':');
        let glyph = alt.chars().count() <= 8 && !alt.is_empty() && !alt.chars().any(char::is_alphanumeric);
        if marked || named || glyph {
            self.builder.text(alt);
        }
    }
}

/// What an element means for the words in it.
enum Kind {
    Ignored,
    Inline,
    Line,
    Cell,
    Quote,
    Code,
    Image,
    Link,
}

impl Kind {
    fn of(name: &str) -> Self {
        match name {
            "script" | "style" | "template" | "noscript" | "form" | "button" | "textarea" | "select"
            | "svg" | "iframe" | "object" | "video" | "audio" | "head" => Kind::Ignored,
            "p" | "br" | "hr" | "li" | "ul" | "ol" | "dl" | "dt" | "dd" | "div" | "tr" | "table"
            | "thead" | "tbody" | "caption" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "section"
            | "article" | "header" | "footer" | "aside" | "main" | "nav" | "address" | "center"
            | "figure" | "figcaption" | "details" | "summary" => Kind::Line,
            "td" | "th" => Kind::Cell,
            "blockquote" => Kind::Quote,
            "pre" => Kind::Code,
            "img" => Kind::Image,
            "a" => Kind::Link,
            _ => Kind::Inline,
        }
    }
}

/// Whether the element is not shown.
fn is_hidden(element: &Element) -> bool {
    element.attrs().any(|(key, value)| match key {
        "hidden" => true,
        "style" => value.split(';').any(|rule| {
            rule.split_once(':').is_some_and(|(property, value)| {
                property.trim().eq_ignore_ascii_case("display") && value.trim().eq_ignore_ascii_case("none")
            })
        }),
        _ => false,
    })
}

/// The words of this element on one line, white space folded.
pub(super) fn text_of(element: ElementRef<'_>) -> String {
    let mut line = String::new();
    let mut space = false;
    for piece in element.text() {
        for (index, word) in piece.split(char::is_whitespace).enumerate() {
            space |= index > 0;
            if !word.is_empty() {
                if space && !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
                space = false;
            }
        }
    }
    line
}

/// The attribute's value. Faster than the element's own lookup, which interns the name each time.
pub(super) fn attribute<'a>(element: &'a Element, name: &str) -> Option<&'a str> {
    element.attrs().find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// Whether the element bears this class. Faster than the element's own lookup, which interns every class.
pub(super) fn has_class(element: &Element, class: &str) -> bool {
    attribute(element, "class").is_some_and(|all| all.split_ascii_whitespace().any(|one| one == class))
}

/// The elements below this one in the order of the page.
pub(super) fn below<'a>(element: ElementRef<'a>) -> impl Iterator<Item = ElementRef<'a>> + use<'a> {
    element.descendants().skip(1).filter_map(ElementRef::wrap)
}

/// The first element below this one that passes the test.
pub(super) fn first<'a>(element: ElementRef<'a>, test: impl Fn(&Element) -> bool) -> Option<ElementRef<'a>> {
    below(element).find(|found| test(found.value()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(markup: &str) -> String {
        body_of_fragment(markup).text().to_owned()
    }

    #[test]
    fn paragraphs_lists_and_rows_end_lines() {
        let markup = "one<p>two<br>three<ul><li>four</li><li>five</li></ul><table><tr><td>a<td>b</table>six";
        assert_eq!(text(markup), "one\ntwo\nthree\nfour\nfive\na b\nsix");
    }

    #[test]
    fn a_quotation_is_kept_apart_from_what_follows() {
        let body =
            body_of_fragment("<blockquote><p>theirs</p><blockquote>older</blockquote></blockquote>mine");
        assert_eq!(body.text(), "> theirs\n> > older\nmine");
        assert_eq!(body.prose().count(), 1);
    }

    #[test]
    fn code_keeps_its_lines_and_inline_code_is_text() {
        assert_eq!(text("run <code>ls</code><pre><code>a\n  b\n</code></pre>ok"), "run ls\na\n  b\nok");
    }

    #[test]
    fn a_link_that_the_page_shortened_stands_in_full() {
        let body =
            body_of_fragment("<a href='https://a.example/a/long/path'>https://a.example/a/lo...</a> ok");
        assert_eq!(body.text(), "https://a.example/a/long/path ok");
        assert_eq!(body.links()[0].span.slice(body.text()), "https://a.example/a/long/path");
        assert_eq!(text("<a href='https://a.example/'>and so on...</a>"), "and so on...");
        let middle = "<a href='https://a.example/a/long/path'>https://a.exa … g/path</a>";
        assert_eq!(text(middle), "https://a.example/a/long/path");
    }

    #[test]
    fn what_is_not_shown_is_not_read() {
        let markup = "a<script>x</script><span hidden>y</span><i style='color:red; display: none'>z</i><form>f</form>b";
        assert_eq!(text(markup), "ab");
    }

    #[test]
    fn images_count_only_as_characters() {
        let markup =
            "so<img alt='a cat on a sofa'> <img alt=':wave:'><img class='emoji' alt='tada'><img alt='🎉'>";
        assert_eq!(text(markup), "so :wave:tada🎉");
    }

    #[test]
    fn a_reader_can_name_quotations_and_leave_parts_out() {
        let markup = "<aside title='ann'>words<div>more</div></aside><u>sig</u>own";
        let body = body_of_fragment_with(markup, &|element| match element.value().name() {
            "aside" => Treat::Quote {
                author: attribute(element.value(), "title").map(str::to_owned),
                native_id: Some("7".to_owned()),
            },
            "u" => Treat::Skip,
            _ => Treat::Normal,
        });
        assert_eq!(body.text(), "> words\n> more\nown");
        assert_eq!(
            body.quotes().next().and_then(|(_, quote, _)| quote.author.clone()).as_deref(),
            Some("ann")
        );
    }

    #[test]
    fn markup_that_nests_without_end_stands_as_it_was_sent() {
        assert!(text(&"<b>".repeat(50_000)).starts_with("<b><b>"));
    }
}
