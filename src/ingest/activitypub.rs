//! ActivityPub: objects and collections of them, as any server of the Fediverse answers.
//!
//! PieFed, Mbin and others are read this way. What an object names and does not hold (its replies, the post
//! it answers) is asked for; collections of replies are partial by nature, and no server knows all of them.

use std::collections::{HashMap, HashSet};

use url::Url;

use super::html::{attribute, below, body_of_fragment};
use super::json::{Json, Value};
use super::{Document, Platform, Reading, Recognition, markdown, several};
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
        found.finish(document)
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
    /// Where each post stands among the drafts.
    places: HashMap<String, usize>,
    /// Activities that take a post away.
    taken: Vec<Taken>,
    /// Names of activities that were undone; for one without a name, what it was about.
    undone: HashSet<String>,
}

/// An activity that takes a post away.
struct Taken {
    /// The name by which it can be undone.
    name: String,
    post: String,
    state: State,
    /// Whether the post is gone from everywhere, and not only from a collection that may hold it.
    is_whole: bool,
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
            match kind(value) {
                Some("Update") => {
                    match value.get("object").filter(|object| kind(*object).is_some_and(is_post)) {
                        Some(object) => self.post(object, true),
                        None => waiting.extend(value.get("object")),
                    }
                }
                Some("Create" | "Announce" | "Add") => waiting.extend(value.get("object")),
                Some("Delete" | "Remove") => self.taken_down(value),
                Some("Undo") => self.undo(value),
                Some(kind) if kind.contains("Collection") => {
                    for key in ["items", "orderedItems"] {
                        let held = value.get(key);
                        waiting.extend(held.filter(|held| held.is_object() || held.as_str().is_some()));
                        waiting.extend(held.into_iter().flat_map(Value::items));
                    }
                    waiting.extend(value.get("first"));
                    waiting.extend(value.get("next"));
                }
                Some(kind) if is_post(kind) => {
                    self.post(value, false);
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
        let Some(post) = activity.get("object").and_then(reference) else { return };
        // Somebody who leaves deletes themselves.
        if activity.get("actor").and_then(reference) == Some(post) {
            return;
        }
        let is_whole = kind(activity) == Some("Delete");
        // What is no longer pinned, and who no longer moderates, is still there.
        let target = activity.get("target").and_then(reference).unwrap_or_default().trim_end_matches('/');
        if ["featured", "moderators", "pinned"].iter().any(|list| target.ends_with(list)) {
            return;
        }
        let reasoned = string(activity, "summary").is_some_and(|reason| !reason.is_empty());
        let by_moderator = reasoned || !is_whole;
        let state = if by_moderator { State::RemovedByModerator } else { State::DeletedByAuthor };
        let name = string(activity, "id").filter(|id| !id.is_empty()).unwrap_or(post);
        self.taken.push(Taken { name: name.to_owned(), post: post.to_owned(), state, is_whole });
    }

    /// An activity that takes another back; only taking back that a post was taken away means anything here.
    fn undo(&mut self, activity: Value<'_>) {
        let Some(object) = activity.get("object") else { return };
        let bare = || object.get("object").and_then(reference).filter(|_| object.is_object());
        if let Some(name) = reference(object).or_else(bare) {
            self.undone.insert(name.to_owned());
        }
    }

    /// Takes the posts away that were taken away for good, whichever came first.
    fn take_away(&mut self) {
        for Taken { name, post, state, is_whole } in std::mem::take(&mut self.taken) {
            if self.undone.contains(&name) {
                continue;
            }
            let post = self.aliases.get(&post).cloned().unwrap_or(post);
            let held = self.places.get(&post).and_then(|&at| self.reading.drafts.get_mut(at));
            match held {
                Some(draft) => {
                    draft.state = state;
                    draft.body = Body::default();
                }
                None if is_whole => {
                    self.places.insert(post.clone(), self.reading.drafts.len());
                    self.reading.drafts.push(Draft { state, ..Draft::new(post, Parent::Unknown) });
                }
                // Removed from a list: an account, a tag, or a post that nobody here wrote.
                None => {}
            }
        }
    }

    /// A post; of one that is already known, its newest words. `is_update`: it was changed to this.
    fn post(&mut self, object: Value<'_>, is_update: bool) {
        let Some(id) = string(object, "id").filter(|id| !id.is_empty()) else { return };
        let gone = kind(object) == Some("Tombstone");
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
        if address != id {
            self.aliases.insert(address.to_owned(), id.to_owned());
        }
        let title = worded(object, "name").filter(|title| !title.is_empty());
        let place = self.places.get(id).copied();
        let Some(known) = place.and_then(|at| self.reading.drafts.get_mut(at)) else {
            self.titles.extend(title.map(|title| (id.to_owned(), title.to_owned())));
            self.places.insert(id.to_owned(), self.reading.drafts.len());
            self.reading.drafts.push(draft);
            return;
        };
        let is_newer = match (draft.edited_at, known.edited_at) {
            (Some(new), Some(old)) if new != old => new > old,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            _ => is_update,
        };
        // What is gone stays gone, whichever of the two came first.
        if known.state == State::Present && (gone || is_newer) {
            self.titles.extend(title.map(|title| (id.to_owned(), title.to_owned())));
            let old = std::mem::replace(known, draft);
            fill(known, old);
        } else {
            fill(known, draft);
        }
    }

    fn finish(mut self, document: &Document) -> Result<Reading> {
        self.take_away();
        for draft in &mut self.reading.drafts {
            if let Parent::Post(key) = &draft.parent
                && let Some(id) = self.aliases.get(key)
            {
                draft.parent = Parent::Post(id.clone());
            }
        }
        several::keep_one(&mut self.reading, document.wanted_thread.as_deref())?;
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
        Ok(self.reading)
    }
}

/// Gives a draft what it lacks and another of the same post has; the words stay its own.
fn fill(draft: &mut Draft, other: Draft) {
    let says_nothing = match draft.parent {
        Parent::Unknown => true,
        Parent::Opening => matches!(other.parent, Parent::Post(_)),
        _ => false,
    };
    if says_nothing {
        draft.parent = other.parent;
    }
    draft.author = draft.author.take().or(other.author);
    draft.written_at = draft.written_at.or(other.written_at);
    draft.edited_at = draft.edited_at.or(other.edited_at);
    draft.votes = draft.votes.or(other.votes);
    if draft.state == State::Present && other.state == State::Present && draft.body.text().is_empty() {
        draft.body = other.body;
    }
}

/// The type of a value; of several, the first that is known.
fn kind(value: Value<'_>) -> Option<&str> {
    const ACTIVITIES: &[&str] =
        &["Create", "Update", "Announce", "Add", "Delete", "Undo", "Remove", "Person"];
    let own = value.get("type")?;
    let all = || own.items().filter_map(Value::as_str);
    let is_known = |kind: &&str| is_post(kind) || ACTIVITIES.contains(kind) || kind.contains("Collection");
    own.as_str().or_else(|| all().find(is_known)).or_else(|| all().next())
}

/// Whether things of this type are posts.
fn is_post(kind: &str) -> bool {
    const POSTS: &[&str] = &[
        "Note",
        "Page",
        "Article",
        "Question",
        "Video",
        "Audio",
        "Image",
        "Event",
        "ChatMessage",
        "Document",
        "Tombstone",
    ];
    POSTS.contains(&kind)
}

/// A value in words, or the first of those in several languages.
fn worded<'j>(object: Value<'j>, key: &str) -> Option<&'j str> {
    string(object, key).or_else(|| {
        let all = object.get(&format!("{key}Map"))?;
        all.entries().find_map(|(_, words)| words.as_str())
    })
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
    let person = actors().find(|actor| kind(*actor) == Some("Person"));
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
    let content = worded(object, "content").unwrap_or_default();
    let source = object.path(&["source", "content"]).and_then(Value::as_str).filter(|_| content.is_empty());
    let is_markdown = string(object, "mediaType") == Some("text/markdown");
    let body = if is_markdown || source.is_some() {
        markdown::body(source.unwrap_or(content))
    } else {
        let mut markup = String::new();
        let note = kind(object) == Some("Note");
        if let Some(warning) = worded(object, "summary").filter(|text| note && !text.is_empty()) {
            markup.push_str(&format!("<p>{warning}</p>"));
        }
        markup.push_str(content);
        let options = ["oneOf", "anyOf"].into_iter().filter_map(|key| object.get(key));
        for option in options.flat_map(Value::items).filter_map(|option| worded(option, "name")) {
            markup.push_str(&format!("<p>{option}</p>"));
        }
        body_of_fragment(&markup)
    };
    let shared = object.get("attachment").into_iter().flat_map(Value::items);
    let mut shared = shared.filter(|piece| kind(*piece) == Some("Link"));
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

    fn activity(kind: &str, id: &str, object: &str, more: &str) -> String {
        format!(
            r#"{{"@context":"https://www.w3.org/ns/activitystreams","id":"https://a.example/do/{id}","type":"{kind}","actor":"https://a.example/u/ann","object":{object}{more}}}"#
        )
    }

    fn note(id: u32, words: &str, more: &str) -> String {
        format!(
            r#"{{"id":"https://a.example/n/{id}","type":"Note","attributedTo":"https://a.example/u/ann","content":"{words}","published":"2024-01-01T00:00:00Z"{more}}}"#
        )
    }

    fn states(items: &[&str]) -> Vec<(String, State, String)> {
        let found = read(&format!("[{}]", items.join(",")));
        assert!(found.notices.is_empty(), "{:?}", found.notices);
        let shown = |draft: &Draft| {
            (draft.key.rsplit('/').next().unwrap().to_owned(), draft.state, draft.body.text().to_owned())
        };
        found.drafts.iter().map(shown).collect()
    }

    #[test]
    fn a_deleted_post_is_deleted_in_whichever_order_it_is_told() {
        let opening = activity("Create", "1", &note(1, "hello", ""), "");
        let reply = activity("Create", "2", &note(2, "no", r#","inReplyTo":"https://a.example/n/1""#), "");
        let delete = activity("Delete", "d", r#""https://a.example/n/2""#, "");
        let tombstone = r#"{"type":"Tombstone","id":"https://a.example/n/2"}"#;
        for items in [
            [&opening, &reply, &delete].map(String::as_str),
            [&delete, &opening, &reply].map(String::as_str),
            [&opening, &reply, tombstone],
            [&opening, tombstone, &reply],
        ] {
            let mut found = states(&items);
            found.sort_by(|a, b| a.0.cmp(&b.0));
            let gone = ("2".to_owned(), State::DeletedByAuthor, String::new());
            assert_eq!(found, [("1".to_owned(), State::Present, "hello".to_owned()), gone]);
        }
    }

    #[test]
    fn what_is_undone_or_only_unpinned_is_still_there() {
        let opening = activity("Create", "1", &note(1, "hello", ""), "");
        let there = vec![("1".to_owned(), State::Present, "hello".to_owned())];
        let delete = activity("Delete", "d", r#""https://a.example/n/1""#, "");
        let like = activity("Like", "l", r#""https://a.example/n/1""#, "");
        let named = activity("Undo", "u", r#""https://a.example/do/d""#, "");
        let unpinned = activity(
            "Remove",
            "r",
            r#""https://a.example/n/1""#,
            r#","target":"https://a.example/c/x/featured""#,
        );
        let unmade = activity(
            "Remove",
            "r",
            r#""https://a.example/u/bob""#,
            r#","target":"https://a.example/c/x/moderators""#,
        );
        let left = activity("Delete", "d", r#""https://a.example/u/ann""#, "");
        assert_eq!(states(&[&opening, &delete, &activity("Undo", "u", &delete, "")]), there);
        assert_eq!(states(&[&activity("Undo", "u", &delete, ""), &delete, &opening]), there);
        assert_eq!(states(&[&opening, &delete, &named]), there);
        assert_eq!(states(&[&opening, &activity("Undo", "u", &like, "")]), there);
        assert_eq!(states(&[&opening, &activity("Undo", "u", &delete, "")]), there);
        assert_eq!(states(&[&opening, &unpinned, &unmade, &left]), there);
        let removed = activity("Remove", "r", r#""https://a.example/n/1""#, "");
        assert_eq!(states(&[&opening, &removed])[0].1, State::RemovedByModerator);
    }

    #[test]
    fn an_updated_opening_is_one_post_with_the_new_words() {
        let create = activity("Create", "1", &note(1, "old words", ""), "");
        let update =
            activity("Update", "2", &note(1, "new words", r#","updated":"2024-01-02T00:00:00Z""#), "");
        let undated = activity("Update", "2", &note(1, "new words", ""), "");
        for items in [[&create, &update], [&update, &create], [&create, &undated]] {
            let found = states(&[items[0], items[1]]);
            assert_eq!(found, [("1".to_owned(), State::Present, "new words".to_owned())]);
        }
    }

    #[test]
    fn types_may_be_lists_and_words_may_stand_under_their_language() {
        let typed = note(1, "hello", "").replace(r#""Note""#, r#"["Note","x:Other"]"#);
        assert_eq!(states(&[&typed])[0].2, "hello");
        let mapped =
            note(1, "hello", "").replace(r#""content":"hello""#, r#""contentMap":{"en":"<p>hello</p>"}"#);
        assert_eq!(states(&[&mapped])[0].2, "hello");
    }
}
