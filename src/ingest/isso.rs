//! Isso: the answers of its server, and pages that put its comments in.
//!
//! Replies nest in the answer; what it hides is asked for by parent. A deleted comment that has replies is
//! kept without words. The article is not in the answer and opens the thread as a stub.

use url::Url;

use super::html::{attribute, below};
use super::json::{Fault, Json, Value};
use super::{Document, Platform, Reading, Recognition, html};
use crate::error::{Error, Result};
use crate::fetch::Request;
use crate::thread::{Draft, Notice, NoticeKind, Parent, State, Time};

const NAME: &str = "isso";

/// Key of the article.
const ARTICLE: &str = "article";

/// What the server calls a comment that was deleted and kept for its replies.
const DELETED: i64 = 4;

/// The reader of Isso.
pub(super) struct Isso;

impl Platform for Isso {
    fn name(&self) -> &'static str {
        NAME
    }

    fn about(&self) -> &'static str {
        "Isso comments: answers of its server to /?uri=…, and pages that put them in"
    }

    fn example(&self) -> &'static str {
        "https://comments.example/?uri=%2Farticle%2F"
    }

    fn request(&self, url: &Url) -> Option<Request> {
        let uri = url.query_pairs().any(|(key, value)| key == "uri" && value.starts_with('/'));
        uri.then(|| Request::json(url.clone()))
    }

    fn recognise(&self, document: &Document) -> Recognition {
        if document.is_json() {
            let marks = ["\"replies\"", "\"total_replies\"", "\"hidden_replies\""];
            let all = marks.iter().all(|mark| document.mentions(mark));
            return if all { Recognition::Certain } else { Recognition::No };
        }
        let page = document.is_markup()
            && document.mentions("isso-thread")
            && document.mentions("data-isso=")
            && document.page.url.is_some();
        if page { Recognition::Likely } else { Recognition::No }
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        if !document.is_json() {
            return ask_its_server(document);
        }
        let malformed = |fault: Fault| fault.of(&document.page.name, NAME);
        let json = Json::parse(&document.page.text).map_err(malformed)?;
        Ok(read_answer(json.root(), document))
    }
}

/// A page names the server in its script and itself in the place for the comments.
fn ask_its_server(document: &Document) -> Result<Reading> {
    let (mut server, mut uri) = (None, None);
    for element in below(document.html()?.root_element()) {
        let value = element.value();
        server = server.or_else(|| attribute(value, "data-isso"));
        if attribute(value, "id") == Some("isso-thread") {
            uri = attribute(value, "data-isso-id");
        }
    }
    let page = document.page.url.as_ref();
    let request = page.zip(server).and_then(|(page, server)| {
        let mut url = page.join(&format!("{}/", server.trim_end_matches('/'))).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        url.query_pairs_mut().append_pair("uri", uri.unwrap_or(page.path()));
        Some(Request::json(url))
    });
    match request {
        Some(request) => Ok(Reading { next: vec![request], ..Reading::default() }),
        None => Err(Error::Wall {
            what: document.page.name.clone(),
            wall: "a page whose comments an Isso server has".to_owned(),
            advice: "give the page's address, or save the server's answer to /?uri=…".to_owned(),
        }),
    }
}

