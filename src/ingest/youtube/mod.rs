//! YouTube: answers of the page's own interface and of the Data API.
//!
//! The page itself holds no comment. Its interface answers in two shapes, comments as entities beside the
//! list (since 2024) and renderers in the list (before), and gives times in words alone ("3 years ago"),
//! which are never turned into dates. The Data API has exact times. The video opens the thread as a stub.

mod data_api;

use std::collections::{BTreeMap, HashMap};

use url::Url;

use super::json::{Fault, Json, Syntax, Value};
use super::{Document, Platform, Reading, Recognition};
use crate::error::{Error, Result};
use crate::fetch::Request;
use crate::thread::{Body, Draft, Notice, NoticeKind, Parent, State};

const NAME: &str = "youtube";

/// The mark of the state inside a page.
const STATE: &str = "ytInitialData";

/// The reader of YouTube.
pub(super) struct YouTube;

impl Platform for YouTube {
    fn name(&self) -> &'static str {
        NAME
    }

    fn about(&self) -> &'static str {
        "comments under YouTube videos: saved answers of youtubei/v1/next, answers of the Data API's commentThreads"
    }

    fn example(&self) -> &'static str {
        "https://www.googleapis.com/youtube/v3/commentThreads?part=snippet,replies&videoId=…&key=…"
    }

    fn request(&self, url: &Url) -> Option<Request> {
        let api = url.path().starts_with("/youtube/v3/comment");
        api.then(|| Request::json(url.clone()))
    }

    fn recognise(&self, document: &Document) -> Recognition {
        if document.is_json() {
            let entities = document.mentions("\"commentEntityPayload\"");
            let renderers = document.mentions("\"commentRenderer\"");
            let api = document.mentions("\"youtube#comment");
            let known = entities || renderers || api;
            return if known { Recognition::Certain } else { Recognition::No };
        }
        let page = document.is_markup() && document.mentions(STATE) && document.mentions("youtube.com");
        if page { Recognition::Likely } else { Recognition::No }
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        let malformed = |fault: Fault| fault.of(&document.page.name, NAME);
        let mut found = Found::default();
        if document.is_json() {
            let json = Json::parse(&document.page.text).map_err(malformed)?;
            if json.root().get("kind").is_some() {
                return Ok(data_api::read(json.root(), document));
            }
            found.look_through(json.root());
            return Ok(found.into_reading());
        }
        if let Some(state) = page_state(&document.page.text) {
            let json = Json::parse_as(state, Syntax::Script).map_err(malformed)?;
            found.look_through(json.root());
            if !found.comments.is_empty() {
                return Ok(found.into_reading());
            }
        }
        Err(Error::Wall {
            what: document.page.name.clone(),
            wall: "a YouTube page, whose comments only scripts load".to_owned(),
            advice:
                "save the answers of youtubei/v1/next from the browser's network tools, or ask the Data API \
                     (commentThreads) with a key of your own"
                    .to_owned(),
        })
    }
}

/// The script's text from the value of the page state on.
fn page_state(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        let (_, after) = rest.split_once(STATE)?;
        let after_name = after.trim_start_matches(['"', '\'', ']']).trim_start();
        if let Some(value) = after_name.strip_prefix('=').map(str::trim_start)
            && value.starts_with('{')
        {
            return Some(value);
        }
        rest = after;
    }
}

/// The place of the video.
fn video(id: Option<&str>) -> Draft {
    let mut stub = Draft::new("video", Parent::Opening);
    stub.native_id = id.unwrap_or_default().to_owned();
    stub.permalink = id.map(address);
    stub.state = State::Missing;
    stub
}

fn address(video: &str) -> String {
    format!("https://www.youtube.com/watch?v={video}")
}

/// A reply's id is that of its thread, a dot, and its own.
fn parent_of(id: &str) -> Parent {
    match id.split_once('.') {
        Some((thread, _)) => Parent::Post(thread.to_owned()),
        None => Parent::Root,
    }
}

/// What an answer holds, wherever it stands.
#[derive(Default)]
struct Found<'j> {
    /// Ids of comments in the order in which they are shown.
    order: Vec<&'j str>,
    /// Comments by id, in either shape.
    comments: BTreeMap<&'j str, Comment<'j>>,
    /// Addresses that name a comment.
    links: HashMap<&'j str, &'j str>,
    title: Option<String>,
    declared: Option<u32>,
    continuations: usize,
}

