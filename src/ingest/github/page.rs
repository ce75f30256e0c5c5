//! Pages of issues, pull requests and discussions: those drawn by the server since 2013, and the new viewer.
//!
//! Each comment stands in an element whose id is its anchor; its words are in a body of their own. Long
//! threads are folded: "Load more" hides events and comments alike, so only the API knows how many.

use std::collections::HashMap;

use scraper::ElementRef;
use url::Url;

use super::{Address, Kind, anchored, graphql, is_number, keep_the_opening, opening_key, words};
use crate::error::Result;
use crate::fetch::Request;
use crate::ingest::html::{attribute, below, body_with, first, has_class, text_of};
use crate::ingest::json::{Json, Value};
use crate::ingest::walk::walk;
use crate::ingest::{Document, Reading};
use crate::thread::{Draft, Notice, NoticeKind, Parent, State, Time};

/// Elements above a body that are looked at for what it belongs to.
const FAR: usize = 40;

/// Elements of a comment that are looked at for its author and its time.
const HEAD: usize = 400;

/// What stands around the comments.
#[derive(Default)]
struct Around<'a> {
    title: Option<String>,
    page_title: Option<String>,
    canonical: Option<Url>,
    declared: Option<u32>,
    /// Bodies, and comments without one.
    found: Vec<ElementRef<'a>>,
    states: Vec<ElementRef<'a>>,
    folded: bool,
}

pub(super) fn read(document: &Document) -> Result<Reading> {
    let mut around = Around::default();
    walk(document.html()?.root_element(), |element| around.see(element));
    let own = around.canonical.clone().or_else(|| document.page.url.clone());
    let address = own.as_ref().and_then(Address::of);
    let number = address.as_ref().map(|address| address.number.clone());
    let page_title = around.page_title.as_deref().and_then(|title| title.split(" · ").next());
    let mut reading = Reading {
        title: around.title.take().or_else(|| page_title.map(str::to_owned)),
        url: own.clone(),
        declared: around.declared,
        ..Reading::default()
    };
    let mut known: HashMap<String, usize> = HashMap::new();
    for element in &around.found {
        let Some(place) = Place::of(*element, number.as_deref()) else { continue };
        match known.get(&place.key) {
            // The place for a notice that a comment is hidden may stand empty beside its words.
            Some(&at) if reading.drafts[at].state == State::RemovedByModerator => {
                reading.drafts[at] = place.draft(*element, own.as_ref());
            }
            Some(_) => {}
            None => {
                known.insert(place.key.clone(), reading.drafts.len());
                reading.drafts.push(place.draft(*element, own.as_ref()));
            }
        }
    }
    from_state(&around.states, &mut reading);
    keep_the_opening(&mut reading, number.as_deref());
    if around.folded {
        unfold(address.as_ref(), &mut reading);
    }
    Ok(reading)
}

impl<'a> Around<'a> {
    /// Looks at an element; says whether to look inside.
    fn see(&mut self, element: ElementRef<'a>) -> bool {
        let value = element.value();
        let get = |name: &str| attribute(value, name);
        let is = |class: &str| has_class(value, class);
        let test = get("data-testid").unwrap_or_default();
        match value.name() {
            "script" => {
                if get("data-target").is_some_and(|target| target.ends_with("embeddedData")) {
                    self.states.push(element);
                }
                return false;
            }
            "style" | "template" | "svg" | "textarea" => return false,
            "link" if get("rel") == Some("canonical") => {
                self.canonical = get("href").and_then(|href| Url::parse(href).ok());
            }
            "title" if self.page_title.is_none() => self.page_title = Some(text_of(element)),
            _ => {}
        }
        if is("js-preview-body") || is("js-comment-edit-form-deferred-include-fragment") {
            return false;
        }
        let title =
            test == "issue-title" || is("js-issue-title") || (is("markdown-title") && value.name() == "bdi");
        if title && self.title.is_none() {
            self.title = Some(text_of(element)).filter(|title| !title.is_empty());
        }
        let counts = is("gh-header-meta")
            || is("discussion-header-meta")
            || get("id") == Some("partial-discussion-header");
        let counts = counts || value.name() == "h2";
        if counts && self.declared.is_none() {
            self.declared = comments_in(&text_of(element)).and_then(|comments| comments.checked_add(1));
        }
        self.folded |= is("ajax-pagination-form")
            || is("js-ajax-pagination")
            || test.starts_with("issue-timeline-load-more")
            || is("js-discussion-load-more");
        let body =
            test == "markdown-body" || is("js-comment-body") || (is("comment-body") && is("markdown-body"));
        if body {
            self.found.push(element);
            return false;
        }
        if is("minimized-comment") && !is("d-none") || test.starts_with("comment-viewer-outer-box-") {
            self.found.push(element);
        }
        true
    }
}

