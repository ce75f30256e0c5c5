//! NodeBB: the topic that its pages carry as JSON, the same from its API, and the markup when it is all there is.
//!
//! `toPid` names the answered post, as a number or as text; a post without it answers the topic, whose
//! opening is `mainPid`. Posts from other servers have addresses for ids.

mod markup;
mod words;

use url::Url;

use super::json::{Fault, Json, Syntax, Value};
use super::{Document, Platform, Reading, Recognition};
use crate::error::Result;
use crate::fetch::Request;
use crate::thread::{Draft, Parent, State, Time};

const NAME: &str = "nodebb";

/// The mark of the JSON inside a page.
const STATE: &str = "id=\"ajaxify-data\"";

/// Most pages of one topic that are asked for.
const MOST_PAGES: i64 = 20_000;

/// The reader of NodeBB.
pub(super) struct NodeBb;

impl Platform for NodeBb {
    fn name(&self) -> &'static str {
        NAME
    }

    fn about(&self) -> &'static str {
        "NodeBB topics: pages and /api/topic/ID answers"
    }

    fn example(&self) -> &'static str {
        "https://forum.example/topic/123/a-title"
    }

    fn request(&self, url: &Url) -> Option<Request> {
        let (_, rest) = url.path().split_once("/api/topic/")?;
        rest.starts_with(|c: char| c.is_ascii_digit()).then(|| Request::json(url.clone()))
    }

    fn recognise(&self, document: &Document) -> Recognition {
        let certain = if document.is_json() {
            ["\"mainPid\"", "\"tid\"", "\"posts\""].iter().all(|mark| document.mentions(mark))
        } else {
            let posts = document.mentions("component=\"post/content\"") && document.mentions("data-pid=\"");
            document.is_markup() && (document.mentions(STATE) || posts)
        };
        if certain { Recognition::Certain } else { Recognition::No }
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        let malformed = |fault: Fault| fault.of(&document.page.name, NAME);
        if document.is_json() {
            let json = Json::parse(&document.page.text).map_err(malformed)?;
            return Ok(read_topic(json.root(), document.page.url.as_ref()));
        }
        if let Some(state) = state(&document.page.text) {
            let json = Json::parse_as(state, Syntax::Script).map_err(malformed)?;
            let canonical = markup::canonical(document);
            let reading = read_topic(json.root(), document.page.url.as_ref().or(canonical.as_ref()));
            if !reading.drafts.is_empty() {
                return Ok(reading);
            }
        }
        markup::read(document)
    }
}

/// The script's text from the state of the page on.
fn state(text: &str) -> Option<&str> {
    let (_, after) = text.split_once(STATE)?;
    let start = after.find('{')?;
    (start < 200).then(|| after.get(start..)).flatten()
}

fn read_topic(root: Value<'_>, url: Option<&Url>) -> Reading {
    let topic = root.get("response").filter(|answer| answer.is_object()).unwrap_or(root);
    let count = |key: &str| topic.get(key).and_then(whole);
    let base = url.and_then(base_of);
    let title = string(topic, "titleRaw").or_else(|| string(topic, "title"));
    let mut reading = Reading {
        title: title.map(|title| super::entity::unescape(title).into_owned()),
        declared: count("postcount").and_then(|count| u32::try_from(count).ok()),
        ..Reading::default()
    };
    reading.url = base.as_ref().zip(string(topic, "slug")).map(|(base, slug)| {
        let mut url = base.clone();
        url.set_path(&format!("{}/topic/{slug}", base.path().trim_end_matches('/')));
        url
    });
    let votes = count("reputation:disabled") != Some(1);
    let main = topic.get("mainPid").and_then(Value::as_id);
    for post in topic.get("posts").into_iter().flat_map(Value::items) {
        reading.drafts.extend(draft(post, main.as_deref(), base.as_ref(), votes));
    }
    reading.place = topic
        .get("posts")
        .into_iter()
        .flat_map(Value::items)
        .filter_map(|post| u64::try_from(post.get("index")?.as_i64()?).ok())
        .max();
    keep_the_opening(&mut reading, main);
    if let Some(base) = &base {
        reading.next = further_pages(topic, base);
    }
    reading
}

