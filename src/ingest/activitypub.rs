//! ActivityPub: objects and collections of them, as any server of the Fediverse answers.
//!
//! PieFed, Mbin and others are read this way. What an object names and does not hold (its replies, the post
//! it answers) is asked for; collections of replies are partial by nature, and no server knows all of them.

use std::collections::{HashMap, HashSet};

use url::Url;

use super::html::{attribute, below, body_of_fragment};
use super::json::{Json, Value};
use super::{Document, Platform, Reading, Recognition, markdown};
use crate::error::Result;
use crate::fetch::Request;
use crate::thread::{Body, Draft, Notice, NoticeKind, Parent, State, Time};

const LINK: &str = "application/activity+json";

/// The reader of ActivityPub.
pub(super) struct ActivityPub;

impl Platform for ActivityPub {
    fn name(&self) -> &'static str {
        "activitypub"
    }

    fn about(&self) -> &'static str {
        "ActivityPub objects and collections, one or many: PieFed, Mbin and the rest of the Fediverse"
    }

    fn example(&self) -> &'static str {
        ""
    }

    fn request(&self, _url: &Url) -> Option<Request> {
        None
    }

    fn recognise(&self, document: &Document) -> Recognition {
        if document.is_json() {
            let typed = document.mentions("\"type\"");
            let marked =
                document.mentions("www.w3.org/ns/activitystreams") || document.mentions("\"attributedTo\"");
            return if typed && marked { Recognition::Certain } else { Recognition::No };
        }
        let software = ["piefed", "PieFed", "mbin", "Mbin", "kbin", "Friendica", "Misskey"];
        let linked = document.is_markup()
            && document.mentions(LINK)
            && software.into_iter().any(|name| document.mentions(name));
        if linked { Recognition::Possible } else { Recognition::No }
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        let mut found = Found::default();
        if document.is_markup() {
            found.reading.next = object_link(document)?;
            return Ok(found.reading);
        }
        match Json::parse(document.start()) {
            Ok(json) => found.look_at(json.root()),
            Err(fault) => {
                // One object a line, or nothing that can be read.
                let mut unreadable = 0;
                for line in document.start().lines().filter(|line| !line.trim().is_empty()) {
                    match Json::parse(line.trim()) {
                        Ok(json) => found.look_at(json.root()),
                        Err(_) => unreadable += 1,
                    }
                }
                if found.reading.drafts.is_empty() {
                    return Err(fault.of(&document.page.name, "activitypub"));
                }
                if unreadable > 0 {
                    let words = format!("{unreadable} lines could not be read");
                    found.reading.notices.push(Notice::new(NoticeKind::Unreadable, words));
                }
            }
        }
        Ok(found.finish(document))
    }
}

