//! Lemmy: the state inside its pages and the answers of its API, versions 0.18 to 1.0.
//!
//! Both hold exact parents (`path`) and absolute times, which the page's own markup does not; the markup is
//! never read. `comment/list` is asked without `max_depth`: with it the pages repeat for ever
//! (LemmyNet/lemmy#5861, #3585) and `limit` is ignored (#3065).

use memchr::memmem;
use url::Url;

use super::json::{Fault, Json, Syntax, Value};
use super::{Document, Platform, Reading, Recognition, markdown, several};
use crate::error::{Error, Result};
use crate::fetch::Request;
use crate::thread::{Body, Draft, Parent, State, Time};

/// How many comments an answer holds at most; the servers allow no more.
const PER_PAGE: usize = 50;

/// The mark of the page state.
const STATE: &str = "window.isoData";

/// The reader of Lemmy.
pub(super) struct Lemmy;

impl Platform for Lemmy {
    fn name(&self) -> &'static str {
        "lemmy"
    }

    fn about(&self) -> &'static str {
        "Lemmy posts: pages, and answers of /api/v3/post and /api/v3/comment/list"
    }

    fn example(&self) -> &'static str {
        "https://lemmy.example/post/123"
    }

    fn request(&self, url: &Url) -> Option<Request> {
        let path = url.path();
        if path.starts_with("/api/v3/") || path.starts_with("/api/v4/") {
            let lists = path.ends_with("/post") || path.ends_with("/comment/list");
            return lists.then(|| Request::json(url.clone()));
        }
        let (kind, id) = path.trim_matches('/').split_once('/')?;
        (matches!(kind, "post" | "comment") && is_number(id)).then(|| Request::page(url.clone()))
    }

    fn recognise(&self, document: &Document) -> Recognition {
        if document.is_json() {
            let shape = (document.mentions("\"post_view\"") || document.mentions("\"comments\""))
                && document.mentions("\"ap_id\"");
            let bare = document.page.text.len() < 64 && document.mentions("\"comments\"");
            return match (shape && document.mentions("\"creator\""), bare) {
                (true, _) => Recognition::Certain,
                (false, true) => Recognition::Possible,
                (false, false) => Recognition::No,
            };
        }
        if !document.is_markup() {
            return Recognition::No;
        }
        if document.mentions(STATE) && document.mentions("site_res") {
            return Recognition::Certain;
        }
        let named = document.mentions("Lemmy") || document.mentions("lemmy");
        if named && shell_post(document).is_some() { Recognition::Likely } else { Recognition::No }
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        let name = &document.page.name;
        let malformed = |fault: Fault| fault.of(name, "lemmy");
        let mut found = Found::default();
        if document.is_json() {
            let json = Json::parse(&document.page.text).map_err(malformed)?;
            found.look_at(json.root());
            return found.finish(document);
        }
        let Some(state) = page_state(&document.page.text) else {
            return shell(document);
        };
        let json = Json::parse_as(state, Syntax::Script).map_err(malformed)?;
        if let Some(routes) = json.root().get("routeData") {
            // An object since 0.18, an array before; each route is the answer or wraps it as `data`.
            let routes = routes.entries().map(|(_, route)| route).chain(routes.items());
            for route in routes {
                found.look_at(route.get("data").unwrap_or(route));
            }
        }
        found.finish(document)
    }
}

/// The script's text from the value of the page state on.
fn page_state(text: &str) -> Option<&str> {
    let after = text.get(memmem::find(text.as_bytes(), STATE.as_bytes())? + STATE.len()..)?;
    after.trim_start().strip_prefix('=').map(str::trim_start)
}

/// A page that only scripts fill: the API of the same server has what it would show.
fn shell(document: &Document) -> Result<Reading> {
    let ask = shell_post(document).and_then(|(page, id)| {
        let post = page.join(&format!("/api/v3/post?id={id}")).ok()?;
        Some(vec![Request::json(post), list_request(page, id, 1)?])
    });
    match ask {
        Some(next) => Ok(Reading { next, ..Reading::default() }),
        None => Err(Error::Wall {
            what: document.page.name.clone(),
            wall: "a Lemmy page without its state, which only scripts fill".to_owned(),
            advice: "save the answers of /api/v3/post?id=… and /api/v3/comment/list?post_id=… instead"
                .to_owned(),
        }),
    }
}