#[derive(Clone, Copy)]
enum Comment<'j> {
    Entity(Value<'j>),
    Renderer(Value<'j>),
}

impl<'j> Found<'j> {
    /// Looks at every value once, in the order of the text.
    fn look_through(&mut self, root: Value<'j>) {
        let mut stack = vec![("", root)];
        while let Some((name, value)) = stack.pop() {
            self.see(name, value);
            let from = stack.len();
            stack.extend(value.entries());
            stack.extend(value.items().map(|item| ("", item)));
            if let Some(new) = stack.get_mut(from..) {
                new.reverse();
            }
        }
    }

    fn see(&mut self, name: &str, value: Value<'j>) {
        match name {
            "commentViewModel" | "commentRenderer" => {
                let Some(id) = value.get("commentId").and_then(Value::as_str) else { return };
                self.order.push(id);
                if name == "commentRenderer" {
                    self.comments.entry(id).or_insert(Comment::Renderer(value));
                }
            }
            "commentEntityPayload" => {
                let id = value.path(&["properties", "commentId"]).and_then(Value::as_str);
                if let Some(id) = id {
                    self.comments.insert(id, Comment::Entity(value));
                }
            }
            "commentsHeaderRenderer" => {
                let count = value.get("countText").or_else(|| value.get("commentsCount")).and_then(text);
                self.declared = count.as_deref().and_then(number).and_then(|n| u32::try_from(n).ok());
            }
            "videoPrimaryInfoRenderer" => self.title = value.get("title").and_then(text),
            "continuationItemRenderer" => self.continuations += 1,
            "url" => {
                let Some(link) = value.as_str().filter(|link| link.contains("watch?v=")) else { return };
                if let Some((_, id)) = link.split_once("&lc=") {
                    self.links.insert(id.split('&').next().unwrap_or(id), link);
                }
            }
            _ => {}
        }
    }

    fn into_reading(self) -> Reading {
        let mut reading = Reading { title: self.title.clone(), ..Reading::default() };
        let entities = self.comments.keys().copied();
        let mut seen: HashMap<&str, ()> = HashMap::new();
        for id in self.order.iter().copied().chain(entities) {
            if seen.insert(id, ()).is_none()
                && let Some(comment) = self.comments.get(id)
            {
                reading.drafts.push(self.draft(id, *comment));
            }
        }
        if reading.drafts.is_empty() {
            return reading;
        }
        let id = self.links.values().filter_map(|link| video_of(link)).min();
        reading.url = id.and_then(|id| Url::parse(&address(id)).ok());
        reading.drafts.insert(0, video(id));
        reading.declared = self.declared.and_then(|comments| comments.checked_add(1));
        if self.continuations > 0 {
            let words = format!(
                "the answer names {} continuations with further comments and replies, which only YouTube's own \
                 page can ask for; save their answers too and give all files together",
                self.continuations
            );
            reading.notices.push(Notice::new(NoticeKind::NotFollowed, words));
        }
        reading
    }

    fn draft(&self, id: &str, comment: Comment<'_>) -> Draft {
        let mut draft = Draft::new(id, parent_of(id));
        let link =
            self.links.get(id).and_then(|link| Url::parse("https://www.youtube.com").ok()?.join(link).ok());
        draft.permalink = link.map(|url| url.to_string());
        match comment {
            Comment::Entity(entity) => {
                let name = entity.path(&["author", "displayName"]).and_then(Value::as_str);
                draft.author = name.filter(|name| !name.is_empty()).map(str::to_owned);
                let votes = entity.path(&["toolbar", "likeCountNotliked"]).and_then(Value::as_str);
                draft.votes = votes.and_then(votes_of);
                let words = entity.path(&["properties", "content", "content"]).and_then(Value::as_str);
                draft.body = Body::from_plain(words.unwrap_or_default());
            }
            Comment::Renderer(renderer) => {
                draft.author = renderer.get("authorText").and_then(text);
                let votes = renderer.get("voteCount").and_then(text);
                let likes = renderer.get("likeCount").and_then(Value::as_i64);
                draft.votes = votes.as_deref().and_then(votes_of).or(likes);
                draft.body = renderer.get("contentText").map(runs).unwrap_or_default();
            }
        }
        draft
    }
}

/// The text of a label: plain, or in runs.
fn text(label: Value<'_>) -> Option<String> {
    if let Some(simple) = label.get("simpleText").or(Some(label)).and_then(Value::as_str) {
        return Some(simple.to_owned());
    }
    let runs: String =
        label.get("runs")?.items().filter_map(|run| run.get("text").and_then(Value::as_str)).collect();
    (!runs.is_empty()).then_some(runs)
}

/// The words of a comment in runs; an address that is shown shortened stands in full.
fn runs(content: Value<'_>) -> Body {
    let mut whole = text(content).unwrap_or_default();
    for run in content.get("runs").into_iter().flat_map(Value::items) {
        let shown = run.get("text").and_then(Value::as_str).filter(|shown| shown.ends_with("..."));
        let target = run.path(&["navigationEndpoint", "urlEndpoint", "url"]).and_then(Value::as_str);
        let address = target.and_then(redirected);
        if let (Some(shown), Some(address)) = (shown, address) {
            whole = whole.replacen(shown, &address, 1);
        }
    }
    Body::from_plain(&whole)
}

/// Where a link through the site's own redirection leads.
fn redirected(link: &str) -> Option<String> {
    let url = Url::parse(link).ok()?;
    let target = url.query_pairs().find(|(key, _)| key == "q").map(|(_, value)| value.into_owned());
    if url.path() == "/redirect" { target } else { Some(link.to_owned()) }
}

/// A count that is written in full; "1.2K" is no number of votes.
fn votes_of(count: &str) -> Option<i64> {
    let count = count.trim();
    count.bytes().all(|byte| byte.is_ascii_digit() || byte == b',').then(|| number(count))?
}

/// The digits of a count; `None` where it is shortened.
fn number(count: &str) -> Option<i64> {
    let first = count.split_whitespace().find(|word| word.contains(|c: char| c.is_ascii_digit()))?;
    let plain = first.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '.' | '\u{a0}'));
    let digits: String = first.chars().filter(char::is_ascii_digit).collect();
    plain.then(|| digits.parse().ok())?
}

