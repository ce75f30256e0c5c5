//! Answers of Reddit's API: `[submission, comments]`, one listing, or what `morechildren` gave.

use std::borrow::Cow;

use super::{Deeper, Found, author, bare, permalink, set_shared, set_words};
use crate::error::{Error, Result};
use crate::ingest::entity::unescape;
use crate::ingest::json::Value;
use crate::ingest::{Document, html, markdown};
use crate::thread::{Body, Draft, Parent, Time};

/// The posts of this answer.
pub(super) fn read(root: Value<'_>, document: &Document) -> Result<Found> {
    let mut reader =
        Reader { found: Found { json: true, ..Found::default() }, escaped: is_escaped(document) };
    // Replies nest without limit, so what is still to be read waits in a list, the next one last.
    let mut waiting: Vec<Value<'_>> = Vec::new();
    let things = root.path(&["json", "data", "things"]).or_else(|| root.path(&["data", "things"]));
    push(&mut waiting, things.into_iter().flat_map(Value::items));
    if things.is_none() {
        push(&mut waiting, root.items());
        waiting.extend(root.is_object().then_some(root));
    }
    while let Some(thing) = waiting.pop() {
        let Some(data) = thing.get("data") else { continue };
        match string(thing, "kind") {
            Some("Listing") => push(&mut waiting, data.get("children").into_iter().flat_map(Value::items)),
            Some("t3") => reader.submission(data, document)?,
            Some("t1") => {
                reader.comment(data);
                waiting.extend(data.get("replies").filter(|replies| replies.is_object()));
            }
            Some("more") => reader.stub(data),
            _ => {}
        }
    }
    Ok(reader.found)
}

fn push<'j>(waiting: &mut Vec<Value<'j>>, things: impl Iterator<Item = Value<'j>>) {
    let from = waiting.len();
    waiting.extend(things);
    if let Some(new) = waiting.get_mut(from..) {
        new.reverse();
    }
}

/// Without `raw_json=1` every text is escaped once; the HTML that is sent along shows which it is.
fn is_escaped(document: &Document) -> bool {
    let raw = ["<div class=\\\"md\\\"", "\\u003Cdiv class", "\\u003cdiv class"];
    !raw.into_iter().any(|mark| document.mentions(mark))
}

struct Reader {
    found: Found,
    escaped: bool,
}

impl Reader {
    fn submission(&mut self, data: Value<'_>, document: &Document) -> Result<()> {
        let Some(id) = string(data, "id") else { return Ok(()) };
        if self.found.has_link {
            return Err(Error::Malformed {
                what: document.page.name.clone(),
                platform: "reddit",
                reason: "it lists several submissions; a thread is one submission and its comments"
                    .to_owned(),
            });
        }
        let mut draft = Draft::new(format!("t3_{id}"), Parent::Opening);
        draft.native_id = id.to_owned();
        self.common(&mut draft, data, self.words(data, "selftext_html", "selftext"));
        set_shared(&mut draft, string(data, "url").map(|url| self.plain(url)).as_deref());
        let title = string(data, "title").map(|title| self.plain(title).into_owned());
        let reading = &mut self.found.reading;
        reading.title = title;
        reading.url = draft.permalink.as_deref().and_then(|url| url.parse().ok());
        let comments = data.get("num_comments").and_then(Value::as_i64);
        reading.declared = comments.and_then(|comments| u32::try_from(comments.checked_add(1)?).ok());
        reading.drafts.push(draft);
        self.found.link = Some(id.to_owned());
        self.found.has_link = true;
        Ok(())
    }

    fn comment(&mut self, data: Value<'_>) {
        let id = string(data, "id").or_else(|| string(data, "name").map(bare));
        let Some(id) = id else { return };
        let parent = match string(data, "parent_id") {
            Some(parent) if parent.starts_with("t3_") => Parent::Root,
            Some(parent) if !parent.is_empty() => Parent::Post(parent.to_owned()),
            _ => Parent::Unknown,
        };
        let mut draft = Draft::new(format!("t1_{id}"), parent);
        draft.native_id = id.to_owned();
        self.common(&mut draft, data, self.words(data, "body_html", "body"));
        let link =
            string(data, "link_id").or_else(|| string(data, "parent_id").filter(|id| id.starts_with("t3_")));
        if let Some(link) = link.map(bare) {
            let own = || permalink(&format!("/comments/{link}/_/{id}/"));
            draft.permalink = draft.permalink.or_else(own);
            self.found.link.get_or_insert_with(|| link.to_owned());
        }
        self.found.reading.drafts.push(draft);
    }

