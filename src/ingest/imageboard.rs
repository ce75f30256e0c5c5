//! Image boards: the JSON of 4chan and of the many that answer alike (vichan and its clones).
//!
//! A post answers every post that it links. "Greentext" (lines that begin with `>`) quotes without saying
//! whom, or tells a story in another's voice: neither is the author's claim, so it is kept as a quotation
//! without a target. Nobody has a name, so "Anonymous" is no author.

use std::borrow::Cow;

use url::Url;

use super::entity::unescape;
use super::html::{Treat, attribute, body_of_fragment_with, has_class};
use super::json::{Json, Syntax, Value};
use super::{Document, Platform, Reading, Recognition};
use crate::error::{Error, Result};
use crate::fetch::Request;
use crate::thread::{Draft, Notice, NoticeKind, Parent, Time};

/// Threads of a board's page that a notice names.
const NAMED: usize = 20;

/// The reader of image boards.
pub(super) struct Imageboard;

impl Platform for Imageboard {
    fn name(&self) -> &'static str {
        "imageboard"
    }

    fn about(&self) -> &'static str {
        "image boards: 4chan threads, and the JSON of boards that answer alike"
    }

    fn example(&self) -> &'static str {
        "https://boards.4chan.org/g/thread/123"
    }

    fn request(&self, url: &Url) -> Option<Request> {
        let host = url.host_str()?;
        if !matches!(host, "boards.4chan.org" | "boards.4channel.org") {
            return None;
        }
        let mut path = url.path_segments()?;
        let (Some(board), Some("thread"), Some(thread)) = (path.next(), path.next(), path.next()) else {
            return None;
        };
        let api = format!("https://a.4cdn.org/{board}/thread/{thread}.json");
        Url::parse(&api).ok().map(Request::json)
    }

    fn recognise(&self, document: &Document) -> Recognition {
        let fits = literal(document.start()).is_some()
            && document.mentions("\"no\":")
            && document.mentions("\"resto\":")
            && document.mentions("posts");
        if fits { Recognition::Certain } else { Recognition::No }
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        let text = literal(document.start()).unwrap_or_default();
        let json = Json::parse_as(&text, Syntax::Script)
            .map_err(|fault| fault.of(&document.page.name, "imageboard"))?;
        let root = json.root();
        let number = |thread: &Value<'_>| thread.get("posts")?.items().next()?.get("no")?.as_id();
        let threads: Vec<Value<'_>> = match root.get("posts") {
            Some(_) => vec![root],
            None => root.get("threads").into_iter().flat_map(Value::items).collect(),
        };
        let threads: Vec<Value<'_>> = threads.into_iter().filter(|thread| number(thread).is_some()).collect();
        let wanted = document.wanted_thread.as_deref();
        let numbers: Vec<String> = threads.iter().filter_map(number).collect();
        let at = wanted.map_or(Some(0), |wanted| numbers.iter().position(|number| number == wanted));
        let Some(at) = at else {
            let (given, known) = (wanted.unwrap_or_default().to_owned(), numbers.join(", "));
            return Err(Error::Unknown { kind: "thread", given, known });
        };
        let mut reading = threads.get(at).map(|thread| read_thread(*thread, document)).unwrap_or_default();
        if wanted.is_none() && numbers.len() > 1 {
            let others: Vec<&str> = numbers.iter().skip(1).take(NAMED).map(String::as_str).collect();
            let words = format!(
                "the source holds {} threads and the first, {}, was read; choose another with --thread ({})",
                numbers.len(),
                numbers.first().map_or("", String::as_str),
                others.join(", ")
            );
            reading.notices.push(Notice::new(NoticeKind::SeveralThreads, words));
        }
        Ok(reading)
    }
}

