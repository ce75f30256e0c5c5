//! Bluesky: answers of `getPostThread` and `getPostThreadV2`.
//!
//! The pages of the site are empty without scripts, so their addresses are turned to the public API. An
//! answer ends ten levels down whatever is asked (bluesky-social/atproto#3147): every post at the edge that
//! says it has replies is asked for as the root of an answer of its own.

use url::Url;

use super::json::{Json, Value};
use super::{Document, Platform, Reading, Recognition};
use crate::error::{Error, Result};
use crate::fetch::Request;
use crate::thread::{Body, Draft, Notice, NoticeKind, Parent, State, Time};

/// The server that answers strangers.
const API: &str = "https://public.api.bsky.app/";

/// The collection that posts are kept in.
const POSTS: &str = "/app.bsky.feed.post/";

/// The reader of Bluesky.
pub(super) struct Bluesky;

impl Platform for Bluesky {
    fn name(&self) -> &'static str {
        "bluesky"
    }

    fn about(&self) -> &'static str {
        "Bluesky threads: addresses of posts, and answers of getPostThread"
    }

    fn example(&self) -> &'static str {
        "https://bsky.app/profile/name.example/post/3abc"
    }

    fn request(&self, url: &Url) -> Option<Request> {
        if url.path().starts_with("/xrpc/app.bsky.") {
            return Some(Request::json(url.clone()));
        }
        if url.host_str()? != "bsky.app" {
            return None;
        }
        let mut path = url.path_segments()?;
        let (Some("profile"), Some(who), Some("post"), Some(key)) =
            (path.next(), path.next(), path.next(), path.next())
        else {
            return None;
        };
        // The server resolves a handle in this place.
        thread_request(&Url::parse(API).ok()?, &format!("at://{who}{POSTS}{key}"))
    }

    fn recognise(&self, document: &Document) -> Recognition {
        if document.is_markup() {
            let shell = document.mentions("https://bsky.app") && shell_post(document).is_some();
            return if shell { Recognition::Likely } else { Recognition::No };
        }
        let thread = document.is_json() && document.mentions("\"thread\"");
        let marked = document.mentions("app.bsky.feed.defs#")
            || document.mentions("app.bsky.unspecced.defs#")
            || document.mentions(POSTS);
        if thread && marked { Recognition::Certain } else { Recognition::No }
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        if document.is_markup() {
            let api = Url::parse(API).ok();
            let next = shell_post(document).and_then(|uri| thread_request(&api?, uri));
            return Ok(Reading { next: next.into_iter().collect(), ..Reading::default() });
        }
        let json = Json::parse(document.start()).map_err(|fault| fault.of(&document.page.name, "bluesky"))?;
        let Some(thread) = json.root().get("thread") else {
            return Err(Error::Malformed {
                what: document.page.name.clone(),
                platform: "bluesky",
                reason: "it has no thread".to_owned(),
            });
        };
        let mut found = Found::default();
        if thread.is_object() {
            found.tree(thread);
        } else {
            found.list(thread);
            let hidden = json.root().get("hasOtherReplies").and_then(Value::as_bool);
            if hidden == Some(true) {
                let words = "the server holds back further replies that it thinks unwelcome";
                found.reading.notices.push(Notice::new(NoticeKind::Truncated, words));
            }
        }
        Ok(found.finish(document))
    }
}

/// The post that an empty page of the site names in its head.
fn shell_post(document: &Document) -> Option<&str> {
    let text = &document.page.text;
    let from = memchr::memmem::find(text.as_bytes(), b"at://did:")?;
    let rest = text.get(from..)?;
    let uri = rest.get(..rest.find(['"', '\'', '<', ' '])?)?;
    uri.contains(POSTS).then_some(uri)
}

fn thread_request(server: &Url, uri: &str) -> Option<Request> {
    let mut url = server.join("/xrpc/app.bsky.feed.getPostThread").ok()?;
    url.query_pairs_mut().append_pair("uri", uri).append_pair("depth", "1000");
    url.query_pairs_mut().append_pair("parentHeight", "1000");
    Some(Request::json(url))
}

