//! The words of a NodeBB post. A quotation stands after a paragraph such as "@Bo said in Title:".

use std::cell::RefCell;

use scraper::ElementRef;

use crate::ingest::html::{Treat, attribute, below, body_of_fragment_with, body_with, has_class, text_of};
use crate::thread::Body;

/// The words of a post as the API sends them, and the ids of the posts that it quotes, in order.
pub(super) fn of_markup(markup: &str) -> (Body, Vec<String>) {
    let quoted = RefCell::new(Vec::new());
    let body = body_of_fragment_with(markup, &|element| treat(element, &quoted));
    (body, quoted.into_inner())
}

/// The words of a post as a page shows them.
pub(super) fn of_element(element: ElementRef<'_>) -> (Body, Vec<String>) {
    let quoted = RefCell::new(Vec::new());
    let body = body_with(element, &|inner| treat(inner, &quoted));
    (body, quoted.into_inner())
}

fn treat(element: ElementRef<'_>, quoted: &RefCell<Vec<String>>) -> Treat {
    match element.value().name() {
        "p" if is_citation(element) => Treat::Skip,
        "blockquote" => {
            let citation = beside(element, false).filter(|before| is_citation(*before));
            let Some(citation) = citation else { return Treat::Normal };
            let id = post_in(citation);
            if outermost(element) {
                quoted.borrow_mut().extend(id.clone());
            }
            Treat::Quote { author: name_in(citation), native_id: id }
        }
        _ => Treat::Normal,
    }
}

/// Whether this paragraph does nothing but say whose words the quotation after it holds.
fn is_citation(paragraph: ElementRef<'_>) -> bool {
    /// Letters that a citation has at most: a name and a title.
    const LONGEST: usize = 400;
    let quotes = beside(paragraph, true).is_some_and(|next| next.value().name() == "blockquote");
    if !quotes || paragraph.value().name() != "p" {
        return false;
    }
    let text = text_of(paragraph);
    let named = text.starts_with('@') || (mention(paragraph).is_some() && post_in(paragraph).is_some());
    named && text.len() <= LONGEST && text.ends_with(':')
}

/// The element next to this one, before or after it, with nothing but white space between.
fn beside(element: ElementRef<'_>, after: bool) -> Option<ElementRef<'_>> {
    let mut node = if after { element.next_sibling() } else { element.prev_sibling() };
    while let Some(near) = node {
        match near.value().as_text() {
            Some(text) if text.trim().is_empty() => {
                node = if after { near.next_sibling() } else { near.prev_sibling() };
            }
            _ => return ElementRef::wrap(near),
        }
    }
    None
}

fn outermost(quotation: ElementRef<'_>) -> bool {
    let mut above = quotation.ancestors().take(8).filter_map(ElementRef::wrap);
    !above.any(|outer| outer.value().name() == "blockquote")
}

fn mention(paragraph: ElementRef<'_>) -> Option<ElementRef<'_>> {
    below(paragraph).find(|inner| {
        let value = inner.value();
        has_class(value, "plugin-mentions-a")
            || has_class(value, "plugin-mentions-user")
            || attribute(value, "href").is_some_and(|href| href.contains("/user/"))
    })
}

/// The quoted author: the mention, else what stands between the `@` and the next words.
fn name_in(citation: ElementRef<'_>) -> Option<String> {
    let linked = mention(citation).map(text_of).unwrap_or_default();
    let text = text_of(citation);
    let name = match linked.trim_start_matches('@') {
        "" => text.strip_prefix('@')?.split([' ', ':']).next()?.to_owned(),
        name => name.to_owned(),
    };
    (!name.is_empty()).then_some(name)
}

/// The id of the quoted post: the last part of a link to `/post/ID`.
fn post_in(citation: ElementRef<'_>) -> Option<String> {
    below(citation).find_map(|inner| {
        let (_, id) = attribute(inner.value(), "href")?.split_once("/post/")?;
        let id = percent_decoded(id.split(['?', '#']).next()?);
        (!id.is_empty()).then_some(id)
    })
}

/// Ids of posts from elsewhere are addresses, written into a link with `%3A` and `%2F`.
fn percent_decoded(id: &str) -> String {
    if id.contains('%') {
        let decoded = url::form_urlencoded::parse(id.as_bytes()).next().map(|(name, _)| name.into_owned());
        return decoded.unwrap_or_default();
    }
    id.to_owned()
}
