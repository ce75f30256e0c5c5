//! PeerTube: the answers of its API about a video and its comments.
//!
//! The list of a video's comments holds the first level only; each thread with replies is asked for by
//! itself. A deleted comment keeps its place without words. The video's description opens the thread.

use url::Url;

use super::json::{Fault, Json, Value};
use super::{Document, Platform, Reading, Recognition, html, markdown};
use crate::error::Result;
use crate::fetch::Request;
use crate::thread::{Draft, Parent, State, Time};

const NAME: &str = "peertube";

/// Comments in one answer; servers allow no more.
const PER_PAGE: usize = 100;

/// The reader of PeerTube.
pub(super) struct PeerTube;

impl Platform for PeerTube {
    fn name(&self) -> &'static str {
        NAME
    }

    fn about(&self) -> &'static str {
        "comments under PeerTube videos: answers of /api/v1/videos/…/comment-threads"
    }

    fn example(&self) -> &'static str {
        "https://tube.example/w/kkGMgK9ZtnKfYAgnEtQxbv"
    }

    fn request(&self, url: &Url) -> Option<Request> {
        let path = url.path().trim_end_matches('/');
        if path.starts_with("/api/v1/videos/") {
            return Some(Request::json(url.clone()));
        }
        let id =
            ["/w/", "/videos/watch/", "/videos/embed/"].iter().find_map(|door| path.strip_prefix(door))?;
        is_video_id(id).then(|| url.join(&format!("/api/v1/videos/{id}")).ok().map(Request::json))?
    }

    fn recognise(&self, document: &Document) -> Recognition {
        if !document.is_json() {
            return Recognition::No;
        }
        let list = document.mentions("\"inReplyToCommentId\"") && document.mentions("\"threadId\"");
        let empty = document.mentions("\"totalNotDeletedComments\"");
        let video = document.mentions("\"commentsEnabled\"") && document.mentions("\"privacy\"")
            || document.mentions("\"truncatedDescription\"");
        if list || empty || video { Recognition::Certain } else { Recognition::No }
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        let malformed = |fault: Fault| fault.of(&document.page.name, NAME);
        let json = Json::parse(&document.page.text).map_err(malformed)?;
        let root = json.root();
        if root.get("data").is_some() {
            return Ok(read_list(root, document));
        }
        if root.get("comment").is_some() {
            return Ok(read_thread(root));
        }
        Ok(read_video(root, document))
    }
}

/// A UUID, or the short form of one.
fn is_video_id(id: &str) -> bool {
    let long = id.len() == 36 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let short = (20..=23).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    long || short
}

fn read_video(video: Value<'_>, document: &Document) -> Reading {
    let mut draft = Draft::new("video", Parent::Opening);
    draft.native_id = string(video, "uuid").unwrap_or_default().to_owned();
    draft.author = video.get("account").and_then(account);
    let published = ["originallyPublishedAt", "publishedAt", "createdAt"];
    draft.written_at = published.iter().skip(1).find_map(|key| time(video, key));
    draft.permalink = string(video, "url").map(str::to_owned);
    let votes = |key: &str| video.get(key).and_then(Value::as_i64);
    draft.votes = votes("likes").map(|likes| likes.saturating_sub(votes("dislikes").unwrap_or(0)));
    draft.body = markdown::body(string(video, "description").unwrap_or_default());
    let comments = votes("comments").and_then(|n| u32::try_from(n).ok());
    let mut reading = Reading {
        title: string(video, "name").map(str::to_owned),
        url: string(video, "url").and_then(|url| Url::parse(url).ok()),
        declared: comments.and_then(|comments| comments.checked_add(1)),
        drafts: vec![draft],
        ..Reading::default()
    };
    reading.next.extend(list_request(document.page.url.as_ref(), 0));
    reading
}

/// The first level of comments.
fn read_list(root: Value<'_>, document: &Document) -> Reading {
    let mut reading = Reading::default();
    let address = document.page.url.as_ref();
    let mut entries = 0;
    for comment in root.get("data").into_iter().flat_map(Value::items) {
        entries += 1;
        let Some(draft) = read_comment(comment) else { continue };
        if comment.get("totalReplies").and_then(Value::as_i64).unwrap_or(0) > 0 {
            reading.next.extend(thread_request(address, &draft.key));
        }
        reading.drafts.push(draft);
    }
    let number = |key: &str| root.get(key).and_then(Value::as_i64).and_then(|n| u32::try_from(n).ok());
    // `total` counts the first level, the other one also replies; only that of what is not deleted.
    let declared = number("totalNotDeletedComments").max(number("total"));
    reading.declared = declared.and_then(|comments| comments.checked_add(1));
    let start = asked(address, "start").unwrap_or(0);
    let total = number("total").unwrap_or(0) as usize;
    if entries > 0 && start.saturating_add(entries) < total {
        reading.next.extend(list_request(address, start + entries));
    }
    open(&mut reading);
    reading
}

/// A comment with all that stands under it.
fn read_thread(root: Value<'_>) -> Reading {
    let mut reading = Reading::default();
    let mut stack = vec![root];
    while let Some(node) = stack.pop() {
        reading.drafts.extend(node.get("comment").and_then(read_comment));
        let from = stack.len();
        stack.extend(node.get("children").into_iter().flat_map(Value::items));
        if let Some(new) = stack.get_mut(from..) {
            new.reverse();
        }
    }
    open(&mut reading);
    reading
}

