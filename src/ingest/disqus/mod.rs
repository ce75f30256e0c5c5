//! Disqus: answers of its API, the page that it puts into others, and its export.
//!
//! The article that is commented is not in any of them and opens the thread as a stub. Times have no zone
//! and are UTC, as the service documents. A further page is asked for with the key that the given address
//! bears; no key is made up.

mod export;

use url::Url;

use super::json::{Fault, Json, Syntax, Value};
use super::{Document, Platform, Reading, Recognition, html, several};
use crate::error::Result;
use crate::fetch::Request;
use crate::thread::{Draft, Notice, NoticeKind, Parent, State, Time};

const NAME: &str = "disqus";

/// The mark of the answer inside the page that is put into others.
const EMBEDDED: &str = "id=\"disqus-threadData\"";

/// The reader of Disqus.
pub(super) struct Disqus;

impl Platform for Disqus {
    fn name(&self) -> &'static str {
        NAME
    }

    fn about(&self) -> &'static str {
        "Disqus comments: answers of threads/listPosts, the embedded page, XML exports"
    }

    fn example(&self) -> &'static str {
        "https://disqus.com/embed/comments/?base=default&f=forum&t_i=thread"
    }

    fn request(&self, url: &Url) -> Option<Request> {
        let ours = url.host_str().is_some_and(|host| host == "disqus.com" || host.ends_with(".disqus.com"));
        if !ours {
            return None;
        }
        let api = url.path().starts_with("/api/3.0/");
        Some(if api { Request::json(url.clone()) } else { Request::page(url.clone()) })
    }

    fn recognise(&self, document: &Document) -> Recognition {
        if document.is_json() {
            let post = document.mentions("\"raw_message\"") || document.mentions("\"message\"");
            let marks = ["\"createdAt\"", "\"isDeleted\"", "\"thread\""];
            let all = post && marks.iter().all(|mark| document.mentions(mark));
            return match (all, document.mentions("\"forum\"")) {
                (true, true) => Recognition::Certain,
                (true, false) => Recognition::Likely,
                (false, _) => Recognition::No,
            };
        }
        let markup = document.is_markup();
        if markup && (document.mentions(EMBEDDED) || export::is_export(document)) {
            return Recognition::Certain;
        }
        Recognition::No
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        if !document.is_json() && export::is_export(document) {
            return export::read(document);
        }
        let malformed = |fault: Fault| fault.of(&document.page.name, NAME);
        let embedded = embedded(&document.page.text).filter(|_| !document.is_json());
        let json = match embedded {
            Some(data) => Json::parse_as(data, Syntax::Script).map_err(malformed)?,
            None => Json::parse(&document.page.text).map_err(malformed)?,
        };
        read_answer(json.root(), document)
    }
}

/// The answer in the script of the embedded page.
fn embedded(text: &str) -> Option<&str> {
    let (_, after) = text.split_once(EMBEDDED)?;
    after.split_once('>').map(|(_, data)| data.trim_start())
}