/// The page's address and the id of the post it shows.
fn shell_post(document: &Document) -> Option<(&Url, &str)> {
    let url = document.page.url.as_ref()?;
    let id = url.path().strip_prefix("/post/")?.trim_end_matches('/');
    is_number(id).then_some((url, id))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn list_request(server: &Url, post: &str, page: usize) -> Option<Request> {
    let query =
        format!("/api/v3/comment/list?post_id={post}&limit={PER_PAGE}&page={page}&sort=Old&type_=All");
    server.join(&query).ok().map(Request::json)
}

/// What the answers of one document held.
#[derive(Default)]
struct Found {
    reading: Reading,
    /// The id of the post that the comments belong to.
    post: Option<String>,
    has_post: bool,
    comments: usize,
    /// The post that each comment belongs to, and that post's title.
    posts: Vec<(Option<String>, Option<String>)>,
    /// Whether comments of several posts stood side by side.
    is_mixed: bool,
    cursor: Option<String>,
}

impl Found {
    /// Reads an API answer: one post, a list of comments, or neither.
    fn look_at(&mut self, answer: Value<'_>) {
        if let Some(view) = answer.get("post_view") {
            self.post(view);
        }
        if let Some(view) = answer.get("comment_view") {
            self.comment(view);
        }
        let lists = ["comments", "items"].into_iter().filter_map(|key| answer.get(key));
        for view in lists.flat_map(Value::items) {
            self.comment(view);
        }
        self.cursor = self.cursor.take().or_else(|| answer.get("next_page")?.as_id());
    }

    fn post(&mut self, view: Value<'_>) {
        let Some(post) = view.get("post") else { return };
        let Some(id) = post.get("id").and_then(Value::as_id) else { return };
        let mut draft = draft(&format!("p{id}"), Parent::Opening, post, view);
        draft.native_id.clone_from(&id);
        if draft.state == State::Present {
            draft.body = post_body(post);
        }
        let counts = view.get("counts").unwrap_or(post);
        let comments = counts.get("comments").and_then(Value::as_i64).and_then(|n| u32::try_from(n).ok());
        self.reading.declared = comments.and_then(|comments| comments.checked_add(1));
        self.reading.title = string(post, "name").map(str::to_owned);
        self.reading.url = string(post, "ap_id").and_then(|url| Url::parse(url).ok());
        self.reading.drafts.insert(0, draft);
        self.post = Some(id);
        self.has_post = true;
    }

    fn comment(&mut self, view: Value<'_>) {
        let Some(comment) = view.get("comment") else { return };
        let Some(id) = comment.get("id").and_then(Value::as_id) else { return };
        let post = comment.get("post_id").and_then(Value::as_id);
        // "0.A.B" is comment B under comment A; "0.A" answers the post.
        let mut path = string(comment, "path").unwrap_or_default().rsplit('.').skip(1);
        let parent = match (path.next(), &post) {
            (Some(parent), _) if parent != "0" && !parent.is_empty() => Parent::Post(format!("c{parent}")),
            (Some(_), _) => Parent::Root,
            (None, _) => Parent::Unknown,
        };
        let mut draft = draft(&format!("c{id}"), parent, comment, view);
        draft.native_id = id;
        if draft.state == State::Present {
            draft.body = markdown::body(string(comment, "content").unwrap_or_default());
        }
        self.reading.drafts.push(draft);
        self.comments += 1;
        let title = view.get("post").and_then(|post| string(post, "name")).map(str::to_owned);
        self.posts.push((post, title));
    }

    /// Keeps the comments of one post: a list of all comments of a community mixes those of many.
    fn one_post(&mut self, wanted: Option<&str>) -> Result<()> {
        let own = self.post.as_deref().filter(|_| self.has_post);
        let of_comments = self.posts.iter().filter_map(|(post, _)| post.as_deref());
        let posts = several::distinct(own.into_iter().chain(of_comments));
        let Some((chosen, notice)) = several::pick(&posts, wanted)? else { return Ok(()) };
        let chosen = chosen.to_owned();
        self.is_mixed = posts.len() > 1;
        let is_other = self.has_post && self.post.as_deref() != Some(chosen.as_str());
        if is_other {
            let (next, notices) =
                (std::mem::take(&mut self.reading.next), std::mem::take(&mut self.reading.notices));
            let drafts = std::mem::take(&mut self.reading.drafts);
            self.reading = Reading { drafts, next, notices, ..Reading::default() };
            self.reading.drafts.retain(|draft| draft.parent != Parent::Opening);
            self.has_post = false;
        }
        let mut belongs = self.posts.iter().map(|(post, _)| post.as_ref().is_none_or(|post| *post == chosen));
        self.reading.drafts.retain(|draft| draft.parent == Parent::Opening || belongs.next().unwrap_or(true));
        self.comments = self.reading.drafts.len() - usize::from(self.has_post);
        let title = self.posts.iter().filter(|(post, _)| post.as_ref() == Some(&chosen));
        let title = title.filter_map(|(_, title)| title.clone()).next();
        self.reading.title = self.reading.title.take().or(title);
        self.reading.notices.extend(notice);
        self.reading.thread = Some(chosen.clone());
        self.post = Some(chosen);
        Ok(())
    }

    fn finish(mut self, document: &Document) -> Result<Reading> {
        self.one_post(document.wanted_thread.as_deref())?;
        if let Some(post) = self.post.as_deref().filter(|_| !self.has_post && self.comments > 0) {
            // The list names its post in every comment; the post's own answer may be another document.
            let mut stub = Draft::new(format!("p{post}"), Parent::Opening);
            stub.native_id = post.to_owned();
            stub.state = State::Missing;
            self.reading.drafts.insert(0, stub);
        }
        if self.is_mixed && !self.has_post {
            // Of a mixed list only a few are of the post; all of them are asked for, and the post.
            let (server, post) = (document.page.url.as_ref(), self.post.as_deref());
            if let (Some(server), Some(post)) = (server, post) {
                let own = server.join(&format!("/api/v3/post?id={post}")).ok().map(Request::json);
                self.reading.next.extend(own.into_iter().chain(list_request(server, post, 1)));
            }
        } else {
            self.reading.next.extend(self.next(document));
        }
        Ok(self.reading)
    }

    /// The next page of comments, from the server that gave this document.
    fn next(&self, document: &Document) -> Option<Request> {
        let server = document.page.url.as_ref()?;
        if self.has_post {
            let declared = self.reading.declared.unwrap_or(0) as usize;
            return (self.comments + 1 < declared).then(|| list_request(server, self.post.as_deref()?, 1))?;
        }
        let asked = |name: &str| server.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value);
        if let Some(cursor) = &self.cursor {
            let kept = server.query_pairs().filter(|(key, _)| key != "page_cursor");
            let kept: Vec<(String, String)> = kept.map(|(key, value)| (key.into(), value.into())).collect();
            let mut url = server.clone();
            url.query_pairs_mut().clear().extend_pairs(kept).append_pair("page_cursor", cursor);
            return Some(Request::json(url));
        }
        let page: usize = asked("page")?.parse().ok()?;
        let limit = asked("limit").and_then(|limit| limit.parse().ok()).unwrap_or(PER_PAGE);
        if self.comments == 0 || self.comments < limit {
            return None;
        }
        list_request(server, self.post.as_deref()?, page.checked_add(1)?)
    }
}

