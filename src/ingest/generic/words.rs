//! The words of a post without what is not its author's: names, times, buttons, signatures, inner posts;
//! and whose words its quotations are.

use std::cell::RefCell;
use std::collections::HashSet;

use ego_tree::NodeId;
use scraper::ElementRef;
use scraper::node::Element;

use super::ids::last_digits;
use super::sign::{Known, Signs};
use crate::ingest::forum::quotation::{BY, named};
use crate::ingest::html::{Treat, attribute, below, body_with, text_of};
use crate::thread::{Body, BodyBuilder};

/// Elements at the start of a quotation in which its citation is looked for.
const START: usize = 14;

/// Levels between a quotation and one around it.
const FAR: usize = 8;

/// Posts that one post answers by quoting them.
const MOST_QUOTED: usize = 64;

/// What is known of the page when words are read.
pub(super) struct Reader<'p> {
    /// Everybody who wrote on this page.
    pub names: &'p HashSet<String>,
    /// The ids of its posts.
    pub ids: &'p HashSet<String>,
    /// Elements that are other fields or other posts.
    pub left_out: &'p HashSet<NodeId>,
    /// The title of the thread, which is nobody's words.
    pub title: Option<&'p str>,
    /// What the classes of the page said so far.
    pub known: RefCell<Known>,
}