fn video_of(link: &str) -> Option<&str> {
    link.split_once("watch?v=")?.1.split('&').next()
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
    fn renderers_of_old_answers_are_read_with_their_replies() {
        let text = r#"{"items":[{"commentThreadRenderer":{"comment":{"commentRenderer":{"commentId":"Ua","authorText":{"simpleText":"Ann"},"contentText":{"runs":[{"text":"see "},{"text":"https://a.example/very/lo...","navigationEndpoint":{"urlEndpoint":{"url":"https://www.youtube.com/redirect?q=https%3A%2F%2Fa.example%2Fvery%2Flong"}}}]},"publishedTimeText":{"runs":[{"text":"3 years ago"}]},"voteCount":{"simpleText":"1.2K"}}},"replies":{"commentRepliesRenderer":{"contents":[{"commentRenderer":{"commentId":"Ua.b","contentText":{"runs":[{"text":"no"}]},"voteCount":{"simpleText":"1,204"}}}]}}}}]}"#;
        let page = document(None, text);
        assert_eq!(YouTube.recognise(&page), Recognition::Certain);
        let drafts = YouTube.read(&page).unwrap().drafts;
        assert_eq!(drafts[1].body.text(), "see https://a.example/very/long");
        assert_eq!((drafts[1].written_at, drafts[1].votes), (None, None));
        assert_eq!((drafts[2].parent.clone(), drafts[2].votes), (Parent::Post("Ua".into()), Some(1204)));
    }

    #[test]
    fn a_page_without_comments_says_what_to_save() {
        let page =
            "<html><link href='https://www.youtube.com/'><script>var ytInitialData = {\"a\":1};</script>";
        let page = document(None, page);
        assert_eq!(YouTube.recognise(&page), Recognition::Likely);
        assert!(matches!(YouTube.read(&page), Err(Error::Wall { .. })));
    }

    #[test]
    fn the_data_api_is_paged_with_the_key_it_was_asked_with() {
        let text = r#"{"kind":"youtube#commentThreadListResponse","nextPageToken":"N","items":[{"kind":"youtube#commentThread","id":"Ua","snippet":{"videoId":"v1","topLevelComment":{"kind":"youtube#comment","id":"Ua","snippet":{"textOriginal":"hi","authorDisplayName":"Ann","likeCount":2,"publishedAt":"2024-01-02T03:04:05Z","updatedAt":"2024-01-02T03:05:05Z"}},"totalReplyCount":7},"replies":{"comments":[{"id":"Ua.b","snippet":{"textOriginal":"no","parentId":"Ua","publishedAt":"2024-01-03T03:04:05Z"}}]}}]}"#;
        let url =
            "https://www.googleapis.com/youtube/v3/commentThreads?part=snippet,replies&videoId=v1&key=K";
        let reading = YouTube.read(&document(Some(url), text)).unwrap();
        assert_eq!(reading.drafts.len(), 3);
        assert_eq!(reading.drafts[1].edited_at.unwrap().to_string(), "2024-01-02T03:05:05Z");
        let next: Vec<&str> = reading.next.iter().filter_map(|request| request.url.query()).collect();
        assert!(next[0].contains("parentId=Ua") && next[0].contains("key=K"), "{next:?}");
        assert!(next[1].contains("pageToken=N") && next[1].contains("videoId=v1"), "{next:?}");
    }
}