fn read_answer(root: Value<'_>, document: &Document) -> Reading {
    let mut reading = Reading::default();
    let asked = root.get("id").and_then(Value::as_id);
    let mut hidden = count(root, "hidden_replies");
    if hidden > 0 && asked.is_none() {
        // The answer was cut; without the limit it is whole.
        reading.next.extend(again(document, None));
    }
    let mut stack: Vec<(Value<'_>, Option<String>)> = Vec::new();
    push_replies(root, &asked, &mut stack);
    while let Some((comment, parent)) = stack.pop() {
        let Some(draft) = read_comment(comment, parent) else { continue };
        let more = count(comment, "hidden_replies");
        if more > 0 {
            hidden += more;
            reading.next.extend(again(document, Some(&draft.key)));
        }
        push_replies(comment, &Some(draft.key.clone()), &mut stack);
        reading.drafts.push(draft);
    }
    if hidden > 0 && reading.next.is_empty() {
        let words = format!("the answer hides {hidden} comments; ask for it without limits and give that");
        reading.notices.push(Notice::new(NoticeKind::NotFollowed, words));
    }
    if !reading.drafts.is_empty() {
        let mut article = Draft::new(ARTICLE, Parent::Opening);
        article.native_id = String::new();
        article.state = State::Missing;
        reading.drafts.insert(0, article);
    }
    reading
}

/// Puts the replies on the stack, the first on top.
fn push_replies<'j>(of: Value<'j>, parent: &Option<String>, stack: &mut Vec<(Value<'j>, Option<String>)>) {
    let from = stack.len();
    stack.extend(of.get("replies").into_iter().flat_map(Value::items).map(|one| (one, parent.clone())));
    if let Some(new) = stack.get_mut(from..) {
        new.reverse();
    }
}

fn read_comment(comment: Value<'_>, around: Option<String>) -> Option<Draft> {
    let id = comment.get("id").and_then(Value::as_id)?;
    let parent = comment.get("parent").and_then(Value::as_id).or(around);
    let mut draft = Draft::new(id, parent.map_or(Parent::Root, Parent::Post));
    let text = |key: &str| comment.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let time = |key: &str| comment.get(key).and_then(Value::as_i64).and_then(Time::from_unix);
    draft.author = text("author").map(str::to_owned);
    draft.written_at = time("created");
    draft.edited_at = time("modified");
    let votes = |key: &str| comment.get(key).and_then(Value::as_i64);
    draft.votes = votes("likes").map(|likes| likes.saturating_sub(votes("dislikes").unwrap_or(0)));
    if votes("mode") == Some(DELETED) {
        // Its author or the site's owner did it; the server does not tell which.
        draft.state = State::DeletedByAuthor;
        draft.edited_at = None;
    } else {
        draft.body = html::body_of_fragment(text("text").unwrap_or_default());
    }
    Some(draft)
}

/// The same question without limits, for what stands under this comment.
fn again(document: &Document, parent: Option<&str>) -> Option<Request> {
    let asked = document.page.url.as_ref()?;
    let cut = ["limit", "nested_limit", "after", "offset", "parent", "plain"];
    let kept = asked.query_pairs().filter(|(key, _)| !cut.contains(&key.as_ref()));
    let kept: Vec<(String, String)> = kept.map(|(key, value)| (key.into(), value.into())).collect();
    let mut url = asked.clone();
    url.query_pairs_mut().clear().extend_pairs(kept).extend_pairs(parent.map(|id| ("parent", id)));
    Some(Request::json(url))
}

fn count(value: Value<'_>, key: &str) -> u64 {
    value.get(key).and_then(Value::as_i64).and_then(|n| u64::try_from(n).ok()).unwrap_or(0)
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
    fn what_an_answer_hides_is_asked_for_by_parent() {
        let text = r#"{"id":null,"total_replies":1,"hidden_replies":0,"replies":[{"id":3,"parent":null,"text":"<p>a</p>","author":null,"created":1400000000.5,"mode":1,"likes":2,"dislikes":1,"total_replies":9,"hidden_replies":4,"replies":[{"id":4,"parent":3,"text":"","mode":4,"created":1400000001.0}]}]}"#;
        let page = document(Some("https://c.example/?uri=%2Fa%2F&nested_limit=5"), text);
        assert_eq!(Isso.recognise(&page), Recognition::Certain);
        let reading = Isso.read(&page).unwrap();
        assert_eq!(reading.next[0].url.query(), Some("uri=%2Fa%2F&parent=3"));
        assert_eq!(reading.drafts[2].state, State::DeletedByAuthor);
        assert_eq!(reading.drafts[2].parent, Parent::Post("3".into()));
        assert_eq!((reading.drafts[1].votes, reading.drafts[1].author.as_deref()), (Some(1), None));
        let saved = Isso.read(&document(None, text)).unwrap();
        assert_eq!((saved.next.len(), saved.notices.len()), (0, 1));
    }

    #[test]
    fn a_page_that_puts_comments_in_names_the_server_to_ask() {
        let text = r#"<p>words</p><script data-isso="//c.example/isso/" src="x.js"></script><section id="isso-thread" data-isso-id="/a/b"></section>"#;
        let reading = Isso.read(&document(Some("https://blog.example/a/b?x=1"), text)).unwrap();
        assert_eq!(reading.next[0].url.as_str(), "https://c.example/isso/?uri=%2Fa%2Fb");
    }
}