/// The JSON of the text; a module of a script that holds it is taken for it.
fn literal(text: &str) -> Option<Cow<'_, str>> {
    if text.starts_with(['{', '[']) {
        return Some(Cow::Borrowed(text));
    }
    let after = ["module.exports", "export default"].into_iter().find_map(|mark| text.strip_prefix(mark))?;
    let object = after.get(after.find('{')?..)?;
    let named = object.lines().any(|line| matches!(line.trim_start(), "threads: [" | "posts: ["));
    Some(match named {
        true => {
            Cow::Owned(object.replace(" threads: [", " \"threads\": [").replace(" posts: [", " \"posts\": ["))
        }
        false => Cow::Borrowed(object),
    })
}

fn read_thread(thread: Value<'_>, document: &Document) -> Reading {
    let mut reading = Reading::default();
    let posts = || thread.get("posts").into_iter().flat_map(Value::items);
    let Some(opening) = posts().next().and_then(|post| post.get("no")?.as_id()) else { return reading };
    reading.url = thread_address(document, &opening);
    for post in posts() {
        let Some(id) = post.get("no").and_then(Value::as_id) else { continue };
        let first = id == opening;
        let comment = string(post, "com").unwrap_or_default();
        let mut draft = Draft::new(id, if first { Parent::Opening } else { Parent::Root });
        if first {
            let replies = post.get("replies").and_then(Value::as_i64).and_then(|n| u32::try_from(n).ok());
            reading.declared = replies.and_then(|replies| replies.checked_add(1));
            reading.title = string(post, "sub").map(|title| unescape(title).into_owned());
        }
        let mut answered = linked(comment, &opening).into_iter().filter(|to| *to != draft.key);
        if !first && let Some(to) = answered.next() {
            draft.parent = Parent::Post(to);
            for to in answered {
                if !draft.also.contains(&to) && draft.parent != Parent::Post(to.clone()) {
                    draft.also.push(to);
                }
            }
        }
        draft.author = author(post);
        draft.written_at = post.get("time").and_then(Value::as_i64).and_then(Time::from_unix);
        draft.permalink = reading.url.as_ref().map(|url| format!("{url}#p{}", draft.key));
        draft.body = body_of_fragment_with(comment, &|element| {
            let value = element.value();
            let link = value.name() == "a"
                && attribute(value, "href").is_some_and(|href| target(href, &opening).is_some());
            // Links to answered posts have become parents.
            match link
                && (has_class(value, "quotelink")
                    || element.text().next().is_some_and(|text| text.starts_with(">>")))
            {
                true => Treat::Skip,
                false => Treat::Normal,
            }
        });
        reading.drafts.push(draft);
    }
    reading
}

/// The posts of this thread that a comment links, in order.
fn linked(comment: &str, thread: &str) -> Vec<String> {
    let pieces = comment.split("href=").skip(1);
    let links = pieces.filter_map(|piece| {
        let mark = piece.chars().next().filter(|mark| matches!(mark, '"' | '\''))?;
        let (href, rest) = piece.get(1..)?.split_once(mark)?;
        let shown = rest.split_once('>')?.1;
        target(href, thread).filter(|_| shown.starts_with("&gt;&gt;") || shown.starts_with(">>"))
    });
    links.collect()
}

/// The number of the post that a link leads to, if it is in this thread.
fn target(href: &str, thread: &str) -> Option<String> {
    let (path, fragment) = href.split_once('#')?;
    let number = fragment.trim_start_matches(['p', 'q', 'i']);
    let plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let last = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".html");
    (plain && (path.is_empty() || last == thread)).then(|| number.to_owned())
}

/// The name and the code that proves it; nobody when there is neither.
fn author(post: Value<'_>) -> Option<String> {
    let name = string(post, "name").map(unescape).filter(|name| !name.is_empty() && name != "Anonymous");
    let code = string(post, "trip").or_else(|| string(post, "id")).filter(|code| !code.is_empty());
    match (name, code) {
        (Some(name), Some(code)) => Some(format!("{name} {code}")),
        (Some(name), None) => Some(name.into_owned()),
        (None, code) => code.map(str::to_owned),
    }
}