/// What a body belongs to.
struct Place<'a> {
    key: String,
    id: String,
    /// The element around all that is of the comment.
    element: ElementRef<'a>,
    parent: Parent,
}

impl<'a> Place<'a> {
    fn of(found: ElementRef<'a>, number: Option<&str>) -> Option<Self> {
        let above = || found.ancestors().filter_map(ElementRef::wrap).take(FAR);
        for element in std::iter::once(found).chain(above()) {
            let value = element.value();
            let test = attribute(value, "data-testid").unwrap_or_default();
            if test == "issue-body" {
                return Some(Self::opening(element, number));
            }
            // In the new viewer the anchor is on the head of the comment, beside its body.
            if test.starts_with("comment-viewer-outer-box-") || test.starts_with("timeline-row-border-IC_") {
                let anchor =
                    below(element).take(HEAD).find_map(|inner| anchored(attribute(inner.value(), "id")?));
                let (key, id) = anchor.or_else(|| {
                    let id = test.rsplit('-').next()?;
                    Some((format!("g{id}"), id.to_owned()))
                })?;
                return Some(Self { key, id, element, parent: Parent::Root });
            }
            let Some(anchor) = attribute(value, "id") else { continue };
            if let Some((key, id)) = anchored(anchor) {
                let parent = parent_of(element, anchor, &key);
                return Some(Self { key, id, element, parent });
            }
            let opens = ["issue-", "pullrequest-", "discussion-"];
            if opens.iter().any(|start| anchor.strip_prefix(start).is_some_and(is_number)) {
                return Some(Self::opening(element, number));
            }
        }
        None
    }

    fn opening(element: ElementRef<'a>, number: Option<&str>) -> Self {
        let id = number.unwrap_or_default().to_owned();
        Self { key: opening_key(number.unwrap_or("?")), id, element, parent: Parent::Opening }
    }

    fn draft(self, found: ElementRef<'_>, own: Option<&Url>) -> Draft {
        let mut draft = Draft::new(self.key, self.parent);
        draft.native_id = self.id;
        let mut avatar = None;
        for inner in below(self.element).take(HEAD) {
            let value = inner.value();
            let get = |name: &str| attribute(value, name);
            let test = get("data-testid").unwrap_or_default();
            let named = value.name() == "a" && has_class(value, "author")
                || matches!(test, "avatar-link" | "issue-body-header-author");
            if named && draft.author.is_none() {
                draft.author = Some(text_of(inner)).filter(|name| !name.is_empty());
            }
            if value.name() == "img" && avatar.is_none() {
                avatar = get("alt").and_then(|alt| alt.strip_prefix('@'));
            }
            let timed = matches!(value.name(), "relative-time" | "time-ago" | "time" | "local-time");
            if timed && draft.written_at.is_none() {
                draft.written_at = get("datetime").and_then(Time::parse);
            }
            if draft.author.is_some() && draft.written_at.is_some() {
                break;
            }
        }
        draft.author = draft.author.or_else(|| avatar.filter(|name| !name.is_empty()).map(str::to_owned));
        let anchor = match draft.key.chars().next() {
            Some('c') => Some(format!("issuecomment-{}", draft.native_id)),
            Some('d') => Some(format!("discussioncomment-{}", draft.native_id)),
            Some('r') => Some(format!("discussion_r{}", draft.native_id)),
            Some('v') => Some(format!("pullrequestreview-{}", draft.native_id)),
            _ => None,
        };
        draft.permalink = own.map(|own| {
            let mut url = own.clone();
            url.set_fragment(anchor.as_deref());
            url.to_string()
        });
        let value = found.value();
        let is_body = |value: &scraper::node::Element| {
            attribute(value, "data-testid") == Some("markdown-body")
                || has_class(value, "js-comment-body")
                || (has_class(value, "comment-body") && has_class(value, "markdown-body"))
        };
        let body = if is_body(value) { Some(found) } else { first(found, is_body) };
        match body {
            Some(body) => draft.body = body_with(body, &words::treat),
            // "This comment was marked as off-topic."
            None => draft.state = State::RemovedByModerator,
        }
        draft
    }
}