fn read_answer(root: Value<'_>, document: &Document) -> Result<Reading> {
    let response = root.get("response").unwrap_or(root);
    let posts = response.get("posts").unwrap_or(response);
    let stated = response.get("thread");
    let all: Vec<(Option<Value<'_>>, Draft)> =
        posts.items().filter_map(|post| Some((post.get("thread").or(stated), read_post(post)?))).collect();
    let mut reading = Reading::default();
    if all.is_empty() {
        return Ok(reading);
    }
    // A list of all comments of a forum mixes those of many articles.
    let ids: Vec<Option<String>> = all.iter().map(|(thread, _)| thread_id((*thread)?)).collect();
    let stated_id = stated.and_then(thread_id);
    let threads = several::distinct(stated_id.iter().chain(ids.iter().flatten()).map(String::as_str));
    let details_of = |id: &str| {
        let threads = stated.into_iter().chain(all.iter().filter_map(|(thread, _)| *thread));
        threads.filter(|thread| thread.is_object()).find(|thread| thread_id(*thread).as_deref() == Some(id))
    };
    // An export's threads may be asked for by their title or link, and so may these.
    let named = document.wanted_thread.as_deref().map(|wanted| {
        let is_called = |id: &&&str| {
            details_of(id).is_some_and(|details| {
                ["link", "title", "clean_title"].iter().any(|key| string(details, key) == Some(wanted))
            })
        };
        threads.iter().find(is_called).map_or(wanted, |id| *id)
    });
    let picked = several::pick(&threads, named)?;
    let (of, notice) = picked.map_or((None, None), |(of, notice)| (Some(of), notice));
    let is_mixed = notice.is_some();
    // A list that was saved is all that the user has: nothing of it is lost, and none of it is put under an
    // article that it is not about. Of one that is fetched, the first thread can be asked for whole.
    let is_saved = is_mixed && !is_api(document);
    reading.notices.extend(notice.filter(|_| !is_saved));
    if is_saved {
        let words = format!(
            "the list holds comments on {} articles; each article that it does not show has a place of its own, and \
             --thread ID reads the comments on one ({})",
            threads.len(),
            threads.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ")
        );
        reading.notices.push(Notice::new(NoticeKind::SeveralThreads, words));
    }
    let mut article = article(of);
    if let Some(details) = of.and_then(details_of) {
        reading.title = string(details, "clean_title").or(string(details, "title")).map(str::to_owned);
        reading.url = string(details, "link").and_then(|link| Url::parse(link).ok());
        article.permalink = reading.url.as_ref().map(Url::to_string);
        let posts = details.get("posts").and_then(Value::as_i64).and_then(|n| u32::try_from(n).ok());
        reading.declared = posts.and_then(|posts| posts.checked_add(1));
    }
    reading.thread = of.map(str::to_owned);
    reading.drafts.push(article);
    for ((_, mut draft), id) in all.into_iter().zip(&ids) {
        let elsewhere = id.as_deref().filter(|id| Some(*id) != of);
        if let Some(id) = elsewhere {
            if !is_saved {
                continue;
            }
            if draft.parent == Parent::Root {
                draft.parent = Parent::Post(place_of(id));
            }
        }
        reading.drafts.push(draft);
    }
    let only = of.filter(|_| is_mixed);
    follow(root, document, only, &mut reading);
    Ok(reading)
}

/// The id of a thread, which is given bare or with all that is known of it.
fn thread_id(thread: Value<'_>) -> Option<String> {
    let id = if thread.is_object() { thread.get("id") } else { Some(thread) };
    id.and_then(Value::as_id)
}

/// Articles that a notice names.
const SHOWN: usize = 20;

/// Whether the page is an answer of the API, which can be asked for more.
fn is_api(document: &Document) -> bool {
    document.page.url.as_ref().is_some_and(|url| url.path().starts_with("/api/"))
}

/// The key of the article that has this thread.
fn place_of(id: &str) -> String {
    format!("thread-{id}")
}

/// The place of the article that has this thread.
fn article(id: Option<&str>) -> Draft {
    let mut stub = Draft::new(place_of(id.unwrap_or_default()), Parent::Opening);
    stub.native_id = id.unwrap_or_default().to_owned();
    stub.state = State::Missing;
    stub
}

/// Asks for the next page, or says why not. Of a mixed list, `only` one thread is asked for, from its start.
fn follow(root: Value<'_>, document: &Document, only: Option<&str>, reading: &mut Reading) {
    let Some(cursor) = root.get("cursor") else { return };
    let more = cursor.get("hasNext").and_then(Value::as_bool).unwrap_or(false);
    let Some(mark) = cursor.get("next").and_then(Value::as_str).filter(|_| more) else { return };
    let asked = document.page.url.as_ref().filter(|_| is_api(document));
    let Some(asked) = asked else {
        let words = "Disqus has further comments, which only its API gives, to those who have a key; \
                     save the answers of threads/listPosts and give all of them";
        reading.notices.push(Notice::new(NoticeKind::NotFollowed, words));
        return;
    };
    let mut url = asked.clone();
    let kept = asked.query_pairs().filter(|(key, _)| match only {
        Some(_) => key == "api_key" || key == "limit",
        None => key != "cursor",
    });
    let kept: Vec<(String, String)> = kept.map(|(key, value)| (key.into(), value.into())).collect();
    if only.is_some() {
        url.set_path("/api/3.0/threads/listPosts.json");
    }
    let (name, value) = only.map_or(("cursor", mark), |thread| ("thread", thread));
    url.query_pairs_mut().clear().extend_pairs(kept).append_pair(name, value);
    reading.next.push(Request::json(url));
}

fn read_post(post: Value<'_>) -> Option<Draft> {
    let id = post.get("id").and_then(Value::as_id)?;
    let parent = post.get("parent").and_then(|parent| parent.get("id").or(Some(parent)));
    let parent = parent.and_then(Value::as_id).filter(|parent| parent != "0");
    let is = |name: &str| post.get(name).and_then(Value::as_bool).unwrap_or(false);
    let mut draft = Draft::new(id, parent.map_or(Parent::Root, Parent::Post));
    let author = post.get("author");
    let name = |key: &str| author.and_then(|author| string(author, key)).filter(|name| !name.is_empty());
    draft.author = name("name").or(name("username")).map(str::to_owned);
    draft.written_at = string(post, "createdAt").and_then(Time::parse);
    draft.edited_at = string(post, "editedAt").and_then(Time::parse);
    draft.permalink = string(post, "url").map(str::to_owned);
    let likes = post.get("likes").and_then(Value::as_i64);
    let dislikes = post.get("dislikes").and_then(Value::as_i64).unwrap_or(0);
    draft.votes = likes.map(|likes| likes.saturating_sub(dislikes));
    draft.state = match (is("isDeletedByAuthor"), is("isDeleted") || is("isSpam")) {
        (true, _) => State::DeletedByAuthor,
        (false, true) => State::RemovedByModerator,
        (false, false) => State::Present,
    };
    if draft.state == State::Present {
        let markup = string(post, "message").or(string(post, "raw_message")).unwrap_or_default();
        draft.body = html::body_of_fragment(markup);
    }
    Some(draft)
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

    const ANSWER: &str = r#"{"cursor":{"hasNext":true,"next":"7:0:0"},"response":[{"id":"5","parent":4,"thread":"9","forum":"f","createdAt":"2020-08-06T19:24:45","message":"<p>hi</p>","likes":3,"dislikes":1,"isDeleted":false,"author":{"name":"Ann"}}]}"#;

    #[test]
    fn the_cursor_is_followed_with_the_given_key_and_no_other() {
        let url = "https://disqus.com/api/3.0/threads/listPosts.json?thread=9&api_key=K&cursor=1:0:0";
        let reading = Disqus.read(&document(Some(url), ANSWER)).unwrap();
        assert_eq!(reading.next[0].url.query(), Some("thread=9&api_key=K&cursor=7%3A0%3A0"));
        let saved = Disqus.read(&document(None, ANSWER)).unwrap();
        assert_eq!((saved.next.len(), saved.notices.len()), (0, 1));
    }

    #[test]
    fn ids_of_either_type_name_the_parent_and_times_are_utc() {
        let reading = Disqus.read(&document(None, ANSWER)).unwrap();
        let post = &reading.drafts[1];
        assert_eq!(post.parent, Parent::Post("4".into()));
        assert_eq!(
            (post.votes, post.written_at.unwrap().to_string()),
            (Some(2), "2020-08-06T19:24:45Z".into())
        );
        assert_eq!(reading.drafts[0].state, State::Missing);
    }

    #[test]
    fn comments_on_other_articles_stand_below_those_and_one_can_be_chosen() {
        let one = |id: u32, thread: &str| {
            format!(
                r#"{{"id":"{id}","parent":null,"thread":{thread},"forum":"f","createdAt":"2020-08-06T19:24:45","message":"hi","isDeleted":false}}"#
            )
        };
        let ten = r#"{"id":"10","title":"Ten","link":"https://blog.example/ten","posts":1}"#;
        let text = format!(
            r#"{{"cursor":{{"hasNext":true,"next":"7:0:0"}},"response":[{},{},{}]}}"#,
            one(1, "\"9\""),
            one(2, ten),
            one(3, "\"9\"")
        );
        let read = |url, wanted: Option<&str>| {
            let page = document(url, &text).page;
            Disqus.read(&Document::new(page, wanted.map(str::to_owned)))
        };
        let keys =
            |reading: &Reading| reading.drafts.iter().map(|draft| draft.key.clone()).collect::<Vec<_>>();
        let first = read(None, None).unwrap();
        assert_eq!(keys(&first), ["thread-9", "1", "2", "3"]);
        assert_eq!(first.drafts[2].parent, Parent::Post("thread-10".into()));
        assert_eq!(first.notices[0].kind, NoticeKind::SeveralThreads);
        assert!(first.notices[0].text.contains("(9, 10)"), "{}", first.notices[0].text);
        for wanted in ["10", "Ten", "https://blog.example/ten"] {
            let second = read(None, Some(wanted)).unwrap();
            assert_eq!(
                (keys(&second), second.title.as_deref()),
                (vec!["thread-10".into(), "2".into()], Some("Ten"))
            );
        }
        assert!(matches!(read(None, Some("8")), Err(crate::error::Error::Unknown { .. })));
        let url = "https://disqus.com/api/3.0/forums/listPosts.json?forum=f&api_key=K&cursor=1:0:0";
        let next = &read(Some(url), None).unwrap().next[0].url;
        assert_eq!(
            (next.path(), next.query()),
            ("/api/3.0/threads/listPosts.json", Some("api_key=K&thread=9"))
        );
    }

    #[test]
    fn the_embedded_page_is_read_like_an_answer() {
        let data = r#"{"cursor":{"hasNext":false},"response":{"posts":[{"id":"5","parent":null,"createdAt":"2020-08-06T19:24:45","message":"hi"}],"thread":{"id":"9","title":"T","link":"https://blog.example/a","posts":1}}}"#;
        let page =
            format!("<html><script type=\"text/json\" id=\"disqus-threadData\">{data}</script></html>");
        let page = document(None, &page);
        assert_eq!(Disqus.recognise(&page), Recognition::Certain);
        let reading = Disqus.read(&page).unwrap();
        assert_eq!((reading.title.as_deref(), reading.declared), (Some("T"), Some(2)));
        assert_eq!(reading.drafts[1].parent, Parent::Root);
    }
}
