//! The words of a post of unknown software: what quotes, signs and answers in it is told by common habits.

use scraper::ElementRef;
use scraper::node::Element;

use crate::ingest::html::{Treat, attribute, below, body_with, has_class, text_of};
use crate::thread::Body;

/// What stands before or after a name in the line above a quotation.
const BEFORE: &[&str] = &["originally posted by", "quote from", "posted by"];
const AFTER: &[&str] = &[" wrote:", " said:", " wrote", " said"];

/// The words of this element.
pub(super) fn of_element(element: ElementRef<'_>) -> Body {
    body_with(element, &treat)
}

fn treat(element: ElementRef<'_>) -> Treat {
    let value = element.value();
    let types = attribute(value, "itemtype").or_else(|| attribute(value, "typeof"));
    if types.is_some_and(|types| {
        types.contains("Comment") || types.contains("Answer") || types.contains("Posting")
    }) {
        return Treat::Skip;
    }
    if ["signature", "Signature", "sig", "post-signature"].iter().any(|class| has_class(value, class)) {
        return Treat::Skip;
    }
    if is_quotation(value) {
        if quotation_around(element).is_some_and(|outer| !is_other(outer, element)) {
            return Treat::Part;
        }
        let source = citation(element);
        let id = source.and_then(linked_post).or_else(|| {
            let own = attribute(value, "cite").or_else(|| attribute(value, "data-source"))?;
            trailing_digits(own)
        });
        let stated =
            ["data-author", "data-username", "data-quote"].iter().find_map(|name| attribute(value, name));
        let author = stated.map(str::to_owned).or_else(|| name_in(source?));
        return Treat::Quote { author, native_id: id };
    }
    let cites =
        quotation_around(element).and_then(citation).is_some_and(|source| source.id() == element.id());
    if cites { Treat::Skip } else { Treat::Normal }
}

/// A quotation by its element, or by the class that boards give it.
fn is_quotation(value: &Element) -> bool {
    match value.name() {
        "blockquote" => true,
        "div" | "fieldset" | "aside" | "table" => {
            let classes = attribute(value, "class").unwrap_or_default();
            classes.split_ascii_whitespace().any(|class| {
                let class = class.to_ascii_lowercase();
                class.ends_with("quote") || class.ends_with("quotation") || class.ends_with("quotebox")
            })
        }
        _ => false,
    }
}

/// The quotation that an element stands in, close by.
fn quotation_around(element: ElementRef<'_>) -> Option<ElementRef<'_>> {
    let above = element.ancestors().take(8).filter_map(ElementRef::wrap);
    above.into_iter().find(|outer| is_quotation(outer.value()))
}

/// Whether the inner of two quotations is one of its own, and not a part of the outer one's markup.
fn is_other(outer: ElementRef<'_>, inner: ElementRef<'_>) -> bool {
    outer.value().name() == "blockquote" || citation(inner).is_some()
}

/// The element in a quotation that says whose words it holds.
fn citation(quotation: ElementRef<'_>) -> Option<ElementRef<'_>> {
    const NEAR: usize = 10;
    below(quotation).take(NEAR).find(|inner| {
        let name = inner.value().name();
        if name == "cite" {
            return true;
        }
        if !matches!(name, "div" | "p" | "header" | "span" | "strong" | "b" | "small" | "legend" | "a") {
            return false;
        }
        let Some(text) = short_text(*inner) else { return false };
        BEFORE.iter().any(|words| text.starts_with(words)) || AFTER.iter().any(|words| text.ends_with(words))
    })
}

/// The text of an element in lower case, if it is no longer than a citation. Looks no further than that.
fn short_text(element: ElementRef<'_>) -> Option<String> {
    const LONGEST: usize = 120;
    let mut text = String::new();
    for piece in element.text() {
        text.push_str(piece.trim());
        text.push(' ');
        if text.len() > LONGEST {
            return None;
        }
    }
    Some(text.trim().to_lowercase())
}

/// The name in a citation: the first part that is set apart, else what its usual words leave.
fn name_in(citation: ElementRef<'_>) -> Option<String> {
    let bold = below(citation).find(|inner| matches!(inner.value().name(), "strong" | "b" | "a"));
    let whole = text_of(citation);
    let mut name = bold.map(text_of).filter(|name| !name.is_empty()).unwrap_or_else(|| whole.clone());
    for words in BEFORE {
        if name.get(..words.len()).is_some_and(|start| start.eq_ignore_ascii_case(words)) {
            name = name.get(words.len()..).unwrap_or_default().to_owned();
        }
    }
    for words in AFTER {
        name = name.strip_suffix(words).unwrap_or(&name).to_owned();
    }
    let name = name.trim_matches([':', ' ']).to_owned();
    (!name.is_empty() && name.len() < 60).then_some(name)
}

/// The post that a citation links: digits at the end of an anchor.
fn linked_post(citation: ElementRef<'_>) -> Option<String> {
    std::iter::once(citation).chain(below(citation)).find_map(|inner| {
        let href = attribute(inner.value(), "href")?;
        trailing_digits(href.split_once('#').map(|(_, anchor)| anchor)?)
    })
}

/// The digits that a text ends in.
pub(super) fn trailing_digits(text: &str) -> Option<String> {
    let head = text.trim_end_matches(|c: char| c.is_ascii_digit());
    text.get(head.len()..).filter(|digits| !digits.is_empty()).map(str::to_owned)
}
