//! The words of a Flarum post, and which posts they name.

use std::cell::RefCell;

use scraper::ElementRef;

use crate::ingest::html::{Treat, attribute, below, body_of_fragment_with, body_with, has_class, text_of};
use crate::thread::Body;

/// A post that the words name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    /// The id of the post.
    pub post: String,
    /// Whether its words are quoted, and not only its author named.
    pub quoted: bool,
}

/// The words of a post as the API sends them, and the posts of this discussion that they name, in order.
pub(super) fn of_markup(markup: &str, discussion: Option<&str>) -> (Body, Vec<Mention>) {
    let mentions = RefCell::new(Vec::new());
    let body = body_of_fragment_with(markup, &|element| treat(element, discussion, &mentions));
    (body, mentions.into_inner())
}

/// The words of a post as a page shows them.
pub(super) fn of_element(element: ElementRef<'_>) -> Body {
    let mentions = RefCell::new(Vec::new());
    body_with(element, &|inner| treat(inner, None, &mentions))
}

fn treat(element: ElementRef<'_>, discussion: Option<&str>, mentions: &RefCell<Vec<Mention>>) -> Treat {
    let value = element.value();
    if value.name() == "blockquote" {
        let Some(source) = source(element) else { return Treat::Normal };
        let post = post(source, discussion);
        mentions.borrow_mut().extend(post.map(|post| Mention { post: post.to_owned(), quoted: true }));
        let author = Some(text_of(source)).filter(|name| !name.is_empty());
        return Treat::Quote { author, native_id: post.map(str::to_owned) };
    }
    if !has_class(value, "PostMention") {
        return Treat::Normal;
    }
    match quotation_around(element).and_then(source) {
        Some(source) if source.id() == element.id() => Treat::Skip,
        Some(_) => Treat::Normal,
        None => {
            let post = post(element, discussion);
            mentions.borrow_mut().extend(post.map(|post| Mention { post: post.to_owned(), quoted: false }));
            Treat::Normal
        }
    }
}

/// The mention at the start of a quotation that says whose words it holds.
fn source(quotation: ElementRef<'_>) -> Option<ElementRef<'_>> {
    /// Elements between the quotation and its source: a wrapper or two and a paragraph.
    const NEAR: usize = 4;
    let mention = below(quotation).take(NEAR).find(|inner| has_class(inner.value(), "PostMention"))?;
    (quotation_around(mention)?.id() == quotation.id()).then_some(mention)
}

fn quotation_around(element: ElementRef<'_>) -> Option<ElementRef<'_>> {
    /// Markup of posts is shallow; a hostile one must not cost its depth for each mention.
    const HIGH: usize = 12;
    let above = element.ancestors().take(HIGH).filter_map(ElementRef::wrap);
    above.into_iter().find(|outer| outer.value().name() == "blockquote")
}

/// The id of the mentioned post, unless the link leads to another discussion.
fn post<'a>(mention: ElementRef<'a>, discussion: Option<&str>) -> Option<&'a str> {
    let value = mention.value();
    let id = attribute(value, "data-id").filter(|id| !id.is_empty())?;
    let leads_to = attribute(value, "href").and_then(|href| {
        let slug = href.split_once("/d/")?.1;
        Some(slug.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default())
    });
    let elsewhere = leads_to.zip(discussion).is_some_and(|(there, here)| there != here);
    (!elsewhere && !has_class(value, "PostMention--deleted")).then_some(id)
}