impl Reader<'_> {
    /// The words of these elements, and the posts that they quote, each once.
    pub(super) fn read(&self, elements: &[ElementRef<'_>]) -> (Body, Vec<String>) {
        let quoted: RefCell<Vec<String>> = RefCell::default();
        let mut bodies =
            elements.iter().map(|&words| body_with(words, &|element| self.treat(element, words, &quoted)));
        let first = bodies.next().unwrap_or_default();
        let rest: Vec<Body> = bodies.collect();
        let body = if rest.is_empty() { first } else { joined(first, &rest) };
        (body, quoted.into_inner())
    }

    fn treat(&self, element: ElementRef<'_>, words: ElementRef<'_>, quoted: &RefCell<Vec<String>>) -> Treat {
        if self.left_out.contains(&element.id()) {
            return Treat::Skip;
        }
        let value = element.value();
        let signs = self.signs(value);
        let name = value.name();
        if matches!(name, "h1" | "h2" | "h3" | "h4") && self.is_repeated_heading(element) {
            return Treat::Skip;
        }
        let is_block = matches!(
            name,
            "div"
                | "table"
                | "td"
                | "aside"
                | "fieldset"
                | "section"
                | "figure"
                | "details"
                | "dd"
                | "dl"
                | "p"
                | "q"
        );
        if name == "blockquote" && !signs.has(Signs::QUOTE) {
            return Treat::Part;
        }
        if name == "blockquote"
            || (signs.has(Signs::QUOTE) && is_block)
            || (matches!(name, "td" | "div") && begins_as_a_quotation(element))
        {
            return self.quotation(element, words, quoted);
        }
        if signs.has(Signs::SIGNATURE)
            || signs.has(Signs::EDITED)
            || signs.has(Signs::NOISE) && name != "a" && name != "span"
        {
            return Treat::Skip;
        }
        if (is_citation(element) || is_expander(element)) && self.is_quoted(element, words) {
            return Treat::Skip;
        }
        if matches!(name, "div" | "small" | "span" | "font" | "p") && is_quotation_label(element) {
            return Treat::Skip;
        }
        Treat::Normal
    }

    /// A heading in the words that is the thread's title, or only a link to the post, is its title again.
    fn is_repeated_heading(&self, heading: ElementRef<'_>) -> bool {
        if self.title.is_some_and(|title| length_of(heading, 400) < 400 && text_of(heading) == title) {
            return true;
        }
        let mut links = below(heading).take(4).filter_map(|inner| attribute(inner.value(), "href"));
        links.any(|href| href.contains('#') && last_digits(href).is_some_and(|id| self.ids.contains(id)))
    }

    /// A quotation, or a part of the markup of one.
    fn quotation(
        &self,
        element: ElementRef<'_>,
        words: ElementRef<'_>,
        quoted: &RefCell<Vec<String>>,
    ) -> Treat {
        if is_citation(element) {
            return Treat::Skip;
        }
        let value = element.value();
        let class = attribute(value, "class");
        let mut outer = false;
        for around in element
            .ancestors()
            .take_while(|node| node.id() != words.id())
            .take(FAR)
            .filter_map(ElementRef::wrap)
        {
            if !(self.signs(around.value()).has(Signs::QUOTE) || begins_as_a_quotation(around)) {
                continue;
            }
            if around.value().name() == value.name()
                && (attribute(around.value(), "class") == class || value.name() == "blockquote")
            {
                return self.attributed(element, quoted, false);
            }
            outer = true;
        }
        if outer { Treat::Part } else { self.attributed(element, quoted, true) }
    }

    /// Whose words these are: by what the element or its citation bears, else by the words of the citation.
    fn attributed(&self, element: ElementRef<'_>, quoted: &RefCell<Vec<String>>, outermost: bool) -> Treat {
        let value = element.value();
        let given = ["data-author", "data-quote", "data-username", "data-ipsquote-username", "data-cite"];
        let mut author = given.iter().find_map(|name| attribute(value, name)).map(str::to_owned);
        let mut id = None;
        for (name, text) in value.attrs() {
            let of_post = name == "cite"
                || name.starts_with("data-")
                    && (name.contains("post")
                        || name.contains("source")
                        || name.contains("commentid")
                        || name.contains("link"))
                    && !name.contains("count");
            if of_post && id.is_none() {
                id = self.known_id(text);
            }
        }
        let mut citation = citation_in(element).or_else(|| self.citation_before(element));
        if citation.is_none() {
            let label = text_before(element).filter(|text| text.len() < 120);
            if author.is_none() {
                author = label.and_then(|text| named(&text, self.names));
            }
        }
        if let Some(found) = citation.take() {
            let near = std::iter::once(found).chain(below(found).take(START));
            for one in near {
                if id.is_none() {
                    id = attribute(one.value(), "href")
                        .filter(|href| !super::people::leads_to_a_person(href))
                        .and_then(|href| self.known_id(href));
                }
                let data = attribute(one.value(), "data-post-id").or(attribute(one.value(), "data-post"));
                id = id.or_else(|| self.known_id(data?));
            }
            let text = text_of(found);
            author = author.or_else(|| named(&text, self.names)).or_else(|| {
                let short = text.trim().trim_end_matches(':').trim().to_owned();
                (!short.is_empty()
                    && short.len() < 40
                    && short.split(' ').count() <= 3
                    && !short.to_lowercase().starts_with("quote"))
                .then_some(short)
            });
        } else if author.is_none() {
            let start: String = element.text().take(6).collect::<Vec<_>>().join(" ");
            let start = start.split_whitespace().take(12).collect::<Vec<_>>().join(" ");
            let begins = BY.iter().any(|by| start.to_lowercase().starts_with(by));
            if begins {
                author = named(&start, self.names);
                let mut links = below(element).take(START).filter_map(|one| attribute(one.value(), "href"));
                id = id.or_else(|| links.find_map(|href| self.known_id(href)));
            }
        }
        if let Some(id) = &id {
            let mut all = quoted.borrow_mut();
            if outermost && all.len() < MOST_QUOTED && !all.contains(id) {
                all.push(id.clone());
            }
        }
        Treat::Quote {
            author: author.map(|name| name.trim_end_matches(':').trim().to_owned()),
            native_id: id,
        }
    }

    /// What the names of an element say.
    fn signs(&self, element: &Element) -> Signs {
        Signs::of_one(element, &mut self.known.borrow_mut())
    }

    /// Whether the element stands in a quotation of these words.
    fn is_quoted(&self, element: ElementRef<'_>, words: ElementRef<'_>) -> bool {
        let around = element.ancestors().take_while(|node| node.id() != words.id()).take(FAR);
        around.filter_map(ElementRef::wrap).any(|one| self.signs(one.value()).has(Signs::QUOTE))
    }

    /// The element just before a quotation that says whose words it holds.
    fn citation_before<'e>(&self, quotation: ElementRef<'e>) -> Option<ElementRef<'e>> {
        let before = quotation.prev_siblings().take(3).find_map(ElementRef::wrap)?;
        let is_label = self.signs(before.value()).has(Signs::QUOTE) && length_of(before, 200) < 160;
        (is_label || is_citation(before) || is_quotation_label(before)).then_some(before)
    }

    /// The post of this page that a link or attribute is of.
    fn known_id(&self, text: &str) -> Option<String> {
        if self.ids.contains(text) {
            return Some(text.to_owned());
        }
        let id = last_digits(text).filter(|id| self.ids.contains(*id));
        let after = || text.rsplit(['#', '/', '=', '_', '-']).next().filter(|id| self.ids.contains(*id));
        id.or_else(after).map(str::to_owned)
    }
}