/// What a comment answers: the first of its thread, or the comment around it.
fn parent_of(element: ElementRef<'_>, anchor: &str, key: &str) -> Parent {
    let above = || element.ancestors().filter_map(ElementRef::wrap).take(FAR);
    if anchor.starts_with("discussioncomment-") {
        let around = above().find_map(|outer| {
            let id = attribute(outer.value(), "id")?;
            id.starts_with("discussioncomment-").then(|| anchored(id))?
        });
        return around.map_or(Parent::Root, |(key, _)| Parent::Post(key));
    }
    if anchor.starts_with("discussion_r") || anchor.starts_with('r') {
        let holder = above().find(|outer| {
            let value = outer.value();
            ["js-comments-holder", "js-line-comments", "js-resolvable-thread-contents", "inline-comments"]
                .iter()
                .any(|class| has_class(value, class))
        });
        let first = holder.and_then(|holder| {
            below(holder).take(HEAD).find_map(|inner| {
                let id = attribute(inner.value(), "id")?;
                (id.starts_with("discussion_r") || id.starts_with('r')).then(|| anchored(id))?
            })
        });
        if let Some((first, _)) = first.filter(|(first, _)| first != key) {
            return Parent::Post(first);
        }
    }
    Parent::Root
}

/// What the new viewer holds for its scripts; more than it draws when it draws nothing.
fn from_state(states: &[ElementRef<'_>], reading: &mut Reading) {
    for state in states {
        let text: String = state.text().collect();
        let Ok(json) = Json::parse(&text) else { continue };
        let queries = json.root().path(&["payload", "preloadedQueries"]);
        for query in queries.into_iter().flat_map(Value::items) {
            let Some(subject) = query.get("result").and_then(graphql::subject) else { continue };
            let mut found = graphql::read(subject);
            reading.title = reading.title.take().or(found.title.take());
            reading.notices.append(&mut found.notices);
            reading.drafts.append(&mut found.drafts);
        }
    }
}

/// Asks the API for what the page folds; a discussion has none to ask.
fn unfold(address: Option<&Address>, reading: &mut Reading) {
    let lists: &[&str] = match address.map(|address| address.kind) {
        Some(Kind::Issue) => &["issues"],
        Some(Kind::Pull) => &["issues", "pulls"],
        Some(Kind::Discussion) | None => &[],
    };
    for list in lists {
        let url = address.map(|address| format!("{}/comments?per_page=100", address.api(list)));
        reading.next.extend(url.and_then(|url| Url::parse(&url).ok()).map(Request::json));
    }
    if lists.is_empty() {
        let words =
            "the page folds a part of the thread behind 'Load more'; unfold it before saving the page";
        reading.notices.push(Notice::new(NoticeKind::NotFollowed, words));
    }
}

/// How many comments and replies "opened this issue · 12 comments" speaks of.
fn comments_in(text: &str) -> Option<u32> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut counts = words.windows(2).filter(|pair| {
        let what = pair.get(1).map_or("", |word| word.trim_matches(|c: char| !c.is_alphabetic()));
        matches!(what, "comment" | "comments" | "reply" | "replies")
    });
    let first = counts.next()?.first()?.replace(',', "").parse::<u32>().ok()?;
    let second = counts.next().and_then(|pair| pair.first()?.replace(',', "").parse::<u32>().ok());
    first.checked_add(second.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_comments_is_read_from_the_head() {
        assert_eq!(comments_in("ann opened this issue on Jan 2, 2020 · 1,012 comments"), Some(1012));
        assert_eq!(comments_in("5 comments · 12 replies"), Some(17));
        assert_eq!(comments_in("ann opened this issue"), None);
    }
}