/// What one answer held.
#[derive(Default)]
struct Found {
    reading: Reading,
    /// Posts at the edge that have replies the answer does not hold.
    edge: Vec<String>,
    /// Replies that are counted but neither here nor behind the edge.
    held_back: i64,
}

impl Found {
    /// Reads the nested answer: ancestors above the post that was asked for, replies below it.
    fn tree(&mut self, asked: Value<'_>) {
        let mut ancestors = Vec::new();
        let mut above = asked.get("parent");
        while let Some(node) = above.filter(|node| node.is_object()) {
            ancestors.push(node);
            above = node.get("parent");
        }
        let mut parent: Option<String> = None;
        for node in ancestors.into_iter().rev() {
            parent = self.node(node, parent.as_deref()).or(parent);
        }
        // Replies nest without limit, so what is still to be read waits in a list, the next one last.
        let mut waiting = vec![(asked, parent)];
        while let Some((node, parent)) = waiting.pop() {
            let Some(uri) = self.node(node, parent.as_deref()) else { continue };
            let from = waiting.len();
            let replies = node.get("replies").into_iter().flat_map(Value::items);
            waiting.extend(replies.map(|reply| (reply, Some(uri.clone()))));
            let here = (waiting.len() - from) as i64;
            if let Some(new) = waiting.get_mut(from..) {
                new.reverse();
            }
            let counted = node.path(&["post", "replyCount"]).and_then(Value::as_i64).unwrap_or(0);
            if counted > here {
                if here == 0 { self.edge.push(uri) } else { self.held_back += counted - here }
            }
        }
    }

    /// Reads the flat answer, whose entries stand in reading order with their depth.
    fn list(&mut self, thread: Value<'_>) {
        let mut open: Vec<(i64, String)> = Vec::new();
        for item in thread.items() {
            let depth = item.get("depth").and_then(Value::as_i64).unwrap_or(0);
            while open.last().is_some_and(|(above, _)| *above >= depth) {
                open.pop();
            }
            let parent = open.last().map(|(_, uri)| uri.clone());
            let value = item.get("value").unwrap_or(item);
            let uri = match self.node(value, parent.as_deref()) {
                Some(uri) => uri,
                None => match string(item, "uri") {
                    Some(uri) => self.stub(uri, parent.as_deref()),
                    None => continue,
                },
            };
            if value.get("moreReplies").and_then(Value::as_i64).is_some_and(|more| more > 0) {
                self.edge.push(uri.clone());
            }
            open.push((depth, uri));
        }
    }

    /// Reads one node, a post or the stub of one; returns its address.
    fn node(&mut self, node: Value<'_>, parent: Option<&str>) -> Option<String> {
        let Some(post) = node.get("post").filter(|post| post.is_object()) else {
            // Not found, blocked, or for members only.
            return string(node, "uri").map(|uri| self.stub(uri, parent));
        };
        let uri = string(post, "uri")?;
        let record = post.get("record");
        let answered = record.and_then(|record| string(record.path(&["reply", "parent"])?, "uri"));
        let parent = match answered.or(parent) {
            Some(parent) => Parent::Post(parent.to_owned()),
            None => Parent::Opening,
        };
        if self.reading.drafts.is_empty()
            && let Some(root) = record.and_then(|record| string(record.path(&["reply", "root"])?, "uri"))
        {
            // The answer begins in mid-thread; the opening keeps its place.
            let stub = Draft { state: State::Missing, ..Draft::new(root, Parent::Opening) };
            self.reading.drafts.push(stub);
        }
        let mut draft = Draft::new(uri, parent);
        let author = post.get("author");
        draft.author = author.and_then(|author| {
            let handle = string(author, "handle").filter(|handle| *handle != "handle.invalid");
            handle.or_else(|| string(author, "did")).map(str::to_owned)
        });
        draft.written_at = record
            .and_then(|record| Time::parse(string(record, "createdAt")?))
            .or_else(|| Time::parse(string(post, "indexedAt")?));
        draft.votes = post.get("likeCount").and_then(Value::as_i64);
        draft.permalink = permalink(uri, draft.author.as_deref());
        draft.body = words(post);
        if self.reading.url.is_none() && draft.parent == Parent::Opening {
            self.reading.url = draft.permalink.as_deref().and_then(|url| Url::parse(url).ok());
        }
        self.reading.drafts.push(draft);
        Some(uri.to_owned())
    }