    fn common(&self, draft: &mut Draft, data: Value<'_>, body: Body) {
        draft.author = string(data, "author").and_then(author);
        let seconds = |key: &str| data.get(key).and_then(Value::as_i64).and_then(Time::from_unix);
        draft.written_at = seconds("created_utc");
        draft.edited_at = seconds("edited");
        draft.permalink = string(data, "permalink").and_then(permalink);
        let is = |key: &str| data.get(key).and_then(Value::as_bool).unwrap_or(false);
        let hidden = is("score_hidden") || is("hide_score");
        draft.votes = data.get("score").filter(|_| !hidden).and_then(Value::as_i64);
        set_words(draft, body);
    }

    /// A stub: so many more comments, or a branch that goes on deeper.
    fn stub(&mut self, data: Value<'_>) {
        let children = data.get("children").into_iter().flat_map(Value::items);
        let before = self.found.more.len();
        self.found.more.extend(children.filter_map(Value::as_id));
        let named = self.found.more.len() > before;
        let parent = string(data, "parent_id").unwrap_or_default();
        match (named, parent.strip_prefix("t1_")) {
            (false, Some(parent)) => self.found.deeper.push(Deeper::Comment(parent.to_owned())),
            _ => {
                let count = data.get("count").and_then(Value::as_i64).unwrap_or(0);
                self.found.more_count = self.found.more_count.saturating_add(count.max(0));
            }
        }
        if let Some(link) = parent.strip_prefix("t3_") {
            self.found.link.get_or_insert_with(|| link.to_owned());
        }
    }

    /// The words as Reddit rendered them; its Markdown is a dialect of its own.
    fn words(&self, data: Value<'_>, rendered: &str, source: &str) -> Body {
        match string(data, rendered).filter(|html| !html.is_empty()) {
            Some(html) => html::body_of_fragment(&self.plain(html)),
            None => markdown::body(&self.plain(string(data, source).unwrap_or_default())),
        }
    }

    fn plain<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.escaped { unescape(text) } else { Cow::Borrowed(text) }
    }
}