/// What posts and comments have in common.
fn draft(key: &str, parent: Parent, content: Value<'_>, view: Value<'_>) -> Draft {
    let mut draft = Draft::new(key, parent);
    let time = |names: [&str; 2]| names.into_iter().find_map(|name| Time::parse(string(content, name)?));
    draft.author = view.get("creator").and_then(author);
    draft.written_at = time(["published", "published_at"]);
    draft.edited_at = time(["updated", "updated_at"]);
    draft.permalink = string(content, "ap_id").map(str::to_owned);
    let score = view.path(&["counts", "score"]).or_else(|| content.get("score"));
    draft.votes = score.and_then(Value::as_i64);
    let is = |name: &str| content.get(name).and_then(Value::as_bool).unwrap_or(false);
    draft.state = match (is("removed"), is("deleted")) {
        (true, _) => State::RemovedByModerator,
        (false, true) => State::DeletedByAuthor,
        (false, false) => State::Present,
    };
    draft
}

/// `name@host`: the short name alone is not unique among federated servers.
fn author(creator: Value<'_>) -> Option<String> {
    let name = string(creator, "name")?;
    let home = string(creator, "actor_id").or_else(|| string(creator, "ap_id"));
    let home = home.and_then(|home| Url::parse(home).ok());
    match home.as_ref().and_then(Url::host_str) {
        Some(host) => Some(format!("{name}@{host}")),
        None => Some(name.to_owned()),
    }
}