/// The page for people of the thread whose JSON this is.
fn thread_address(document: &Document, thread: &str) -> Option<Url> {
    let url = document.page.url.as_ref()?;
    let path = url.path().strip_suffix(".json")?;
    if url.host_str() == Some("a.4cdn.org") {
        let board = url.path_segments()?.next()?;
        return Url::parse(&format!("https://boards.4chan.org/{board}/thread/{thread}")).ok();
    }
    url.join(&format!("{path}.html")).ok()
}

fn string<'j>(value: Value<'j>, key: &str) -> Option<&'j str> {
    value.get(key)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Page;

    const THREAD: &str = r##"{"posts":[{"no":1,"resto":0,"sub":"Tea &amp; milk","com":"which first?","time":1700000000,"replies":2,"name":"Anonymous"},{"no":2,"resto":1,"com":"<a href=\"#p1\" class=\"quotelink\">&gt;&gt;1</a><br><span class=\"quote\">&gt;milk</span><br>no","time":1700000001,"name":"Bob","trip":"!x"},{"no":3,"resto":1,"com":"<a href=\"#p2\" class=\"quotelink\">&gt;&gt;2</a> <a href=\"#p1\" class=\"quotelink\">&gt;&gt;1</a> <a href=\"/v/thread/9#p9\" class=\"quotelink\">&gt;&gt;9</a> yes"}]}"##;

    fn read(url: Option<&str>, text: &str) -> Reading {
        let url = url.map(|url| Url::parse(url).unwrap());
        let page = Page { name: "page".into(), url, text: text.into(), ..Page::default() };
        Imageboard.read(&Document::new(page, None)).unwrap()
    }

    #[test]
    fn a_post_answers_every_post_of_its_thread_that_it_links() {
        let found = read(Some("https://a.4cdn.org/ck/thread/1.json"), THREAD);
        assert_eq!((found.title.as_deref(), found.declared), (Some("Tea & milk"), Some(3)));
        assert_eq!(found.drafts[2].parent, Parent::Post("2".to_owned()));
        assert_eq!(found.drafts[2].also, ["1"]);
        let own = "https://boards.4chan.org/ck/thread/1#p2";
        assert_eq!(found.drafts[1].permalink.as_deref(), Some(own));
        assert_eq!(found.drafts[1].author.as_deref(), Some("Bob !x"));
        assert_eq!(found.drafts[0].author, None);
    }

    #[test]
    fn greentext_is_a_quotation_of_nobody_in_particular() {
        let found = read(None, THREAD);
        let (_, quote, words) = found.drafts[1].body.quotes().next().unwrap();
        assert_eq!((quote.native_id.as_deref(), words.as_str()), (None, "milk"));
        assert_eq!(found.drafts[1].body.text(), "> milk\nno");
    }

    #[test]
    fn of_a_board_the_first_thread_is_read_unless_another_is_picked() {
        let other = THREAD.replace("\"no\":", "\"no\":1").replace("#p", "#p1");
        let board = format!("module.exports = {{\n  threads: [\n{THREAD},{other}]\n}}");
        let found = read(None, &board);
        assert_eq!((found.drafts.len(), found.declared), (3, Some(3)));
        assert_eq!(found.notices[0].kind, NoticeKind::SeveralThreads);
        let pick = |thread: &str| {
            let page = Page { text: board.clone(), ..Page::default() };
            Imageboard.read(&Document::new(page, Some(thread.to_owned())))
        };
        let picked = pick("11").unwrap();
        assert_eq!((picked.drafts[0].key.as_str(), picked.notices.len()), ("11", 0));
        assert_eq!(picked.drafts[1].parent, Parent::Post("11".to_owned()));
        assert!(matches!(pick("7"), Err(Error::Unknown { .. })));
    }
}