/// Keeps the place of the video, which another answer describes.
fn open(reading: &mut Reading) {
    if !reading.drafts.is_empty() {
        let mut video = Draft::new("video", Parent::Opening);
        video.native_id = String::new();
        video.state = State::Missing;
        reading.drafts.insert(0, video);
    }
}

fn read_comment(comment: Value<'_>) -> Option<Draft> {
    let id = comment.get("id").and_then(Value::as_id)?;
    let parent = comment.get("inReplyToCommentId").and_then(Value::as_id);
    let mut draft = Draft::new(id, parent.map_or(Parent::Root, Parent::Post));
    draft.author = comment.get("account").and_then(account);
    draft.written_at = time(comment, "createdAt");
    draft.permalink = string(comment, "url").map(str::to_owned);
    if comment.get("isDeleted").and_then(Value::as_bool).unwrap_or(false) {
        // Its author or a moderator did it; the answer does not tell which.
        draft.state = State::DeletedByAuthor;
        return Some(draft);
    }
    draft.body = words(string(comment, "text").unwrap_or_default());
    Some(draft)
}

/// Comments from elsewhere in the fediverse are HTML, those of the server Markdown.
fn words(text: &str) -> crate::thread::Body {
    let start = text.trim_start();
    let markup =
        ["<p", "<span", "<a ", "<div", "<br", "<blockquote"].iter().any(|tag| start.starts_with(tag));
    if markup { html::body_of_fragment(text) } else { markdown::body(text) }
}

/// `name@host`: the short name alone is not unique among federated servers.
fn account(account: Value<'_>) -> Option<String> {
    let name = string(account, "name")?;
    Some(match string(account, "host") {
        Some(host) => format!("{name}@{host}"),
        None => name.to_owned(),
    })
}

/// The list of comments from this one on, of the video that the given address is about.
fn list_request(address: Option<&Url>, start: usize) -> Option<Request> {
    let url = address?;
    let video = video_of(url)?;
    let count = asked(Some(url), "count").unwrap_or(PER_PAGE).clamp(1, PER_PAGE);
    let list = format!("/api/v1/videos/{video}/comment-threads?start={start}&count={count}&sort=-createdAt");
    url.join(&list).ok().map(Request::json)
}

fn thread_request(address: Option<&Url>, thread: &str) -> Option<Request> {
    let url = address?;
    let video = video_of(url)?;
    url.join(&format!("/api/v1/videos/{video}/comment-threads/{thread}")).ok().map(Request::json)
}

fn video_of(url: &Url) -> Option<&str> {
    url.path().strip_prefix("/api/v1/videos/")?.split('/').next().filter(|video| !video.is_empty())
}

fn asked(address: Option<&Url>, name: &str) -> Option<usize> {
    address?.query_pairs().find(|(key, _)| key == name).and_then(|(_, value)| value.parse().ok())
}

fn time(value: Value<'_>, key: &str) -> Option<Time> {
    Time::parse(string(value, key)?)
}

fn string<'j>(value: Value<'j>, key: &str) -> Option<&'j str> {
    value.get(key)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Page;

    fn document(url: Option<&str>, text: &str) -> Document {
        let url = url.map(|url| Url::parse(url).unwrap());
        Document::new(Page { name: "page".into(), url, text: text.into(), ..Page::default() }, None)
    }

    #[test]
    fn the_address_of_a_video_asks_the_api() {
        let ask = |url: &str| PeerTube.request(&Url::parse(url).unwrap()).map(|r| r.url.to_string());
        let short = "https://tube.example/w/kkGMgK9ZtnKfYAgnEtQxbv";
        assert_eq!(ask(short).as_deref(), Some("https://tube.example/api/v1/videos/kkGMgK9ZtnKfYAgnEtQxbv"));
        assert!(ask("https://tube.example/videos/watch/9c9de5e8-0a1e-484a-b099-e80766180a6d").is_some());
        assert!(ask("https://wiki.example/w/index.php").is_none());
    }

    #[test]
    fn replies_and_the_next_page_are_asked_for() {
        let url = "https://tube.example/api/v1/videos/abc/comment-threads?start=0&count=1";
        let text = r#"{"total":3,"data":[{"id":7,"text":"hi","threadId":7,"inReplyToCommentId":null,"createdAt":"2025-07-10T21:39:33.797Z","isDeleted":false,"totalReplies":2,"account":{"name":"ann","host":"h.example"}}],"totalNotDeletedComments":5}"#;
        let reading = PeerTube.read(&document(Some(url), text)).unwrap();
        let next: Vec<&str> = reading.next.iter().map(|request| request.url.as_str()).collect();
        assert_eq!(next.len(), 2);
        assert!(
            next[0].ends_with("/abc/comment-threads/7") && next[1].contains("start=1&count=1"),
            "{next:?}"
        );
        assert_eq!((reading.declared, reading.drafts[1].author.as_deref()), (Some(6), Some("ann@h.example")));
    }
}