fn string<'j>(value: Value<'j>, key: &str) -> Option<&'j str> {
    value.get(key)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Page;
    use crate::ingest::{Platform, Reading};
    use crate::thread::{NoticeKind, State};

    fn document(url: Option<&str>, text: &str) -> Document {
        let url = url.map(|url| url.parse().unwrap());
        Document::new(Page { name: "page".into(), url, text: text.into(), ..Page::default() }, None)
    }

    fn reading(url: Option<&str>, text: &str) -> Reading {
        crate::ingest::reddit::Reddit.read(&document(url, text)).unwrap()
    }

    const THREAD: &str = r#"[{"kind":"Listing","data":{"children":[{"kind":"t3","data":{"id":"abc","title":"Tea &amp; milk","author":"ann","selftext":"&gt; first\n\nno","num_comments":9,"created_utc":1700000000.0,"score":7,"permalink":"/r/tea/comments/abc/t/"}}]}},
        {"kind":"Listing","data":{"children":[{"kind":"t1","data":{"id":"c1","parent_id":"t3_abc","link_id":"t3_abc","author":"[deleted]","body":"kept","score":3,"score_hidden":true,"edited":1700000100.0,"replies":{"kind":"Listing","data":{"children":[
            {"kind":"t1","data":{"id":"c2","parent_id":"t1_c1","author":"bob","body":"[removed]","edited":false,"replies":""}},
            {"kind":"more","data":{"count":0,"id":"_","parent_id":"t1_c2","children":[]}}]}}}},
          {"kind":"more","data":{"count":6,"id":"c3","parent_id":"t3_abc","children":["c3","c4"]}}]}}]"#;

    #[test]
    fn a_thread_keeps_states_and_parents_and_unescapes_its_text() {
        let found = reading(None, THREAD);
        assert_eq!((found.declared, found.title.as_deref()), (Some(10), Some("Tea & milk")));
        let [post, first, second] = &found.drafts[..] else { panic!("{}", found.drafts.len()) };
        assert_eq!(post.body.text(), "> first\nno");
        assert_eq!((first.author.as_deref(), first.state, first.votes), (None, State::Present, None));
        assert!(first.edited_at.is_some() && second.edited_at.is_none());
        assert_eq!(
            (second.state, &second.parent),
            (State::RemovedByModerator, &Parent::Post("t1_c1".into()))
        );
        assert_eq!(found.notices[0].kind, NoticeKind::Truncated);
        assert!(found.notices[0].text.contains("6 comments") && found.next.is_empty());
    }

    #[test]
    fn stubs_are_asked_for_on_the_same_server() {
        let found = reading(Some("http://127.0.0.1:9/r/tea/comments/abc/t/.json"), THREAD);
        let asked: Vec<&str> = found.next.iter().map(|request| request.url.as_str()).collect();
        assert_eq!(
            asked,
            [
                "http://127.0.0.1:9/comments/abc/_/c2.json?raw_json=1",
                "http://127.0.0.1:9/api/morechildren?link_id=t3_abc&children=c3,c4&api_type=json&raw_json=1"
            ]
        );
        assert!(found.notices.is_empty());
    }

    #[test]
    fn comments_without_their_submission_keep_its_place() {
        let text = r#"{"json":{"errors":[],"data":{"things":[{"kind":"t1","data":{"id":"c3","link_id":"t3_abc","parent_id":"t1_c1","body":"x","body_html":"<div class=\"md\"><p>x &lt; y</p></div>"}}]}}}"#;
        let found = reading(None, text);
        assert_eq!((found.drafts[0].key.as_str(), found.drafts[0].state), ("t3_abc", State::Missing));
        assert_eq!(found.drafts[1].body.text(), "x < y");
    }

    #[test]
    fn replies_may_nest_without_limit() {
        let one = r#"{"kind":"Listing","data":{"children":[{"kind":"t1","data":{"id":"c","body":"x","parent_id":"t3_a","replies":"#;
        let text = one.repeat(50_000) + "\"\"" + &"}}]}}".repeat(50_000);
        assert_eq!(reading(None, &text).drafts.len(), 50_001);
    }

    #[test]
    fn a_list_of_submissions_is_no_thread() {
        let one = r#"{"kind":"t3","data":{"id":"a"}}"#;
        let text = format!(r#"{{"kind":"Listing","data":{{"children":[{one},{one}]}}}}"#);
        assert!(
            read(crate::ingest::json::Json::parse(&text).unwrap().root(), &document(None, &text)).is_err()
        );
    }

    /// A server that knows what the stubs of `THREAD` stand for.
    struct Server;

    impl crate::fetch::Fetcher for Server {
        fn fetch(&self, request: &crate::fetch::Request) -> Result<Page> {
            let comment = |id: &str, parent: &str| {
                format!(
                    r#"{{"kind":"t1","data":{{"id":"{id}","link_id":"t3_abc","parent_id":"{parent}","author":"eve","body":"x","replies":""}}}}"#
                )
            };
            let text = match request.url.path() {
                "/api/morechildren" => {
                    let (a, b) = (comment("c3", "t3_abc"), comment("c4", "t1_c3"));
                    format!(r#"{{"json":{{"errors":[],"data":{{"things":[{a},{b}]}}}}}}"#)
                }
                path => {
                    assert_eq!(path, "/comments/abc/_/c2.json");
                    let (a, b) = (comment("c2", "t1_c1"), comment("c5", "t1_c2"));
                    format!(r#"{{"kind":"Listing","data":{{"children":[{a},{b}]}}}}"#)
                }
            };
            Ok(Page {
                name: request.url.to_string(),
                url: Some(request.url.clone()),
                text,
                ..Page::default()
            })
        }
    }

    #[test]
    fn stubs_and_cut_branches_are_followed() {
        let start = document(Some("http://127.0.0.1:9/r/tea/comments/abc/t/.json"), THREAD).page;
        let limits = crate::ingest::Limits { pages: 20, posts: 1000 };
        let thread = crate::ingest::collect(vec![start], None, Some(&Server), &limits, &mut |_| {}).unwrap();
        assert_eq!(thread.read(), 6);
        let deepest = thread.posts().iter().find(|post| post.native_id == "c5").unwrap();
        assert_eq!(thread.post(deepest.reply_to.unwrap().post).native_id, "c2");
    }
}
