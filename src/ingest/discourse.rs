//! Discourse: the topic inside its pages, the crawler's view, the answers of its API and its feeds.
//!
//! A page carries its topic as JSON inside an attribute, with the reply links that the markup lacks; so
//! that is read first. Post numbers are the keys, because quotations and reply links use them and because
//! they join the pages, answers and feeds of one topic. Small actions ("closed this") without words are no posts.

mod feed;
mod page;
mod topic;

use scraper::ElementRef;
use scraper::node::Element;
use url::Url;

use super::html::{Treat, attribute, body_of_fragment_with, body_with, has_class};
use super::json::{Json, Value};
use super::{Document, Platform, Reading, Recognition};
use crate::error::{Error, Result};
use crate::fetch::Request;
use crate::thread::{Body, Draft, Parent, State};

/// The reader of Discourse.
pub(super) struct Discourse;

impl Platform for Discourse {
    fn name(&self) -> &'static str {
        "discourse"
    }

    fn about(&self) -> &'static str {
        "Discourse topics: pages, /t/ID.json and posts.json answers, topic feeds"
    }

    fn example(&self) -> &'static str {
        "https://forum.example/t/topic-title/123"
    }

    fn request(&self, url: &Url) -> Option<Request> {
        let address = Address::of(url)?;
        if url.path().ends_with(".json") {
            return Some(Request::json(url.clone()));
        }
        if url.path().ends_with(".rss") {
            return Some(Request::page(url.clone()));
        }
        // The address of one post shows the topic from there on; read it from its beginning.
        let mut url = url.clone();
        url.set_fragment(None);
        if let (Some(slug), Some(_)) = (&address.slug, &address.post) {
            url.set_path(&format!("/t/{slug}/{}", address.topic));
            url.set_query(None);
        }
        Some(Request::page(url))
    }

    fn recognise(&self, document: &Document) -> Recognition {
        let certain = if document.is_json() {
            document.mentions("\"post_stream\"")
                || (document.mentions("\"post_number\"") && document.mentions("\"cooked\""))
        } else if document.is_markup() {
            document.mentions("id=\"data-preloaded\"")
                || document.mentions("content=\"Discourse ")
                || document.mentions("crawler-post")
                || feed::is_topic(document)
        } else {
            false
        };
        if certain { Recognition::Certain } else { Recognition::No }
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        if document.is_json() {
            let json = Json::parse(&document.page.text)
                .map_err(|fault| fault.of(&document.page.name, "discourse"))?;
            return Ok(topic::read(json.root(), document.page.url.as_ref()));
        }
        if feed::is_topic(document) {
            return Ok(feed::read(&document.page.text));
        }
        page::read(document)
    }
}

/// The parts of a topic's address.
struct Address {
    slug: Option<String>,
    topic: String,
    post: Option<String>,
}

impl Address {
    /// `/t/slug/ID`, `/t/slug/ID/POST`, `/t/ID`, with or without `.json` and `.rss`.
    fn of(url: &Url) -> Option<Self> {
        let mut parts = url.path_segments()?.filter(|part| !part.is_empty());
        parts.find(|part| *part == "t")?;
        let plain = |part: &str| {
            let bare = part.strip_suffix(".json").or_else(|| part.strip_suffix(".rss")).unwrap_or(part);
            (!bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit())).then(|| bare.to_owned())
        };
        let first = parts.next()?;
        let second = parts.next();
        match (second.and_then(plain), plain(first)) {
            (Some(topic), None) => {
                Some(Self { slug: Some(first.to_owned()), topic, post: parts.next().and_then(plain) })
            }
            (post, Some(topic)) => Some(Self { slug: None, topic, post }),
            (None, None) => None,
        }
    }
}

/// The words of a post, with its quotations attributed; `topic` tells its own from those of other topics.
fn words(cooked: &str, topic: Option<&str>) -> Body {
    body_of_fragment_with(cooked, &|element| treat(element, topic))
}

