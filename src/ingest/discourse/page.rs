//! A topic's page: the JSON it was sent with, else the posts that it shows to crawlers.

use scraper::ElementRef;
use url::Url;

use super::{Address, draft, keep_the_opening, nothing, topic, words_of};
use crate::error::Result;
use crate::fetch::Request;
use crate::ingest::html::{attribute, below, first, has_class, text_of};
use crate::ingest::json::Json;
use crate::ingest::{Document, Reading};
use crate::thread::{Draft, Time};

/// The posts of this page.
pub(super) fn read(document: &Document) -> Result<Reading> {
    let root = document.html()?.root_element();
    let head = Head::of(root);
    // A saved page says itself where it came from; whether that is asked is the user's decision.
    let url = document.page.url.clone().or_else(|| head.url.clone());
    let mut reading = preloaded(&head, url.as_ref()).unwrap_or_default();
    if reading.drafts.is_empty() {
        reading = crawled(root, url.as_ref());
    }
    reading.title = reading.title.take().or(head.title);
    reading.url = head.url.clone().or(reading.url);
    if reading.drafts.is_empty() {
        let topic = document.page.url.as_ref().and_then(|url| Some((url, Address::of(url)?)));
        let json = topic.and_then(|(url, topic)| url.join(&format!("/t/{}.json", topic.topic)).ok());
        reading.next.push(Request::json(json.ok_or_else(|| nothing(document))?));
    }
    Ok(reading)
}

/// What the page says about itself outside the posts.
#[derive(Default)]
struct Head<'p> {
    preloaded: Option<&'p str>,
    url: Option<Url>,
    title: Option<String>,
}

impl<'p> Head<'p> {
    fn of(root: ElementRef<'p>) -> Self {
        let mut head = Head::default();
        for element in below(root) {
            let value = element.value();
            let get = |name: &str| attribute(value, name);
            match value.name() {
                "link" if get("rel") == Some("canonical") => {
                    head.url = get("href").and_then(|url| Url::parse(url).ok());
                }
                "meta" if get("property") == Some("og:title") => {
                    head.title = get("content").map(str::to_owned)
                }
                "h1" if head.title.is_none() => {
                    head.title = Some(text_of(element)).filter(|title| !title.is_empty())
                }
                "div" if get("id") == Some("data-preloaded") => {
                    head.preloaded = get("data-preloaded");
                    break;
                }
                "div" if has_class(value, "crawler-post") => break,
                _ => {}
            }
        }
        head
    }
}

/// The topic in the page's attribute: JSON whose values are JSON texts.
fn preloaded(head: &Head<'_>, from: Option<&Url>) -> Option<Reading> {
    let outer = Json::parse(head.preloaded?).ok()?;
    let is_topic = |key: &str| {
        key.strip_prefix("topic_")
            .is_some_and(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let text = outer.root().entries().find_map(|(key, value)| value.as_str().filter(|_| is_topic(key)))?;
    let inner = Json::parse(text).ok()?;
    Some(topic::read(inner.root(), from))
}

/// The posts of the view without scripts, which has no reply links.
fn crawled(root: ElementRef<'_>, url: Option<&Url>) -> Reading {
    let mut reading = Reading::default();
    let topic = url.and_then(Address::of).map(|address| address.topic);
    for element in below(root) {
        let value = element.value();
        match value.name() {
            "div" if has_class(value, "crawler-post") => {
                reading.drafts.extend(crawled_post(element, topic.as_deref(), url));
            }
            "a" | "link" if attribute(value, "rel") == Some("next") && reading.next.is_empty() => {
                let next = attribute(value, "href").and_then(|href| url?.join(href).ok());
                let same = next.filter(|next| url.is_some_and(|url| url.origin() == next.origin()));
                reading.next.extend(same.map(Request::page));
            }
            _ => {}
        }
    }
    keep_the_opening(&mut reading);
    reading
}

/// A box of related or closed topics bears the same class, but no number.
fn crawled_post(element: ElementRef<'_>, topic: Option<&str>, url: Option<&Url>) -> Option<Draft> {
    let number: i64 = attribute(element.value(), "id")?.strip_prefix("post_")?.parse().ok()?;
    let mut draft = draft(number, None);
    for inner in below(element) {
        let value = inner.value();
        match value.name() {
            "span" if draft.author.is_none() && attribute(value, "itemprop") == Some("name") => {
                draft.author = Some(text_of(inner)).filter(|name| !name.is_empty());
            }
            "time" if draft.written_at.is_none() => {
                draft.written_at = attribute(value, "datetime").and_then(Time::parse);
            }
            "div" if has_class(value, "post") => {
                draft.body = words_of(inner, topic);
                break;
            }
            _ => {}
        }
    }
    let likes = first(element, |value| attribute(value, "itemprop") == Some("userInteractionCount"));
    let likes = likes.and_then(|likes| attribute(likes.value(), "content")?.parse().ok());
    draft.votes = likes.filter(|&likes: &i64| likes > 0);
    draft.permalink = url.filter(|url| Address::of(url).is_some()).map(|url| {
        let mut own = url.clone();
        own.set_query(None);
        own.set_fragment(None);
        format!("{}/{number}", own.as_str().trim_end_matches('/'))
    });
    Some(draft)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Page;

    fn document(url: Option<&str>, text: &str) -> Document {
        let url = url.map(|url| Url::parse(url).unwrap());
        Document::new(Page { name: "page".into(), url, text: text.into(), ..Page::default() }, None)
    }

    const CRAWLED: &str = "<noscript><div id='post_1' class='topic-body crawler-post'>\
        <span class=creator><a><span itemprop='name'>ann</span></a></span>\
        <time datetime='2024-11-08T19:33:12Z'></time><div class='post' itemprop='text'><p>hello</p></div></div>\
        <div class='topic-body crawler-post'>related</div>\
        <a rel=\"next\" href=\"/t/a/9?page=2\">next</a></noscript>";

    #[test]
    fn posts_are_found_inside_noscript_and_the_next_page_is_asked_for() {
        let reading = read(&document(Some("https://f.example/t/a/9"), CRAWLED)).unwrap();
        assert_eq!(reading.drafts.len(), 1);
        assert_eq!(reading.drafts[0].body.text(), "hello");
        assert_eq!(reading.next[0].url.as_str(), "https://f.example/t/a/9?page=2");
        assert!(read(&document(None, CRAWLED)).unwrap().next.is_empty());
    }

    #[test]
    fn a_page_without_posts_asks_for_the_topic_or_says_what_to_save() {
        let shell = "<meta name=generator content=\"Discourse 3\"><div id=\"data-preloaded\"></div>";
        let next = read(&document(Some("https://f.example/t/a/9"), shell)).unwrap().next;
        assert_eq!(next[0].url.as_str(), "https://f.example/t/9.json");
        assert!(read(&document(None, shell)).is_err());
    }
}
