//! The Data API: lists of threads with their first replies, and lists of the replies of one thread.

use url::Url;

use super::{address, parent_of, video};
use crate::fetch::Request;
use crate::ingest::html::body_of_fragment;
use crate::ingest::json::Value;
use crate::ingest::{Document, Reading};
use crate::thread::{Body, Draft, Notice, NoticeKind, Parent, Time};

/// Comments in one answer; the service allows no more.
const PER_PAGE: &str = "100";

pub(super) fn read(root: Value<'_>, document: &Document) -> Reading {
    let mut reading = Reading::default();
    let asked = document.page.url.as_ref();
    let mut of = None;
    let mut left = 0;
    for item in root.get("items").into_iter().flat_map(Value::items) {
        let Some(snippet) = item.get("snippet") else { continue };
        of = of.or_else(|| string(snippet, "videoId"));
        let Some(top) = snippet.get("topLevelComment") else {
            reading.drafts.extend(read_comment(item));
            continue;
        };
        let Some(draft) = read_comment(top) else { continue };
        let thread = draft.key.clone();
        reading.drafts.push(draft);
        let before = reading.drafts.len();
        let replies = item.path(&["replies", "comments"]).into_iter().flat_map(Value::items);
        reading.drafts.extend(replies.filter_map(read_comment));
        let shown = reading.drafts.len() - before;
        let total = snippet.get("totalReplyCount").and_then(Value::as_i64).unwrap_or(0);
        if total > shown as i64 {
            match asked.and_then(|asked| replies_request(asked, &thread)) {
                Some(request) => reading.next.push(request),
                None => left += total.saturating_sub(shown as i64),
            }
        }
    }
    let token = string(root, "nextPageToken");
    match (token, asked) {
        (Some(token), Some(asked)) => reading.next.push(page_request(asked, token)),
        (Some(_), None) => reading.notices.push(notice("further pages of comments")),
        (None, _) => {}
    }
    if left > 0 {
        reading.notices.push(notice(&format!("{left} replies that the answer does not hold")));
    }
    if !reading.drafts.is_empty() {
        reading.url = of.and_then(|video| Url::parse(&address(video)).ok());
        reading.drafts.insert(0, video(of));
    }
    reading
}

fn notice(what: &str) -> Notice {
    let words = format!("there are {what}; ask the Data API for them, or give the address with your key");
    Notice::new(NoticeKind::NotFollowed, words)
}

fn read_comment(comment: Value<'_>) -> Option<Draft> {
    let id = string(comment, "id")?;
    let snippet = comment.get("snippet")?;
    let parent = string(snippet, "parentId").map(|parent| Parent::Post(parent.to_owned()));
    let mut draft = Draft::new(id, parent.unwrap_or_else(|| parent_of(id)));
    draft.author = string(snippet, "authorDisplayName").filter(|name| !name.is_empty()).map(str::to_owned);
    draft.written_at = string(snippet, "publishedAt").and_then(Time::parse);
    let edited = string(snippet, "updatedAt").and_then(Time::parse);
    draft.edited_at = edited.filter(|edited| Some(*edited) != draft.written_at);
    draft.votes = snippet.get("likeCount").and_then(Value::as_i64);
    draft.permalink = string(snippet, "videoId").map(|video| format!("{}&lc={id}", address(video)));
    draft.body = match string(snippet, "textOriginal") {
        Some(words) => Body::from_plain(words),
        None => body_of_fragment(string(snippet, "textDisplay").unwrap_or_default()),
    };
    Some(draft)
}

/// All replies of one thread, with the key that was given.
fn replies_request(asked: &Url, thread: &str) -> Option<Request> {
    let (_, key) = asked.query_pairs().find(|(name, _)| name == "key")?;
    let mut url = asked.join("comments").ok()?;
    let pairs = [("part", "snippet"), ("parentId", thread), ("maxResults", PER_PAGE), ("key", key.as_ref())];
    url.query_pairs_mut().clear().extend_pairs(pairs);
    Some(Request::json(url))
}

fn page_request(asked: &Url, token: &str) -> Request {
    let kept = asked.query_pairs().filter(|(name, _)| name != "pageToken");
    let kept: Vec<(String, String)> = kept.map(|(name, value)| (name.into(), value.into())).collect();
    let mut url = asked.clone();
    url.query_pairs_mut().clear().extend_pairs(kept).append_pair("pageToken", token);
    Request::json(url)
}

fn string<'j>(value: Value<'j>, key: &str) -> Option<&'j str> {
    value.get(key)?.as_str()
}
