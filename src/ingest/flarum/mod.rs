//! Flarum: the answers of its API, and its pages, which carry one.
//!
//! A page shows some posts to readers without scripts and holds the API's answer about them, which has the
//! ids, times and mentions that the markup lacks. A mention of a post, which "Reply" writes, is what Flarum
//! itself counts as a reply; a post without one answers the discussion. Events (renamed, tagged, locked) are
//! no posts.

mod answer;
mod words;

use std::collections::HashSet;

use scraper::ElementRef;
use url::Url;

use self::answer::Answer;
use super::html::{attribute, below, first, has_class};
use super::json::{Fault, Json, Syntax};
use super::{Document, Platform, Reading, Recognition};
use crate::error::{Error, Result};
use crate::fetch::Request;

const NAME: &str = "flarum";

/// The reader of Flarum.
pub(super) struct Flarum;

impl Platform for Flarum {
    fn name(&self) -> &'static str {
        NAME
    }

    fn about(&self) -> &'static str {
        "Flarum discussions: pages, /api/discussions/ID and /api/posts answers"
    }

    fn example(&self) -> &'static str {
        "https://forum.example/d/123-a-title"
    }

    fn request(&self, url: &Url) -> Option<Request> {
        let path = url.path();
        let discussion = path.split_once("/api/discussions/").is_some_and(|(_, id)| is_number(id));
        let posts =
            path.ends_with("/api/posts") && url.query_pairs().any(|(name, _)| name.starts_with("filter["));
        (discussion || posts).then(|| Request::json(url.clone()))
    }

    fn recognise(&self, document: &Document) -> Recognition {
        let certain = if document.is_json() {
            let names = |name: &str| document.mentions(name);
            names("\"posts\"")
                && names("\"attributes\"")
                && (names("\"contentHtml\"") || (names("\"discussions\"") && names("\"lastPostNumber\"")))
        } else {
            document.is_markup()
                && ["flarum-json-payload", "flarum.core.app.", "id=\"flarum-content\""]
                    .iter()
                    .any(|mark| document.mentions(mark))
        };
        if certain { Recognition::Certain } else { Recognition::No }
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        let malformed = |fault: Fault| fault.of(&document.page.name, NAME);
        if document.is_json() {
            let json = Json::parse(&document.page.text).map_err(malformed)?;
            return Ok(Answer::new(json.root(), document.page.url.as_ref()).into_reading(None));
        }
        let payload = payload(&document.page.text).ok_or_else(|| nothing(document))?;
        let json = Json::parse_as(payload, Syntax::Script).map_err(malformed)?;
        let shown = shown(document.html()?.root_element());
        let reading = Answer::new(json.root(), document.page.url.as_ref()).into_reading(Some(&shown));
        if reading.drafts.is_empty() && reading.next.is_empty() {
            Err(nothing(document))
        } else {
            Ok(reading)
        }
    }
}

/// The script's text from the state of the page on.
fn payload(text: &str) -> Option<&str> {
    let within = |mark: &str| {
        let (_, after) = text.split_once(mark)?;
        let start = after.find('{')?;
        // What stands between the mark and the value is the rest of a tag or a bracket.
        (start < 200).then(|| after.get(start..)).flatten()
    };
    within("id=\"flarum-json-payload\"")
        .or_else(|| within("core.app.load("))
        .or_else(|| within("core.app.preload("))
}

