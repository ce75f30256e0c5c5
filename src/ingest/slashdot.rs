//! Slashdot: the pages of its stories.
//!
//! Comments below the reader's threshold are on the page as empty places, or not at all. Times are those of
//! the reader's zone, which the page does not name, so none is taken.

use std::collections::HashMap;

use scraper::ElementRef;
use url::Url;

use super::html::{Treat, attribute, below, body, body_with, first, has_class, text_of};
use super::{Document, Platform, Reading, Recognition};
use crate::error::Result;
use crate::fetch::Request;
use crate::thread::{Draft, Notice, NoticeKind, Parent, State};

/// The reader of Slashdot.
pub(super) struct Slashdot;

impl Platform for Slashdot {
    fn name(&self) -> &'static str {
        "slashdot"
    }

    fn about(&self) -> &'static str {
        "Slashdot stories"
    }

    fn example(&self) -> &'static str {
        "https://slashdot.org/story/24/01/01/0000000/title"
    }

    fn request(&self, url: &Url) -> Option<Request> {
        let host = url.host_str()?;
        let own = host == "slashdot.org" || host.ends_with(".slashdot.org");
        (own && url.path().contains("/story/")).then(|| Request::page(url.clone()))
    }

    fn recognise(&self, document: &Document) -> Recognition {
        let page = document.is_markup() && document.mentions("id=\"commentlisting\"");
        let comments = document.mentions("id=\"tree_") || document.mentions("fhitem-story");
        if page && comments { Recognition::Certain } else { Recognition::No }
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        let html = document.html()?;
        let mut reading = Reading::default();
        // The id of each comment by its list item, in which the replies to it nest.
        let mut items: HashMap<_, String> = HashMap::new();
        let mut place: HashMap<String, usize> = HashMap::new();
        let (mut hidden, mut short) = (0usize, 0usize);
        for element in below(html.root_element()) {
            let value = element.value();
            let name = attribute(value, "id").unwrap_or_default();
            if value.name() == "article" && has_class(value, "fhitem-story") && reading.title.is_none() {
                story(element, &mut reading);
            } else if value.name() == "link" && attribute(value, "rel") == Some("canonical") {
                reading.url = attribute(value, "href").and_then(|url| Url::parse(url).ok());
            } else if let Some(id) = name.strip_prefix("tree_").filter(|_| has_class(value, "comment")) {
                let above = element.ancestors().find_map(|node| items.get(&node.id()).cloned());
                let mut draft = Draft::new(id, above.map_or(Parent::Root, Parent::Post));
                items.insert(element.id(), id.to_owned());
                if has_class(value, "hidden") {
                    draft.state = State::Missing;
                    hidden += 1;
                }
                short += usize::from(has_class(value, "oneline"));
                place.insert(id.to_owned(), reading.drafts.len());
                reading.drafts.push(draft);
            } else if let Some((part, id)) = split(name)
                && let Some(draft) = place.get(id).and_then(|&at| reading.drafts.get_mut(at))
            {
                fill(draft, part, element);
            }
        }
        gaps(&mut reading, hidden, short);
        Ok(reading)
    }
}

/// The part of a comment that an id such as `comment_body_64153115` names.
fn split(id: &str) -> Option<(&str, &str)> {
    id.strip_prefix("comment_")?.rsplit_once('_')
}

/// Puts a part of a comment into its draft.
fn fill(draft: &mut Draft, part: &str, element: ElementRef<'_>) {
    match part {
        "top" => {
            let by = first(element, |value| has_class(value, "by"));
            let who = by.and_then(|by| {
                below(by).find(|link| attribute(link.value(), "href").is_some_and(|href| href.contains("/~")))
            });
            // "Anonymous Coward" has no such link and is not one person.
            draft.author = who.map(text_of).filter(|name| !name.is_empty() && !name.starts_with('('));
        }
        "link" => {
            let address = attribute(element.value(), "href").unwrap_or_default();
            draft.permalink = match address.starts_with("//") {
                true => Some(format!("https:{address}")),
                false => address.starts_with("http").then(|| address.to_owned()),
            };
        }
        "score" => {
            let text = text_of(element);
            let digits = text.split("Score:").nth(1).unwrap_or_default();
            let end = digits.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(digits.len());
            draft.votes = digits.get(..end).and_then(|digits| digits.parse().ok());
        }
        "body" if draft.state != State::Missing => {
            draft.body = body_with(element, &|inside| match has_class(inside.value(), "quote") {
                true => Treat::Quote { author: None, native_id: None },
                false => Treat::Normal,
            });
        }
        _ => {}
    }
}

/// The story itself.
fn story(article: ElementRef<'_>, reading: &mut Reading) {
    let id = attribute(article.value(), "data-fhid").unwrap_or("story");
    let mut draft = Draft::new(format!("story-{id}"), Parent::Opening);
    draft.native_id = id.to_owned();
    let title = first(article, |value| has_class(value, "story-title"));
    let link = title.and_then(|title| first(title, |value| value.name() == "a"));
    reading.title = link.or(title).map(text_of);
    draft.permalink = link.and_then(|link| {
        let address = attribute(link.value(), "href")?;
        Some(if address.starts_with("//") { format!("https:{address}") } else { address.to_owned() })
    });
    let text = format!("text-{id}");
    if let Some(words) = first(article, |value| attribute(value, "id") == Some(text.as_str())) {
        draft.body = body(words);
    }
    let bubble = first(article, |value| has_class(value, "comment-bubble"));
    let count: Option<u32> = bubble.and_then(|bubble| text_of(bubble).replace(',', "").parse().ok());
    reading.declared = count.and_then(|count| count.checked_add(1));
    reading.drafts.push(draft);
}

/// Says what the page leaves out.
fn gaps(reading: &mut Reading, hidden: usize, short: usize) {
    let of =
        |count: usize| if count == 1 { "1 comment is".to_owned() } else { format!("{count} comments are") };
    if hidden > 0 {
        let words = format!("{} hidden below the threshold; stubs keep their places", of(hidden));
        reading.notices.push(Notice::new(NoticeKind::Truncated, words));
    }
    if short > 0 {
        let words = format!("{} shown in short; the text may end early", of(short));
        reading.notices.push(Notice::new(NoticeKind::Truncated, words));
    }
}
