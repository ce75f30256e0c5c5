//! Lobsters and its sister sites: the pages, and the JSON that is going away, in its old and new names.
//!
//! Times on a page are the server's own and without a zone; only what stands with a zone or as seconds
//! since 1970 is taken.

use std::collections::HashMap;

use scraper::{ElementRef, Html};
use url::Url;

use super::html::{attribute, below, body, body_of_fragment, first, has_class, text_of};
use super::json::{Json, Value};
use super::{Document, Platform, Reading, Recognition};
use crate::error::Result;
use crate::fetch::Request;
use crate::thread::{Body, Draft, Parent, State, Time};

/// The reader of Lobsters.
pub(super) struct Lobsters;

impl Platform for Lobsters {
    fn name(&self) -> &'static str {
        "lobsters"
    }

    fn about(&self) -> &'static str {
        "Lobsters stories: pages of lobste.rs and its sister sites, and their JSON"
    }

    fn example(&self) -> &'static str {
        "https://lobste.rs/s/abc123/title"
    }

    fn request(&self, url: &Url) -> Option<Request> {
        let known = url.host_str() == Some("lobste.rs") && url.path().starts_with("/s/");
        known.then(|| match url.path().ends_with(".json") {
            true => Request::json(url.clone()),
            false => Request::page(url.clone()),
        })
    }

    fn recognise(&self, document: &Document) -> Recognition {
        let certain = if document.is_json() {
            document.mentions("\"short_id\"") && document.mentions("\"comment_count\"")
        } else {
            document.is_markup()
                && document.mentions("data-shortid=")
                && (document.mentions("comments_subtree") || document.mentions("story_liner"))
        };
        if certain { Recognition::Certain } else { Recognition::No }
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        if document.is_json() {
            let json =
                Json::parse(document.start()).map_err(|fault| fault.of(&document.page.name, "lobsters"))?;
            return Ok(story(json.root()));
        }
        Ok(page(document.html()?, document))
    }
}

/// Reads the JSON of a story.
fn story(story: Value<'_>) -> Reading {
    let mut reading = Reading::default();
    let Some(id) = string(story, "short_id") else { return reading };
    let mut opening = Draft::new(id, Parent::Opening);
    opening.author = story.get("submitter_user").and_then(user);
    opening.written_at = string(story, "created_at").and_then(Time::parse);
    opening.votes = story.get("score").and_then(Value::as_i64);
    opening.permalink = string(story, "comments_url").map(str::to_owned);
    opening.body = shared(
        body_of_fragment(string(story, "description").unwrap_or_default()),
        string(story, "url").unwrap_or_default(),
    );
    reading.title = string(story, "title").map(str::to_owned);
    reading.url = opening.permalink.as_deref().and_then(|url| Url::parse(url).ok());
    let count = story.get("comment_count").and_then(Value::as_i64);
    reading.declared = count.and_then(|count| u32::try_from(count.checked_add(1)?).ok());
    reading.drafts.push(opening);
    let mut open: Vec<(i64, String)> = Vec::new();
    for comment in story.get("comments").into_iter().flat_map(Value::items) {
        let Some(id) = string(comment, "short_id") else { continue };
        let depth = comment.get("depth").or_else(|| comment.get("indent_level")).and_then(Value::as_i64);
        let depth = depth.unwrap_or(0);
        while open.last().is_some_and(|(above, _)| *above >= depth) {
            open.pop();
        }
        let above = open.last().map(|(_, above)| above.clone());
        let named = string(comment, "parent_comment").map(str::to_owned);
        let mut draft = Draft::new(id, named.or(above).map_or(Parent::Root, Parent::Post));
        open.push((depth, id.to_owned()));
        draft.author = comment.get("commenting_user").and_then(user);
        draft.written_at = string(comment, "created_at").and_then(Time::parse);
        let edited = string(comment, "last_edited_at").or_else(|| string(comment, "updated_at"));
        draft.edited_at = edited.and_then(Time::parse).filter(|edited| Some(*edited) != draft.written_at);
        draft.votes = comment.get("score").and_then(Value::as_i64);
        draft.permalink = string(comment, "url").map(str::to_owned);
        let is = |key: &str| comment.get(key).and_then(Value::as_bool).unwrap_or(false);
        draft.state = match (is("is_moderated"), is("is_deleted")) {
            (true, _) => State::RemovedByModerator,
            (false, true) => State::DeletedByAuthor,
            (false, false) => State::Present,
        };
        if draft.state == State::Present {
            draft.body = body_of_fragment(string(comment, "comment").unwrap_or_default());
        }
        reading.drafts.push(draft);
    }
    reading
}

/// A name, which older answers wrap in the whole user.
fn user(value: Value<'_>) -> Option<String> {
    let name = value.as_str().or_else(|| string(value, "username"))?;
    (!name.is_empty()).then(|| name.to_owned())
}

fn shared(body: Body, address: &str) -> Body {
    if address.starts_with("http") { body.sharing(address) } else { body }
}

fn string<'j>(value: Value<'j>, key: &str) -> Option<&'j str> {
    value.get(key)?.as_str()
}