/// The post's words; a post that is a link ends with its address.
fn post_body(post: Value<'_>) -> Body {
    let words = string(post, "body").unwrap_or_default();
    match string(post, "url").filter(|url| !url.is_empty() && !words.contains(*url)) {
        Some(url) => markdown::body(&format!("{words}\n\n<{url}>")),
        None => markdown::body(words),
    }
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

    fn list(ids: std::ops::Range<usize>) -> String {
        format!(r#"{{"comments":[{}]}}"#, comments(ids))
    }

    fn comments(ids: std::ops::Range<usize>) -> String {
        let one = |id: usize| {
            format!(
                r#"{{"comment":{{"id":{id},"post_id":7,"path":"0.{id}","content":"hi","published":"2023-06-12T04:11:22.123456","ap_id":"https://x.example/comment/{id}"}},"creator":{{"name":"ann","actor_id":"https://h.example/u/ann"}},"counts":{{"score":3}}}}"#
            )
        };
        ids.map(one).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn a_full_page_of_comments_asks_for_the_next_and_a_short_one_does_not() {
        let url = "https://x.example/api/v3/comment/list?post_id=7&limit=50&page=2&sort=Old&type_=All";
        let full = Lemmy.read(&document(Some(url), &list(1..51))).unwrap();
        assert_eq!(full.next.len(), 1);
        assert_eq!(full.next[0].url.as_str(), url.replace("page=2", "page=3"));
        assert!(Lemmy.read(&document(Some(url), &list(1..50))).unwrap().next.is_empty());
        assert!(Lemmy.read(&document(None, &list(1..51))).unwrap().next.is_empty());
    }

    #[test]
    fn a_comment_list_alone_keeps_the_place_of_its_post() {
        let reading = Lemmy.read(&document(None, &list(1..3))).unwrap();
        assert_eq!(reading.drafts[0].state, State::Missing);
        assert_eq!(reading.drafts[0].native_id, "7");
        assert_eq!(reading.drafts[1].author.as_deref(), Some("ann@h.example"));
        assert_eq!(reading.drafts[1].written_at.unwrap().to_string(), "2023-06-12T04:11:22Z");
    }

    #[test]
    fn of_comments_on_several_posts_those_on_one_are_read() {
        let text = format!(
            "{{\"comments\":[{},{}]}}",
            comments(1..3),
            comments(5..6).replace("\"post_id\":7", "\"post_id\":8")
        );
        let url = "https://x.example/api/v3/comment/list?limit=50&page=1";
        let found = Lemmy.read(&document(Some(url), &text)).unwrap();
        let keys: Vec<&str> = found.drafts.iter().map(|draft| draft.key.as_str()).collect();
        assert_eq!(keys, ["p7", "c1", "c2"]);
        assert_eq!(found.notices[0].kind, crate::thread::NoticeKind::SeveralThreads);
        let asked: Vec<Option<&str>> = found.next.iter().map(|request| request.url.query()).collect();
        assert_eq!(asked, [Some("id=7"), Some("post_id=7&limit=50&page=1&sort=Old&type_=All")]);
        let other = Document::new(document(None, &text).page, Some("8".to_owned()));
        let found = Lemmy.read(&other).unwrap();
        assert_eq!((found.drafts.len(), found.drafts[0].key.as_str(), found.notices.len()), (2, "p8", 0));
    }

    #[test]
    fn lists_of_two_posts_are_not_read_as_one() {
        let page = |text: &str| document(None, text).page;
        let pages = vec![page(&list(1..3)), page(&list(5..7).replace("\"post_id\":7", "\"post_id\":8"))];
        let limits = crate::ingest::Limits { pages: 20, posts: 1000 };
        let thread = crate::ingest::collect(pages, None, None, &limits, &mut |_| {}).unwrap();
        assert_eq!(thread.read(), 2);
        assert!(thread.notices.iter().any(|notice| notice.text.contains("left out")));
    }

    #[test]
    fn a_shell_asks_the_api_of_its_own_server() {
        let page = document(Some("https://x.example/post/12"), "<!doctype html><title>Lemmy</title>");
        assert_eq!(Lemmy.recognise(&page), Recognition::Likely);
        let next = Lemmy.read(&page).unwrap().next;
        assert_eq!(next[0].url.as_str(), "https://x.example/api/v3/post?id=12");
        assert_eq!(next[1].url.host_str(), Some("x.example"));
        assert!(Lemmy.read(&document(None, "<p>Lemmy")).is_err());
    }

    #[test]
    fn the_state_of_a_page_may_say_undefined() {
        let text = r#"<script>window.isoData = {"site_res":undefined,"routeData":{"postRes":{"data":{"post_view":{"post":{"id":7,"name":"T","body":"b","deleted":true},"counts":{"comments":4}}}}}};</script>"#;
        let reading = Lemmy.read(&document(Some("https://x.example/post/7"), text)).unwrap();
        assert_eq!((reading.declared, reading.title.as_deref()), (Some(5), Some("T")));
        assert_eq!(reading.drafts[0].state, State::DeletedByAuthor);
        assert_eq!(reading.next.len(), 1);
    }

    #[test]
    fn the_shapes_of_version_one_are_read() {
        let text = r#"{"items":[{"comment":{"id":2,"post_id":7,"path":"0.1.2","content":"x","published_at":"2025-01-01T00:00:00Z","score":4,"ap_id":"https://x.example/comment/2"},"creator":{"name":"bob","ap_id":"https://h.example/u/bob"}}],"next_page":"abc"}"#;
        let url = "https://x.example/api/v4/comment/list?post_id=7";
        let reading = Lemmy.read(&document(Some(url), text)).unwrap();
        assert_eq!(reading.drafts[1].parent, Parent::Post("c1".into()));
        assert_eq!(
            (reading.drafts[1].votes, reading.drafts[1].author.as_deref()),
            (Some(4), Some("bob@h.example"))
        );
        assert_eq!(reading.next[0].url.query(), Some("post_id=7&page_cursor=abc"));
    }

    /// A server with 120 comments that answers at most fifty at a time.
    struct Server;

    impl crate::fetch::Fetcher for Server {
        fn fetch(&self, request: &Request) -> Result<Page> {
            assert_eq!(request.url.host_str(), Some("x.example"));
            let page = request
                .url
                .query_pairs()
                .find(|(key, _)| key == "page")
                .and_then(|(_, page)| page.parse().ok());
            let from = page.map_or(0, |page: usize| (page - 1) * PER_PAGE + 1);
            let text = list(from..(from + PER_PAGE).min(121));
            Ok(Page {
                name: request.url.to_string(),
                url: Some(request.url.clone()),
                text,
                ..Page::default()
            })
        }
    }

    #[test]
    fn all_pages_of_comments_are_followed() {
        let state = r#"<script>window.isoData = {"site_res":{},"routeData":{"postRes":{"data":{"post_view":{"post":{"id":7,"name":"T","body":"b"},"counts":{"comments":120}}}}}};</script>"#;
        let start = document(Some("https://x.example/post/7"), state).page;
        let limits = crate::ingest::Limits { pages: 20, posts: 1000 };
        let thread = crate::ingest::collect(vec![start], None, Some(&Server), &limits, &mut |_| {}).unwrap();
        assert_eq!((thread.read(), thread.notices.len()), (121, 0));
    }
}