/// Keeps the place of the opening post on a later page.
fn keep_the_opening(reading: &mut Reading, main: Option<String>) {
    let none = reading.drafts.iter().all(|draft| draft.parent != Parent::Opening);
    if !reading.drafts.is_empty() && none {
        let stub = Draft::new(main.unwrap_or_else(|| "opening".to_owned()), Parent::Opening);
        reading.drafts.insert(0, Draft { state: State::Missing, ..stub });
    }
}

fn draft(post: Value<'_>, main: Option<&str>, base: Option<&Url>, votes: bool) -> Option<Draft> {
    let id = post.get("pid")?.as_id()?;
    let (body, quoted) = words::of_markup(string(post, "content").unwrap_or_default());
    let to = post.get("toPid").and_then(Value::as_id).filter(|to| *to != id && to != "0");
    let parent = parent(&id, main, to, quoted);
    let mut draft = Draft::new(id, parent);
    draft.author = author(post);
    draft.written_at = time(post, "timestamp");
    draft.edited_at = time(post, "edited");
    draft.votes = post.get("votes").and_then(whole).filter(|_| votes);
    let own = string(post, "url").filter(|url| url.starts_with("http")).map(str::to_owned);
    draft.permalink = own.or_else(|| permalink(base?, &draft.key));
    if is_set(post, "deleted") {
        let by = |key: &str| post.get(key).and_then(Value::as_id).filter(|id| id != "0");
        let own = by("deleterUid").is_some() && by("deleterUid") == by("uid");
        draft.state = if own { State::DeletedByAuthor } else { State::RemovedByModerator };
    } else {
        draft.body = body;
    }
    Some(draft)
}

/// What a post answers: what it declares, else the post that it quotes, else the topic.
fn parent(id: &str, main: Option<&str>, to: Option<String>, quoted: Vec<String>) -> Parent {
    if main == Some(id) {
        return Parent::Opening;
    }
    let quoted = quoted.into_iter().find(|of| of != id);
    match (to, quoted) {
        (Some(to), _) => Parent::Post(to),
        (None, Some(of)) => Parent::Quoted(of),
        (None, None) => Parent::Root,
    }
}

