//! Answers of the REST interface: a list of comments, or the article itself.

use url::Url;

use super::NAME;
use crate::error::Result;
use crate::fetch::Request;
use crate::ingest::document::parse_fragment;
use crate::ingest::html::{body_of_fragment, text_of};
use crate::ingest::json::{Fault, Json, Value};
use crate::ingest::{Document, Reading, Recognition, several};
use crate::thread::{Draft, Parent, State, Time};

/// Comments in one answer; servers allow no more.
const PER_PAGE: usize = 100;

pub(super) fn recognise(document: &Document) -> Recognition {
    let rendered = document.mentions("\"rendered\"") && document.mentions("\"date_gmt\"");
    let list = document.mentions("\"author_name\"") && document.mentions("\"parent\"");
    let post = document.mentions("\"comment_status\"");
    if rendered && (list || post) {
        return Recognition::Certain;
    }
    // The page after the last one is an empty list.
    let asked = document.page.url.as_ref().is_some_and(|url| url.path().contains("/wp/v2/comments"));
    if asked { Recognition::Possible } else { Recognition::No }
}

pub(super) fn read(document: &Document) -> Result<Reading> {
    let malformed = |fault: Fault| fault.of(&document.page.name, NAME);
    let json = Json::parse(&document.page.text).map_err(malformed)?;
    let root = json.root();
    let alone = Some(root).filter(|root| root.is_object());
    let wanted = document.wanted_thread.as_deref();
    let entries: Vec<Value<'_>> = root.items().chain(alone).collect();
    let articles: Vec<(String, Value<'_>)> = entries
        .iter()
        .filter(|entry| entry.get("comment_status").is_some())
        .filter_map(|entry| Some((entry.get("id")?.as_id()?, *entry)))
        .collect();
    // A list of posts, as a search by slug answers with.
    let ids = several::distinct(articles.iter().map(|(id, _)| id.as_str()));
    if let Some((chosen, notice)) = several::pick(&ids, wanted)?
        && let Some((_, article)) = articles.iter().find(|(id, _)| id == chosen)
    {
        let mut reading = read_post(*article, document);
        reading.notices.extend(notice);
        return Ok(reading);
    }
    // A list of all comments of a site mixes those of many articles.
    let comments = entries.iter().filter_map(|entry| {
        let of = entry.get("post").and_then(Value::as_id);
        Some((of, read_comment(*entry)?))
    });
    let comments: Vec<(Option<String>, Draft)> = comments.collect();
    let found = comments.len();
    let posts = several::distinct(comments.iter().filter_map(|(of, _)| of.as_deref()));
    let (of, notice) = several::pick(&posts, wanted)?.map_or((None, None), |(of, notice)| (Some(of), notice));
    let mut reading = Reading { thread: of.map(str::to_owned), ..Reading::default() };
    if let Some(post) = of {
        reading.drafts.push(super::article(Some(post)));
        reading.next = next(document, post, if notice.is_some() { None } else { Some(found) });
    }
    reading.notices.extend(notice);
    let own = comments.iter().filter(|(post, _)| post.is_none() || post.as_deref() == of);
    reading.drafts.extend(own.map(|(_, draft)| draft.clone()));
    Ok(reading)
}

/// The article as the post that opens the thread.
fn read_post(post: Value<'_>, document: &Document) -> Reading {
    let id = post.get("id").and_then(Value::as_id);
    let mut draft = super::article(id.as_deref());
    draft.state = State::Present;
    draft.written_at = time(post, "date_gmt");
    draft.edited_at = time(post, "modified_gmt").filter(|edited| Some(*edited) != draft.written_at);
    draft.permalink = string(post, &["link"]);
    draft.body = body_of_fragment(&string(post, &["content", "rendered"]).unwrap_or_default());
    let authors = post.path(&["_embedded", "author"]);
    draft.author = authors.and_then(|all| all.items().next()).and_then(|author| string(author, &["name"]));
    let mut reading = Reading {
        title: string(post, &["title", "rendered"]).map(|title| without_markup(&title)),
        url: draft.permalink.as_deref().and_then(|link| Url::parse(link).ok()),
        ..Reading::default()
    };
    reading.drafts.push(draft);
    if let (Some(door), Some(id)) = (door(document), id) {
        reading.next.extend(comments_request(&door, &id, 1));
    }
    reading
}

fn read_comment(comment: Value<'_>) -> Option<Draft> {
    let id = comment.get("id").and_then(Value::as_id)?;
    comment.get("author_name")?;
    let parent = comment.get("parent").and_then(Value::as_id).filter(|parent| parent != "0");
    let mut draft = Draft::new(id, parent.map_or(Parent::Root, Parent::Post));
    draft.author = string(comment, &["author_name"]).map(|name| without_markup(&name));
    draft.written_at = time(comment, "date_gmt");
    draft.permalink = string(comment, &["link"]);
    draft.body = body_of_fragment(&string(comment, &["content", "rendered"]).unwrap_or_default());
    Some(draft)
}

/// The next page when this one is full, and the article with the first page; of a mixed list, for which
/// `found` is `None`, all comments on the article.
fn next(document: &Document, post: &str, found: Option<usize>) -> Vec<Request> {
    let (Some(door), Some(asked)) = (door(document), document.page.url.as_ref()) else { return Vec::new() };
    let number = |name: &str| {
        let pair = asked.query_pairs().find(|(key, _)| key == name);
        pair.and_then(|(_, value)| value.parse::<usize>().ok())
    };
    let page = number("page").unwrap_or(1);
    let mut next = Vec::new();
    if page == 1 || found.is_none() {
        next.extend(door.join(&format!("wp/v2/posts/{post}?_embed=author")).ok().map(Request::json));
    }
    let Some(found) = found else {
        next.extend(comments_request(&door, post, 1));
        return next;
    };
    if found >= number("per_page").unwrap_or(10).max(1) {
        let mut url = asked.clone();
        let kept: Vec<(String, String)> =
            asked.query_pairs().filter(|(key, _)| key != "page").map(|(k, v)| (k.into(), v.into())).collect();
        url.query_pairs_mut().clear().extend_pairs(kept).append_pair("page", &(page + 1).to_string());
        next.push(Request::json(url));
    }
    next
}

/// The door of the interface that gave this document.
fn door(document: &Document) -> Option<Url> {
    let url = document.page.url.as_ref()?;
    let (before, _) = url.path().split_once("/wp/v2/")?;
    url.join(&format!("{before}/")).ok()
}

/// The request for a page of the comments under this article, oldest first.
pub(super) fn comments_request(door: &Url, post: &str, page: usize) -> Option<Request> {
    let path = format!("wp/v2/comments?post={post}&per_page={PER_PAGE}&order=asc&page={page}");
    door.join(&path).ok().map(Request::json)
}

/// A time of a `_gmt` field: UTC, written without saying so.
fn time(value: Value<'_>, key: &str) -> Option<Time> {
    Time::parse(value.get(key)?.as_str()?)
}

fn string(value: Value<'_>, path: &[&str]) -> Option<String> {
    value.path(path)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn without_markup(text: &str) -> String {
    match parse_fragment(text) {
        Some(html) => text_of(html.root_element()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Page;
    use crate::thread::NoticeKind;

    #[test]
    fn of_comments_on_several_articles_those_on_one_are_read() {
        let one = |id: u32, post: u32| {
            format!(
                r#"{{"id":{id},"post":{post},"parent":0,"author_name":"Ann","date_gmt":"2024-01-01T00:00:00","content":{{"rendered":"<p>hi</p>"}}}}"#
            )
        };
        let text = format!("[{},{},{}]", one(1, 10), one(2, 11), one(3, 10));
        let read = |wanted: Option<&str>| {
            let url = Url::parse("https://b.example/wp-json/wp/v2/comments").ok();
            let page = Page { url, text: text.clone(), ..Page::default() };
            super::read(&Document::new(page, wanted.map(str::to_owned)))
        };
        let keys =
            |reading: &Reading| reading.drafts.iter().map(|draft| draft.key.clone()).collect::<Vec<_>>();
        let first = read(None).unwrap();
        assert_eq!(keys(&first), ["post-10", "1", "3"]);
        assert_eq!(first.notices[0].kind, NoticeKind::SeveralThreads);
        let asked: Vec<&str> = first.next.iter().map(|request| request.url.path()).collect();
        assert_eq!(asked, ["/wp-json/wp/v2/posts/10", "/wp-json/wp/v2/comments"]);
        assert_eq!(keys(&read(Some("11")).unwrap()), ["post-11", "2"]);
        assert!(read(Some("12")).is_err());
    }
}