/// Reads the page of a story.
fn page(html: &Html, document: &Document) -> Reading {
    let mut reading = Reading::default();
    let own = document.page.url.clone().or_else(|| stated_address(html));
    let mut opening: Option<Draft> = None;
    // The list item of each comment, in which the replies to it nest.
    let mut items = HashMap::new();
    for element in below(html.root_element()) {
        let value = element.value();
        let Some(id) = attribute(value, "data-shortid") else {
            if has_class(value, "story_text")
                && let Some(opening) = &mut opening
            {
                let address = opening.body.links().first().map(|link| link.target.clone());
                opening.body = shared(body(element), &address.unwrap_or_default());
            }
            continue;
        };
        if has_class(value, "story") && opening.is_none() {
            opening = Some(head(element, id, own.as_ref(), &mut reading));
        } else if has_class(value, "comment") {
            let mut lists = element
                .ancestors()
                .filter(|node| node.value().as_element().is_some_and(|above| above.name() == "li"));
            let item = lists.next();
            let above = lists.find_map(|list| items.get(&list.id()).cloned());
            if let Some(item) = item {
                items.insert(item.id(), id.to_owned());
            }
            reading.drafts.push(comment(element, id, above, own.as_ref()));
        }
    }
    if let Some(opening) = opening {
        reading.drafts.insert(0, opening);
    }
    reading.url = own;
    reading
}

/// The address that the page says is its own.
fn stated_address(html: &Html) -> Option<Url> {
    let mut links = below(html.root_element()).filter(|element| element.value().name() == "link");
    links.find_map(|link| {
        let value = link.value();
        let fits =
            attribute(value, "rev") == Some("canonical") || attribute(value, "rel") == Some("canonical");
        Url::parse(attribute(value, "href").filter(|_| fits)?).ok()
    })
}

/// The opening post, from the head of the page.
fn head(element: ElementRef<'_>, id: &str, own: Option<&Url>, reading: &mut Reading) -> Draft {
    let mut draft = Draft::new(id, Parent::Opening);
    byline(&mut draft, element);
    draft.permalink = own.map(Url::to_string);
    if let Some(link) = first(element, |value| has_class(value, "u-url")) {
        reading.title = Some(text_of(link));
        draft.body = shared(Body::default(), attribute(link.value(), "href").unwrap_or_default());
    }
    if let Some(label) = first(element, |value| has_class(value, "comments_label")) {
        let text = text_of(label);
        let count: Option<u32> = text.split(' ').find_map(|word| word.parse().ok());
        reading.declared = count.and_then(|count| count.checked_add(1));
    }
    draft
}

fn comment(element: ElementRef<'_>, id: &str, above: Option<String>, own: Option<&Url>) -> Draft {
    let mut draft = Draft::new(id, above.map_or(Parent::Root, Parent::Post));
    byline(&mut draft, element);
    draft.permalink = own.map(|url| {
        let mut url = url.clone();
        url.set_fragment(Some(&format!("c_{id}")));
        url.to_string()
    });
    if let Some(words) = first(element, |value| has_class(value, "comment_text")) {
        let text = text_of(words);
        let gone = text.trim_start_matches('[');
        draft.state = if gone.starts_with("Comment removed by author") {
            State::DeletedByAuthor
        } else if gone.starts_with("Comment removed by") || gone.starts_with("Thread removed by") {
            State::RemovedByModerator
        } else {
            State::Present
        };
        if draft.state == State::Present {
            draft.body = body(words);
        }
    }
    draft
}

/// Author, time and score.
fn byline(draft: &mut Draft, element: ElementRef<'_>) {
    let score = first(element, |value| has_class(value, "upvoter") || has_class(value, "score"));
    draft.votes = score.and_then(|score| text_of(score).parse().ok());
    let Some(line) = first(element, |value| has_class(value, "byline")) else { return };
    let named = below(line).find(|link| {
        let href = attribute(link.value(), "href").unwrap_or_default();
        let user = href.starts_with("/~") || href.starts_with("/u/");
        user && !text_of(*link).is_empty()
    });
    draft.author = named.map(text_of);
    let time = below(line).find_map(|element| {
        let value = element.value();
        let seconds = attribute(value, "data-at-unix").and_then(|at| Time::from_unix(at.parse().ok()?));
        seconds.or_else(|| {
            let stated = attribute(value, "datetime").or_else(|| attribute(value, "title"))?;
            zoned(stated)
        })
    });
    match text_of(line).contains("edited ") {
        // The line shows the edit in place of the writing.
        true => draft.edited_at = time,
        false => draft.written_at = time,
    }
}

/// A time that says its zone, such as `2016-03-01 10:00:00 -0600`.
fn zoned(text: &str) -> Option<Time> {
    let has_zone = text.ends_with('Z') || text.get(19..).is_some_and(|rest| rest.contains(['+', '-']));
    let joined = text.replacen(' ', "T", 1).replace(' ', "");
    has_zone.then(|| Time::parse(&joined)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_its_zone_is_not_taken() {
        let time = zoned("2016-03-01 10:00:00 -0600").unwrap();
        assert_eq!(time.to_string(), "2016-03-01T16:00:00Z");
        assert_eq!(zoned("2022-07-22 12:06:59"), None);
    }

    #[test]
    fn both_sets_of_names_give_the_same_tree() {
        let old = r#"{"short_id":"s","comment_count":2,"submitter_user":{"username":"ann"},"comments":[{"short_id":"a","indent_level":1,"is_deleted":true},{"short_id":"b","indent_level":2,"comment":"<p>x</p>"}]}"#;
        let new = r#"{"short_id":"s","comment_count":2,"submitter_user":"ann","comments":[{"short_id":"a","depth":0,"parent_comment":null,"is_deleted":true},{"short_id":"b","depth":1,"parent_comment":"a","comment":"<p>x</p>"}]}"#;
        for text in [old, new] {
            let found = story(Json::parse(text).unwrap().root());
            assert_eq!(found.drafts[0].author.as_deref(), Some("ann"));
            assert_eq!(found.drafts[1].state, State::DeletedByAuthor);
            assert_eq!(found.drafts[2].parent, Parent::Post("a".to_owned()));
        }
    }
}