/// The words of the posts that the page shows without scripts, in its order.
fn shown(root: ElementRef<'_>) -> Vec<String> {
    let content = first(root, |element| attribute(element, "id") == Some("flarum-content"));
    let articles = content.into_iter().flat_map(below).filter(|element| element.value().name() == "article");
    articles
        .filter_map(|article| first(article, |part| has_class(part, "Post-body")))
        .map(|body| words::of_element(body).text().to_owned())
        .collect()
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Posts that the page shows, by their numbers in `all`, when each shown one is found there in order.
fn matched(shown: &[String], all: &[String]) -> Option<HashSet<usize>> {
    let mut kept = HashSet::with_capacity(shown.len());
    let mut from = 0;
    for words in shown {
        let found = all.iter().skip(from).position(|text| text == words)? + from;
        kept.insert(found);
        from = found + 1;
    }
    (!kept.is_empty()).then_some(kept)
}

fn nothing(document: &Document) -> Error {
    Error::Wall {
        what: document.page.name.clone(),
        wall: "a Flarum page without a discussion's posts".to_owned(),
        advice:
            "give the discussion's own address (/d/ID), or save the answer of /api/discussions/ID instead"
                .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Page;
    use crate::thread::{NoticeKind, Parent, State};

    fn read(text: &str) -> Reading {
        let url = Url::parse("https://f.example/api/discussions/7").unwrap();
        Flarum
            .read(&Document::new(Page { url: Some(url), text: text.to_owned(), ..Page::default() }, None))
            .unwrap()
    }

    const DISCUSSION: &str = r#"{"data":{"type":"discussions","id":"7","attributes":{"title":"Tea & time","slug":"7-tea","commentCount":4,"lastPostNumber":6},"relationships":{"firstPost":{"data":{"type":"posts","id":"10"}},"posts":{"data":[{"type":"posts","id":"10"},{"type":"posts","id":"11"},{"type":"posts","id":"12"},{"type":"posts","id":"13"},{"type":"posts","id":"14"}]}}},
      "included":[{"type":"users","id":"1","attributes":{"username":"ann","displayName":"Ann"}},
      {"type":"posts","id":"10","attributes":{"number":1,"createdAt":"2024-01-02T03:04:05+00:00","contentType":"comment","contentHtml":"<p>Tea?</p>"},"relationships":{"user":{"data":{"type":"users","id":"1"}}}},
      {"type":"posts","id":"11","attributes":{"number":2,"createdAt":"2024-01-02T04:04:05+00:00","contentType":"discussionTagged","content":[[],[1]]}},
      {"type":"posts","id":"12","attributes":{"number":3,"createdAt":"2024-01-02T05:04:05+00:00","contentType":"comment","contentHtml":"<blockquote><p><a href=\"https://f.example/d/7-tea/1\" class=\"PostMention\" data-id=\"10\">Ann</a> Tea?</p></blockquote><p>No. <a href=\"https://f.example/d/9-x/1\" class=\"PostMention\" data-id=\"2\">Bo</a></p>"},"relationships":{"user":{"data":null}}}]}"#;

    #[test]
    fn events_are_no_posts_and_absent_posts_are_asked_for_by_id() {
        let reading = read(DISCUSSION);
        assert_eq!(reading.drafts.len(), 2);
        assert_eq!((reading.title.as_deref(), reading.declared), (Some("Tea & time"), Some(4)));
        assert_eq!(reading.notices[0].kind, NoticeKind::Unreadable);
        let next: Vec<String> = reading.next.iter().map(|request| request.url.to_string()).collect();
        assert_eq!(next, ["https://f.example/api/posts?filter%5Bid%5D=13%2C14"]);
    }

    #[test]
    fn a_quotation_names_its_post_and_posts_elsewhere_are_no_parents() {
        let reply = &read(DISCUSSION).drafts[1];
        assert_eq!(reply.parent, Parent::Quoted("10".to_owned()));
        assert!(reply.also.is_empty());
        assert_eq!(reply.body.text(), "> Tea?\nNo. Bo");
        assert_eq!(reply.author, None);
        assert_eq!(reply.permalink.as_deref(), Some("https://f.example/d/7-tea/3"));
    }

    #[test]
    fn a_list_of_posts_keeps_the_place_of_the_opening_and_names_its_next() {
        let text = r#"{"links":{"next":"https:\/\/f.example\/api\/posts?page%5Boffset%5D=40"},"data":[{"type":"posts","id":"30","attributes":{"number":21,"contentType":"comment","contentHtml":"<p>x</p>"}}]}"#;
        let reading = read(text);
        assert_eq!(reading.drafts[0].state, State::Missing);
        assert_eq!(reading.drafts[1].parent, Parent::Root);
        assert_eq!(reading.next[0].url.query(), Some("page%5Boffset%5D=40"));
    }

    #[test]
    fn only_addresses_of_the_api_are_known_by_themselves() {
        let asked = |url: &str| Flarum.request(&Url::parse(url).unwrap()).is_some();
        assert!(asked("https://f.example/api/discussions/12"));
        assert!(asked("https://f.example/sub/api/posts?filter[discussion]=12"));
        assert!(!asked("https://f.example/d/12-title"));
        assert!(!asked("https://f.example/api/discussions/list"));
    }
}