    fn stub(&mut self, uri: &str, parent: Option<&str>) -> String {
        let parent = parent.map_or(Parent::Unknown, |parent| Parent::Post(parent.to_owned()));
        self.reading.drafts.push(Draft { state: State::Missing, ..Draft::new(uri, parent) });
        uri.to_owned()
    }

    fn finish(mut self, document: &Document) -> Reading {
        let server = document.page.url.clone().or_else(|| Url::parse(API).ok());
        let asked = document.page.url.as_ref().map(|url| {
            url.query_pairs().filter(|(key, _)| key == "uri").map(|(_, uri)| uri.into_owned()).next()
        });
        for uri in &self.edge {
            // A post whose own answer has no replies has none that a stranger may see.
            if asked.as_ref().is_some_and(|asked| asked.as_ref() == Some(uri)) {
                continue;
            }
            self.reading.next.extend(server.as_ref().and_then(|server| thread_request(server, uri)));
        }
        if self.held_back > 0 {
            let words = format!(
                "{} replies are counted but not in the answer; they are deleted, hidden or cut off",
                self.held_back
            );
            self.reading.notices.push(Notice::new(NoticeKind::Truncated, words));
        }
        self.reading
    }
}

/// The address of a post for people.
fn permalink(uri: &str, author: Option<&str>) -> Option<String> {
    let (did, key) = uri.strip_prefix("at://")?.split_once(POSTS)?;
    Some(format!("https://bsky.app/profile/{}/post/{key}", author.unwrap_or(did)))
}

/// The words of a post: what it quotes, its text with its links, and the page it shares.
fn words(post: Value<'_>) -> Body {
    let mut builder = Body::builder();
    let embed = post.get("embed");
    let quoted = embed.and_then(|embed| embed.get("record")).map(|record| {
        // Beside media, the record is wrapped once more.
        record.get("record").filter(|inner| inner.get("uri").is_some()).unwrap_or(record)
    });
    if let Some(quoted) = quoted
        && let Some(text) = quoted.path(&["value", "text"]).and_then(Value::as_str)
    {
        let author = quoted.get("author").and_then(|author| string(author, "handle"));
        builder.begin_quote(author.map(str::to_owned), string(quoted, "uri").map(str::to_owned));
        lines(&mut builder, text);
        builder.end_quote();
    }
    let record = post.get("record");
    let text = record.and_then(|record| string(record, "text")).unwrap_or_default();
    let mut at = 0;
    for (start, end, target) in links(record, text) {
        if start < at {
            continue;
        }
        lines(&mut builder, text.get(at..start).unwrap_or_default());
        builder.begin_link(target);
        lines(&mut builder, text.get(start..end).unwrap_or_default());
        builder.end_link();
        at = end;
    }
    lines(&mut builder, text.get(at..).unwrap_or_default());
    let body = builder.finish();
    let media = embed.and_then(|embed| embed.get("external").or_else(|| embed.path(&["media", "external"])));
    match media.and_then(|media| string(media, "uri")) {
        Some(address) if !body.links().iter().any(|link| link.target == address) => body.sharing(address),
        _ => body,
    }
}

