//! What a property's value says: a line of text, a number, a moment, a post's words.

use super::graph::{Field, Graph, Item};
use super::words::of_element;
use crate::ingest::html::{attribute, body_of_fragment, text_of};
use crate::ingest::json::Value;
use crate::thread::{Body, Time};

/// Names of elements that tell markup from text with angles in it.
const MARKUP: &[&str] = &[
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "del",
    "div",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "hr",
    "i",
    "img",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "u",
    "ul",
];

/// Elements that end lines by themselves.
const LINES: &[&str] = &["p", "br", "div", "li", "blockquote", "pre"];

/// A value as one line.
pub(super) fn line(field: Field<'_>) -> Option<String> {
    let text = match field {
        Field::Json(value) => decoded(&value.as_id()?),
        Field::Text(text) => decoded(text),
        Field::Words(element) => text_of(element),
        Field::Item(_) => return None,
    };
    let text = text.split_whitespace().collect::<Vec<&str>>().join(" ");
    (!text.is_empty()).then_some(text)
}

/// Text that bears entities without them; angles in it are no tags.
fn decoded(text: &str) -> String {
    match text.contains('&') {
        true => body_of_fragment(&text.replace('<', "&lt;")).text().to_owned(),
        false => text.to_owned(),
    }
}

/// A value as it was written.
pub(super) fn written<'a>(field: Field<'a>) -> Option<&'a str> {
    match field {
        Field::Json(value) => value.as_str(),
        Field::Text(text) => Some(text),
        Field::Words(_) | Field::Item(_) => None,
    }
}

/// A value as a count; thousands may be set apart.
pub(super) fn number(field: Field<'_>) -> Option<i64> {
    if let Field::Json(value) = field
        && let Some(number) = value.as_i64()
    {
        return Some(number);
    }
    let text = line(field)?;
    let figures: String = text.chars().filter(|c| !matches!(c, ',' | '.' | ' ' | '\u{a0}')).collect();
    figures.parse().ok()
}

/// A value as a moment: a date alone or a time without zone is none.
pub(super) fn moment(field: Field<'_>) -> Option<Time> {
    if let Field::Words(element) = field {
        let stated =
            ["datetime", "title", "content"].iter().find_map(|name| attribute(element.value(), name));
        return moment_of(stated?);
    }
    moment_of(written(field)?)
}

fn moment_of(text: &str) -> Option<Time> {
    let text = text.trim();
    let clock = text.get(10..)?;
    let zone = clock.ends_with(['Z', 'z']) || clock.contains(['+', '-']);
    let timed = clock.starts_with(['T', 't', ' ']) && clock.contains(':');
    let joined = text.replacen(" +", "+", 1).replacen(" -", "-", 1);
    (zone && timed).then(|| Time::parse(&joined)).flatten()
}

/// The name of the person or organisation that these values mean.
pub(super) fn name(graph: &Graph<'_>, fields: &[Field<'_>]) -> Option<String> {
    fields.iter().find_map(|field| match field {
        Field::Item(at) => name_of(graph.items.get(graph.resolve(*at))?),
        // An address is where to find out.
        Field::Json(_) | Field::Text(_) | Field::Words(_) => {
            line(*field).filter(|name| !name.starts_with("http"))
        }
    })
}

fn name_of(item: &Item<'_>) -> Option<String> {
    let stated = item.all(&["name", "alternateName", "username"]).into_iter().find_map(line);
    let given = || {
        let part = |name: &str| item.all(&[name]).into_iter().find_map(line);
        Some(format!("{} {}", part("givenName")?, part("familyName")?))
    };
    stated.or_else(given).or_else(|| Some(text_of(item.element?)).filter(|text| !text.is_empty()))
}

/// A value as the words of a post.
pub(super) fn words(field: Field<'_>) -> Body {
    match field {
        Field::Words(element) => of_element(element),
        Field::Json(value) => words_of_text(value.as_str().unwrap_or_default()),
        Field::Text(text) => words_of_text(text),
        Field::Item(_) => Body::default(),
    }
}

/// Text for machines is plain text, markup, or plain text with some markup in it.
fn words_of_text(text: &str) -> Body {
    let (mut marked, mut lined) = (false, false);
    for tag in text.split('<').skip(1) {
        let name = tag.trim_start_matches('/');
        let name =
            name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
        marked |= MARKUP.contains(&name.as_str()) && tag.contains('>');
        lined |= LINES.contains(&name.as_str());
    }
    if !marked {
        // Entities are written in plain text, too; angles in it are no tags.
        return match text.contains('&') {
            true => body_of_fragment(&text.replace('<', "&lt;").replace('\n', "<br>")),
            false => Body::from_plain(text),
        };
    }
    match lined {
        true => body_of_fragment(text),
        false => body_of_fragment(&text.replace('\n', "<br>")),
    }
}

/// Whether a value names this type of action: `https://schema.org/CommentAction`, or an item of that type.
pub(super) fn is_action(graph: &Graph<'_>, field: Field<'_>, actions: &[&str]) -> bool {
    match field {
        Field::Item(at) => graph.items.get(at).is_some_and(|item| {
            let named = item.id.map(super::graph::local);
            actions.iter().any(|action| item.is(action) || named == Some(action))
        }),
        Field::Json(_) | Field::Text(_) | Field::Words(_) => {
            let text = line(field).unwrap_or_default();
            actions.contains(&super::graph::local(&text))
        }
    }
}

/// How often something was done to an item, as its counters say.
pub(super) fn counted(graph: &Graph<'_>, item: &Item<'_>, actions: &[&str]) -> Option<i64> {
    let counters = item.all(&["interactionStatistic"]);
    let counter = |field: &Field<'_>| {
        let Field::Item(at) = field else { return None };
        let counter = graph.items.get(graph.resolve(*at))?;
        let fits = counter.all(&["interactionType"]).into_iter().any(|kind| is_action(graph, kind, actions));
        fits.then(|| counter.all(&["userInteractionCount", "interactionCount"]).into_iter().find_map(number))?
    };
    counters.iter().find_map(counter)
}

/// What a JSON value refers to by text or a number, for ids.
pub(super) fn reference(graph: &Graph<'_>, field: Field<'_>) -> Option<usize> {
    match field {
        Field::Item(at) => Some(graph.resolve(at)),
        Field::Json(value) => graph.named(Value::as_str(value)?),
        Field::Text(text) => graph.named(text),
        Field::Words(_) => None,
    }
}