/// What a page for people says is the same as an object.
fn object_link(document: &Document) -> Result<Vec<Request>> {
    let base = document.page.url.as_ref();
    let link = below(document.html()?.root_element()).find_map(|element| {
        let value = element.value();
        let fits = value.name() == "link" && attribute(value, "type") == Some(LINK);
        attribute(value, "href").filter(|_| fits)
    });
    let url = link.and_then(|link| match base {
        Some(base) => base.join(link).ok(),
        None => Url::parse(link).ok(),
    });
    Ok(url.into_iter().filter(is_web).map(Request::json).collect())
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

/// What one document held.
#[derive(Default)]
struct Found {
    reading: Reading,
    /// Addresses of objects that are named and not held.
    named: Vec<String>,
    /// Titles by the key of the post that bears them.
    titles: HashMap<String, String>,
    /// Other names of posts, for replies that answer an address instead of an id.
    aliases: HashMap<String, String>,
}

impl Found {
    /// Reads a value that holds objects, however it wraps them.
    fn look_at(&mut self, root: Value<'_>) {
        // Wrappings nest without limit, so what is still to be read waits in a list, the next one last.
        let mut waiting = vec![root];
        while let Some(value) = waiting.pop() {
            let from = waiting.len();
            if let Some(address) = value.as_str() {
                self.named.push(address.to_owned());
            }
            waiting.extend(value.items());
            match string(value, "type") {
                Some("Create" | "Update" | "Announce" | "Add") => waiting.extend(value.get("object")),
                Some("Delete" | "Undo" | "Remove") => self.taken_down(value),
                Some(kind) if kind.contains("Collection") => {
                    for key in ["items", "orderedItems"] {
                        let held = value.get(key);
                        waiting.extend(held.filter(|held| held.is_object() || held.as_str().is_some()));
                        waiting.extend(held.into_iter().flat_map(Value::items));
                    }
                    waiting.extend(value.get("first"));
                    waiting.extend(value.get("next"));
                }
                Some(
                    "Note" | "Page" | "Article" | "Question" | "Video" | "Audio" | "Image" | "Event"
                    | "ChatMessage" | "Document" | "Tombstone",
                ) => {
                    self.post(value);
                    waiting.extend(value.get("replies"));
                    // PeerTube names its replies so.
                    waiting.extend(value.get("comments"));
                }
                _ => {}
            }
            if let Some(new) = waiting.get_mut(from..) {
                new.reverse();
            }
        }
    }

    /// An activity that takes a post away: by a moderator when it gives a reason, as Lemmy does.
    fn taken_down(&mut self, activity: Value<'_>) {
        let Some(object) = activity.get("object") else { return };
        let Some(id) = object.as_str().or_else(|| string(object, "id")) else { return };
        let reasoned = string(activity, "summary").is_some_and(|reason| !reason.is_empty());
        let state = if reasoned { State::RemovedByModerator } else { State::DeletedByAuthor };
        self.reading.drafts.push(Draft { state, ..Draft::new(id, Parent::Unknown) });
    }

    fn post(&mut self, object: Value<'_>) {
        let Some(id) = string(object, "id").filter(|id| !id.is_empty()) else { return };
        let gone = string(object, "type") == Some("Tombstone");
        let answered = object.get("inReplyTo").and_then(reference);
        let parent = match (answered, gone) {
            (Some(parent), _) => Parent::Post(parent.to_owned()),
            (None, true) => Parent::Unknown,
            (None, false) => Parent::Opening,
        };
        let mut draft = Draft::new(id, parent);
        draft.author = object.get("attributedTo").or_else(|| object.get("actor")).and_then(author);
        let time = |key: &str| Time::parse(string(object, key)?);
        draft.written_at = time("published");
        draft.edited_at = time("updated").filter(|edited| Some(*edited) != draft.written_at);
        let address = object.get("url").and_then(page_address).unwrap_or(id);
        draft.permalink = Some(address.to_owned());
        draft.votes = object.path(&["likes", "totalItems"]).and_then(Value::as_i64);
        if gone {
            draft.state = State::DeletedByAuthor;
        } else {
            draft.body = words(object);
        }
        if let Some(title) = string(object, "name").filter(|title| !title.is_empty()) {
            self.titles.insert(id.to_owned(), title.to_owned());
        }
        if address != id {
            self.aliases.insert(address.to_owned(), id.to_owned());
        }
        self.reading.drafts.push(draft);
    }

    fn finish(mut self, document: &Document) -> Reading {
        for draft in &mut self.reading.drafts {
            if let Parent::Post(key) = &draft.parent
                && let Some(id) = self.aliases.get(key)
            {
                draft.parent = Parent::Post(id.clone());
            }
        }
        self.one_thread(document.wanted_thread.as_deref());
        let drafts = &self.reading.drafts;
        if let Some(opening) = drafts.iter().find(|draft| draft.parent == Parent::Opening) {
            self.reading.title = self.titles.get(&opening.key).cloned();
            self.reading.url = opening.permalink.as_deref().and_then(|url| Url::parse(url).ok());
        }
        let here: HashSet<&str> = drafts.iter().map(|draft| draft.key.as_str()).collect();
        let above = drafts.iter().filter_map(|draft| match &draft.parent {
            Parent::Post(key) => Some(key),
            _ => None,
        });
        let absent = above.chain(&self.named).filter(|key| !here.contains(key.as_str()));
        let urls = absent.filter_map(|key| Url::parse(key).ok()).filter(is_web);
        self.reading.next = urls.map(Request::json).collect();
        self.reading
    }

    /// Keeps one thread of several: the wanted one, else the first.
    fn one_thread(&mut self, wanted: Option<&str>) {
        let drafts = &self.reading.drafts;
        let openings = drafts.iter().filter(|draft| draft.parent == Parent::Opening);
        let openings: Vec<String> = openings.map(|draft| draft.key.clone()).collect();
        let Some(first) = openings.first().filter(|_| openings.len() > 1) else { return };
        let chosen = openings.iter().find(|key| wanted == Some(key.as_str())).unwrap_or(first).clone();
        let parents: HashMap<String, Option<String>> = drafts
            .iter()
            .map(|draft| match &draft.parent {
                Parent::Post(key) => (draft.key.clone(), Some(key.clone())),
                _ => (draft.key.clone(), None),
            })
            .collect();
        // Which thread each post belongs to; every chain is walked once.
        let mut root: HashMap<String, String> = HashMap::new();
        for draft in drafts {
            let (mut chain, mut seen, mut at) = (Vec::new(), HashSet::new(), draft.key.clone());
            let top = loop {
                if let Some(top) = root.get(&at) {
                    break top.clone();
                }
                if !seen.insert(at.clone()) {
                    break at;
                }
                chain.push(at.clone());
                match parents.get(&at).cloned().flatten() {
                    Some(above) => at = above,
                    None => break at,
                }
            };
            root.extend(chain.into_iter().map(|key| (key, top.clone())));
        }
        let other: HashSet<&String> = openings.iter().filter(|key| **key != chosen).collect();
        self.reading.drafts.retain(|draft| !root.get(&draft.key).is_some_and(|top| other.contains(top)));
        let words = format!(
            "the source holds {} threads; {chosen} was read, choose another with --thread",
            openings.len()
        );
        self.reading.notices.push(Notice::new(NoticeKind::SeveralThreads, words));
    }
}

/// The id that a reference gives: itself, its object's, or that of the first of several.
fn reference(value: Value<'_>) -> Option<&str> {
    let one = value.items().next().unwrap_or(value);
    one.as_str().or_else(|| string(one, "id")).filter(|id| !id.is_empty())
}

/// The address for people among those of an object.
fn page_address(value: Value<'_>) -> Option<&str> {
    if let Some(address) = value.as_str() {
        return Some(address);
    }
    let links = || value.items().chain(value.is_object().then_some(value));
    let html = |link: &Value<'_>| string(*link, "mediaType") == Some("text/html");
    let link = links().find(html).or_else(|| links().next())?;
    link.as_str().or_else(|| string(link, "href"))
}

/// `name@host`, from an actor or from its address.
fn author(value: Value<'_>) -> Option<String> {
    let actors = || value.items().chain(std::iter::once(value));
    let person = actors().find(|actor| string(*actor, "type") == Some("Person"));
    let actor = person.or_else(|| actors().next())?;
    let address = actor.as_str().or_else(|| string(actor, "id"))?;
    let url = Url::parse(address).ok()?;
    let last = url.path_segments()?.rfind(|part| !part.is_empty());
    let name = string(actor, "preferredUsername").or(last)?.trim_start_matches('@');
    match url.host_str() {
        Some(host) if !name.contains('@') => Some(format!("{name}@{host}")),
        _ => Some(name.to_owned()),
    }
}

/// The words of an object: warning, content, options of a poll, and what it shares.
fn words(object: Value<'_>) -> Body {
    let content = string(object, "content").unwrap_or_default();
    let source = object.path(&["source", "content"]).and_then(Value::as_str).filter(|_| content.is_empty());
    let is_markdown = string(object, "mediaType") == Some("text/markdown");
    let body = if is_markdown || source.is_some() {
        markdown::body(source.unwrap_or(content))
    } else {
        let mut markup = String::new();
        let note = string(object, "type") == Some("Note");
        if let Some(warning) = string(object, "summary").filter(|text| note && !text.is_empty()) {
            markup.push_str(&format!("<p>{warning}</p>"));
        }
        markup.push_str(content);
        let options = ["oneOf", "anyOf"].into_iter().filter_map(|key| object.get(key));
        for option in options.flat_map(Value::items).filter_map(|option| string(option, "name")) {
            markup.push_str(&format!("<p>{option}</p>"));
        }
        body_of_fragment(&markup)
    };
    let shared = object.get("attachment").into_iter().flat_map(Value::items);
    let mut shared = shared.filter(|piece| string(*piece, "type") == Some("Link"));
    match shared.find_map(|piece| string(piece, "href")) {
        Some(address) if !body.text().contains(address) => body.sharing(address),
        _ => body,
    }
}

fn string<'j>(value: Value<'j>, key: &str) -> Option<&'j str> {
    value.get(key)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Page;

    fn read(text: &str) -> Reading {
        let page = Page { name: "page".into(), text: text.into(), ..Page::default() };
        ActivityPub.read(&Document::new(page, None)).unwrap()
    }

    const PAGE: &str = r#"{"@context":"https://www.w3.org/ns/activitystreams","id":"https://a.example/post/1","type":"Page","name":"Tea","attributedTo":[{"type":"Group","id":"https://a.example/c/x"},{"type":"Person","id":"https://a.example/u/ann"}],"content":"<p>hot</p>","published":"2024-01-01T00:00:00Z","replies":{"type":"Collection","first":{"type":"CollectionPage","next":"https://a.example/r?page=2","items":[{"id":"https://b.example/n/2","type":"Note","inReplyTo":"https://a.example/post/1","content":"no","attributedTo":"https://b.example/@bob"},"https://c.example/n/3"]}}}"#;

    #[test]
    fn replies_inside_and_behind_an_object_are_found() {
        let found = read(PAGE);
        assert_eq!(found.title.as_deref(), Some("Tea"));
        assert_eq!(found.drafts[0].author.as_deref(), Some("ann@a.example"));
        assert_eq!(found.drafts[1].author.as_deref(), Some("bob@b.example"));
        let mut asked: Vec<&str> = found.next.iter().map(|request| request.url.as_str()).collect();
        asked.sort_unstable();
        assert_eq!(asked, ["https://a.example/r?page=2", "https://c.example/n/3"]);
    }

    #[test]
    fn objects_may_stand_one_a_line_and_of_two_threads_one_is_read() {
        let other = PAGE.replace("post/1", "post/9").replace("n/2", "n/8");
        let found = read(&format!("{PAGE}\n{other}\n"));
        assert_eq!(found.drafts.len(), 2);
        assert_eq!(found.notices[0].kind, NoticeKind::SeveralThreads);
    }

    #[test]
    fn what_was_taken_down_keeps_its_place() {
        let found = read(
            r#"[{"type":"Tombstone","id":"https://a.example/1"},{"type":"Delete","summary":"spam","object":"https://a.example/2","actor":"https://a.example/u/m"}]"#,
        );
        let states: Vec<State> = found.drafts.iter().map(|draft| draft.state).collect();
        assert_eq!(states, [State::DeletedByAuthor, State::RemovedByModerator]);
    }
}