/// The links of a text as byte ranges, in order; what is no range of the text is left out.
fn links<'j>(record: Option<Value<'j>>, text: &str) -> Vec<(usize, usize, &'j str)> {
    let facets = record.and_then(|record| record.get("facets")).into_iter().flat_map(Value::items);
    let mut links: Vec<(usize, usize, &'j str)> = facets
        .filter_map(|facet| {
            let byte = |key| usize::try_from(facet.path(&["index", key])?.as_i64()?).ok();
            let (start, end) = (byte("byteStart")?, byte("byteEnd")?);
            let target = facet.get("features")?.items().find_map(|feature| string(feature, "uri"))?;
            (start < end && text.get(start..end).is_some()).then_some((start, end, target))
        })
        .collect();
    links.sort_unstable();
    links
}

fn lines(builder: &mut crate::thread::BodyBuilder, text: &str) {
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            builder.line_break();
        }
        builder.text(line);
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
        Bluesky.read(&Document::new(page, None)).unwrap()
    }

    fn post(key: &str, parent: Option<&str>, replies: u32) -> String {
        let uri = |key: &str| format!("at://did:plc:x/app.bsky.feed.post/{key}");
        let reply = parent.map_or(String::new(), |parent| {
            format!(r#","reply":{{"root":{{"uri":"{}"}},"parent":{{"uri":"{}"}}}}"#, uri("r"), uri(parent))
        });
        format!(
            r#""post":{{"uri":"{}","author":{{"did":"did:plc:x","handle":"ann.example"}},"record":{{"text":"é site\nmore","createdAt":"2024-01-01T00:00:00.000Z","facets":[{{"index":{{"byteStart":3,"byteEnd":7}},"features":[{{"uri":"https://a.example/"}}]}}]{reply}}},"replyCount":{replies},"likeCount":2}}"#,
            uri(key)
        )
    }

    #[test]
    fn the_edge_of_an_answer_is_asked_for_again() {
        let text = format!(
            r#"{{"thread":{{{},"replies":[{{{}}},{{"uri":"at://did:plc:y/app.bsky.feed.post/gone","notFound":true}}]}}}}"#,
            post("r", None, 3),
            post("a", Some("r"), 2)
        );
        let found = read(&text);
        assert_eq!(found.drafts.len(), 3);
        assert_eq!(found.drafts[0].parent, Parent::Opening);
        assert_eq!(found.drafts[2].state, State::Missing);
        assert_eq!(found.drafts[0].body.text(), "é site\nmore");
        assert_eq!(found.drafts[0].body.links()[0].target, "https://a.example/");
        let own = "https://bsky.app/profile/ann.example/post/a";
        assert_eq!(found.drafts[1].permalink.as_deref(), Some(own));
        assert_eq!(found.next.len(), 1);
        assert!(found.next[0].url.as_str().ends_with("post%2Fa&depth=1000&parentHeight=1000"));
        assert_eq!(found.notices.len(), 1);
    }

    #[test]
    fn the_flat_answer_is_read_by_its_depths() {
        let item = |key: &str, parent, depth| {
            format!(r#"{{"uri":"u","depth":{depth},"value":{{{},"moreReplies":0}}}}"#, post(key, parent, 0))
        };
        let gone = r#"{"uri":"at://did:plc:z/app.bsky.feed.post/z","depth":2,"value":{"$type":"app.bsky.unspecced.defs#threadItemBlocked"}}"#;
        let text = format!(r#"{{"thread":[{},{},{gone}]}}"#, item("r", None, 0), item("a", Some("r"), 1));
        let found = read(&text);
        assert_eq!(found.drafts[2].parent, Parent::Post(found.drafts[1].key.clone()));
        assert_eq!(found.drafts[2].state, State::Missing);
    }

    #[test]
    fn addresses_of_posts_are_turned_to_the_api() {
        let url = Url::parse("https://bsky.app/profile/ann.example/post/3abc").unwrap();
        let asked = Bluesky.request(&url).unwrap().url.to_string();
        assert!(asked.starts_with("https://public.api.bsky.app/xrpc/app.bsky.feed.getPostThread?uri=at"));
        assert!(Bluesky.request(&Url::parse("https://bsky.app/profile/ann.example").unwrap()).is_none());
    }
}