/// Whether this names the author of a quotation and is not the quotation.
fn is_citation(element: ElementRef<'_>) -> bool {
    let value = element.value();
    if value.name() == "cite" {
        return true;
    }
    let says = |name: &str| {
        attribute(value, name).is_some_and(|class| {
            let lower = class.to_ascii_lowercase();
            [
                "header",
                "title",
                "author",
                "cite",
                "citation",
                "attribution",
                "postedby",
                "posted_by",
                "quoteby",
                "quote-by",
                "_top",
                "meta",
            ]
            .iter()
            .any(|word| lower.contains(word))
        })
    };
    says("class") && value.name() != "blockquote" && length_of(element, 200) < 160
}

/// Whether this only unfolds a long quotation.
fn is_expander(element: ElementRef<'_>) -> bool {
    let class = attribute(element.value(), "class").unwrap_or_default().to_ascii_lowercase();
    ["expandlink", "shrinklink", "quoteexpand", "expand-link"].iter().any(|word| class.contains(word))
}

/// The first characters of an element counted, up to a limit.
fn length_of(element: ElementRef<'_>, most: usize) -> usize {
    let mut length = 0;
    for text in element.text() {
        length += text.trim().len();
        if length > most {
            break;
        }
    }
    length
}

/// The element among the first of a quotation that says whose words it holds.
fn citation_in(quotation: ElementRef<'_>) -> Option<ElementRef<'_>> {
    below(quotation).take(START).find(|&one| is_citation(one))
}

/// The text right before a quotation: "Ann wrote:".
fn text_before(quotation: ElementRef<'_>) -> Option<String> {
    let mut text = String::new();
    for node in quotation.prev_siblings().take(5) {
        if let Some(words) = node.value().as_text() {
            text.insert_str(0, words);
        } else if let Some(element) = ElementRef::wrap(node) {
            if matches!(element.value().name(), "br" | "blockquote" | "div") && !text.trim().is_empty() {
                break;
            }
            text.insert_str(0, &text_of(element));
        }
        if text.len() > 120 {
            return None;
        }
    }
    let text = text.trim().to_owned();
    (text.ends_with(':') || text.to_lowercase().contains("wrote")).then_some(text)
}

/// Whether these few words only announce a quotation: "Quote:", "Zitat von Ann:", "Originally Posted by Ann".
fn is_quotation_label(element: ElementRef<'_>) -> bool {
    if length_of(element, 100) > 80 || parts(element) > 1 {
        return false;
    }
    let text = text_of(element).to_lowercase();
    let bare = text.trim_end_matches([':', ' ']);
    matches!(bare, "quote" | "zitat" | "citation" | "cita" | "citaat" | "цитата" | "citat")
        || BY.iter().any(|by| text.starts_with(by)) && !text.starts_with("quote:") && text.len() < 80
}

/// Whether the words of an element without a name begin as those of a quotation do.
fn begins_as_a_quotation(element: ElementRef<'_>) -> bool {
    if !matches!(element.value().name(), "td" | "div" | "table") {
        return false;
    }
    let first = element.text().map(str::trim).find(|text| !text.is_empty());
    let begins = first.is_some_and(|text| {
        let lower: String = text.chars().take(24).flat_map(char::to_lowercase).collect();
        BY.iter().any(|by| lower.starts_with(by) && *by != "quote:")
    });
    begins && (element.value().name() == "td" || element.value().name() == "div" && parts(element) > 1)
}

/// How many blocks an element is made of, up to three.
fn parts(element: ElementRef<'_>) -> usize {
    let blocks = element.children().filter_map(ElementRef::wrap);
    blocks.filter(|one| matches!(one.value().name(), "div" | "p" | "blockquote" | "table")).take(3).count()
}

/// Several bodies as one.
fn joined(first: Body, rest: &[Body]) -> Body {
    let mut builder: BodyBuilder = Body::builder();
    for body in std::iter::once(&first).chain(rest) {
        for line in body.text().lines() {
            builder.text(line);
            builder.line_break();
        }
    }
    builder.finish()
}