/// The words of a post that stands in a page.
fn words_of(element: ElementRef<'_>, topic: Option<&str>) -> Body {
    body_with(element, &|inner| treat(inner, topic))
}

fn treat(element: ElementRef<'_>, topic: Option<&str>) -> Treat {
    let value = element.value();
    match value.name() {
        // The preview of another page: words, but not the author's.
        "aside" if has_class(value, "onebox") => Treat::Quote { author: None, native_id: None },
        "blockquote" => match quote_around(element) {
            Some(quote) => {
                let here = topic.is_some() && attribute(quote, "data-topic") == topic;
                let author = attribute(quote, "data-username").filter(|name| !name.is_empty());
                let post = attribute(quote, "data-post").filter(|_| here);
                Treat::Quote { author: author.map(str::to_owned), native_id: post.map(str::to_owned) }
            }
            None => Treat::Normal,
        },
        "div" if has_class(value, "title") && quote_around(element).is_some() => Treat::Skip,
        "div" if has_class(value, "meta") => Treat::Skip,
        _ => Treat::Normal,
    }
}

/// The `aside` whose child this is, if it is a quotation with its source.
fn quote_around(element: ElementRef<'_>) -> Option<&Element> {
    let parent = ElementRef::wrap(element.parent()?)?.value();
    (parent.name() == "aside" && has_class(parent, "quote")).then_some(parent)
}

/// Keeps the place of the opening post when this document begins later in the topic.
fn keep_the_opening(reading: &mut Reading) {
    if !reading.drafts.is_empty() && reading.drafts.iter().all(|draft| draft.key != "1") {
        let mut stub = Draft::new("1", Parent::Opening);
        stub.state = State::Missing;
        reading.drafts.insert(0, stub);
    }
}

/// A draft of the post with this number, answering what it says it answers.
fn draft(number: i64, reply_to: Option<i64>) -> Draft {
    let parent = match (number, reply_to) {
        (1, _) => Parent::Opening,
        (_, Some(to)) if to != number => Parent::Post(to.to_string()),
        _ => Parent::Root,
    };
    Draft::new(number.to_string(), parent)
}

fn string<'j>(value: Value<'j>, key: &str) -> Option<&'j str> {
    value.get(key)?.as_str()
}

fn nothing(document: &Document) -> Error {
    Error::Wall {
        what: document.page.name.clone(),
        wall: "a Discourse page without its posts, which only scripts fill".to_owned(),
        advice: "save the answer of the topic's address with .json added (/t/ID.json) instead".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(url: &str) -> Option<String> {
        Discourse.request(&Url::parse(url).unwrap()).map(|request| request.url.to_string())
    }

    #[test]
    fn the_address_of_a_post_is_read_from_the_topics_beginning() {
        assert_eq!(asked("https://f.example/t/a-b/12/34?u=x").as_deref(), Some("https://f.example/t/a-b/12"));
        assert_eq!(
            asked("https://f.example/t/a-b/12?page=2").as_deref(),
            Some("https://f.example/t/a-b/12?page=2")
        );
        assert_eq!(asked("https://f.example/t/12.json").as_deref(), Some("https://f.example/t/12.json"));
        assert_eq!(asked("https://f.example/latest"), None);
    }

    #[test]
    fn a_quotation_names_the_post_only_if_it_is_of_this_topic() {
        let quote = |topic: u32| {
            format!(
                "<aside class=\"quote no-group\" data-username=\"ann\" data-post=\"3\" data-topic=\"{topic}\">\n<div class=\"title\">ann:</div>\n<blockquote>\n<p>so</p>\n</blockquote>\n</aside>\n<p>no</p>"
            )
        };
        let here = words(&quote(7), Some("7"));
        assert_eq!(here.text(), "> so\nno");
        let (_, named, _) = here.quotes().next().unwrap();
        assert_eq!((named.author.as_deref(), named.native_id.as_deref()), (Some("ann"), Some("3")));
        let there = words(&quote(8), Some("7"));
        assert_eq!(there.quotes().next().unwrap().1.native_id, None);
    }
}