/// A number; old databases keep them as text.
fn whole(value: Value<'_>) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// Flags come as numbers and as booleans.
fn is_set(post: Value<'_>, key: &str) -> bool {
    post.get(key).is_some_and(|flag| flag.as_bool() == Some(true) || whole(flag) == Some(1))
}

/// Milliseconds, or their text under the same name with `ISO` after it.
fn time(post: Value<'_>, key: &str) -> Option<Time> {
    let text = string(post, &format!("{key}ISO")).filter(|text| !text.is_empty()).and_then(Time::parse);
    text.or_else(|| {
        let milliseconds = post.get(key)?.as_id()?.parse::<i64>().ok()?;
        Time::from_unix(milliseconds / 1_000).filter(|_| milliseconds > 0)
    })
}

/// A user's name; a guest's is what they gave, and words that stand for a name in the reader's language are none.
fn author(post: Value<'_>) -> Option<String> {
    let user = post.get("user");
    let given = string(post, "handle").filter(|handle| !handle.is_empty());
    let name = given.or_else(|| string(user?, "username")).or_else(|| string(user?, "displayname"))?;
    let stands_for = name.starts_with("[[") || name.is_empty();
    (!stands_for).then(|| super::entity::unescape(name).into_owned())
}

fn permalink(base: &Url, id: &str) -> Option<String> {
    if id.starts_with("http") {
        return Some(id.to_owned());
    }
    let mut url = base.clone();
    url.set_path(&format!("{}/post/{id}", base.path().trim_end_matches('/')));
    Some(url.to_string())
}

/// The forum's own address, from that of a page or answer of a topic.
fn base_of(url: &Url) -> Option<Url> {
    let path = url.path();
    let end = path.find("/api/topic/").or_else(|| path.find("/api/v3/topics/"));
    let end = end.or_else(|| path.find("/topic/"))?;
    let mut base = url.clone();
    base.set_path(path.get(..end.max(1))?);
    base.set_query(None);
    base.set_fragment(None);
    Some(base)
}

/// The other pages of the topic, from the API, in order. The page that is here is not among them.
fn further_pages(topic: Value<'_>, base: &Url) -> Vec<Request> {
    let number = |key: &str| topic.path(&["pagination", key]).and_then(whole);
    let all =
        number("pageCount").or_else(|| topic.get("pageCount").and_then(whole)).unwrap_or(1).min(MOST_PAGES);
    let here = number("currentPage").unwrap_or(1);
    let Some(tid) = topic.get("tid").and_then(Value::as_id) else { return Vec::new() };
    let page = |page: i64| {
        let mut url = base.clone();
        url.set_path(&format!("{}/api/topic/{tid}", base.path().trim_end_matches('/')));
        url.query_pairs_mut().append_pair("page", &page.to_string());
        Request::json(url)
    };
    (1..=all).filter(|at| *at != here).map(page).collect()
}

fn string<'j>(value: Value<'j>, key: &str) -> Option<&'j str> {
    value.get(key)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Page;

    fn read(url: Option<&str>, text: &str) -> Reading {
        let url = url.map(|url| Url::parse(url).unwrap());
        NodeBb.read(&Document::new(Page { url, text: text.to_owned(), ..Page::default() }, None)).unwrap()
    }

    const TOPIC: &str = r#"{"tid":5,"mainPid":10,"postcount":45,"title":"Tea &amp; milk","slug":"5/tea-milk","pagination":{"currentPage":2,"pageCount":3},"posts":[
      {"pid":31,"toPid":"30","uid":1,"timestamp":1700000000000,"content":"no","user":{"username":"ann"},"votes":2,"deleted":0,"index":20},
      {"pid":"30","uid":2,"timestampISO":"2024-01-02T03:04:05.000Z","content":"[[topic:post_is_deleted]]","user":{"username":"[[global:former_user]]"},"deleted":true,"deleterUid":2,"index":21}]}"#;

    #[test]
    fn parents_are_found_whether_ids_are_numbers_or_text() {
        let reading = read(Some("https://f.example/sub/api/topic/5/tea-milk?page=2"), TOPIC);
        assert_eq!(reading.drafts[0].state, State::Missing);
        assert_eq!(reading.drafts[1].parent, Parent::Post("30".to_owned()));
        assert_eq!(reading.drafts[2].state, State::DeletedByAuthor);
        assert_eq!((reading.drafts[2].author.as_deref(), reading.drafts[2].body.text()), (None, ""));
        assert_eq!(reading.title.as_deref(), Some("Tea & milk"));
        assert_eq!(reading.url.unwrap().as_str(), "https://f.example/sub/topic/5/tea-milk");
        assert_eq!(reading.drafts[1].permalink.as_deref(), Some("https://f.example/sub/post/31"));
    }

    #[test]
    fn the_other_pages_are_asked_for_in_order() {
        let reading = read(Some("https://f.example/topic/5/tea-milk?page=2"), TOPIC);
        let next: Vec<String> = reading.next.iter().map(|request| request.url.to_string()).collect();
        assert_eq!(next, ["https://f.example/api/topic/5?page=1", "https://f.example/api/topic/5?page=3"]);
        assert!(read(None, TOPIC).next.is_empty());
    }

    #[test]
    fn words_before_a_quotation_say_whose_it_is() {
        let markup = "<p><a class=\"plugin-mentions-user\" href=\"/user/bo\">@<bdi>Bo</bdi></a> said in <a href=\"/post/30\">Tea</a>:</p>\n<blockquote>\n<p>milk</p>\n</blockquote>\n<p>no: <a href=\"/post/9\">see</a></p>";
        let (body, quoted) = words::of_markup(markup);
        assert_eq!(body.text(), "> milk\nno: see");
        let (_, quote, _) = body.quotes().next().unwrap();
        assert_eq!((quote.author.as_deref(), quote.native_id.as_deref()), (Some("Bo"), Some("30")));
        assert_eq!(quoted, ["30"]);
        let (body, _) = words::of_markup("<p>@bo-b said:</p><blockquote><p>milk</p></blockquote>");
        assert_eq!(body.quotes().next().unwrap().1.author.as_deref(), Some("bo-b"));
        let (body, _) = words::of_markup("<p>My list:</p><blockquote><p>milk</p></blockquote>");
        assert_eq!(body.text(), "My list:\n> milk");
    }
}
