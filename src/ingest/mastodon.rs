//! Mastodon and what speaks its API: a status, and its context.
//!
//! The pages hold no posts without scripts, so addresses are turned to the API. A context does not hold the
//! status that it is of, and strangers are given sixty replies of it at most (mastodon/mastodon#25892).

use std::collections::{HashMap, HashSet};

use url::Url;

use super::html::{Treat, body_of_fragment_with, has_class};
use super::json::{Json, Value};
use super::{Document, Platform, Reading, Recognition, several};
use crate::error::{Error, Result};
use crate::fetch::Request;
use crate::thread::{Body, Draft, Parent, State, Time};

/// From how many replies on an answer may have been cut.
const CUT_AT: usize = 60;

/// The reader of Mastodon.
pub(super) struct Mastodon;

impl Platform for Mastodon {
    fn name(&self) -> &'static str {
        "mastodon"
    }

    fn about(&self) -> &'static str {
        "Mastodon and compatible servers: addresses of posts, and answers of /api/v1/statuses"
    }

    fn example(&self) -> &'static str {
        "https://mastodon.example/@name/110000000000000001"
    }

    fn request(&self, url: &Url) -> Option<Request> {
        if url.path().starts_with("/api/v1/statuses/") {
            return Some(Request::json(url.clone()));
        }
        status_request(url, status_id(url)?, "")
    }

    fn recognise(&self, document: &Document) -> Recognition {
        if document.is_json() {
            let status = document.mentions("\"in_reply_to_id\"") && document.mentions("\"account\"");
            let context = document.mentions("\"ancestors\"") && document.mentions("\"descendants\"");
            let empty = context && document.page.text.len() < 64;
            return if status || empty { Recognition::Certain } else { Recognition::No };
        }
        let shell = document.is_markup()
            && (document.mentions("id=\"initial-state\"") || document.mentions("id='initial-state'"))
            && (document.mentions("mastodon") || document.mentions("Mastodon"));
        if shell { Recognition::Likely } else { Recognition::No }
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        if document.is_markup() {
            return shell(document);
        }
        let json =
            Json::parse(document.start()).map_err(|fault| fault.of(&document.page.name, "mastodon"))?;
        let root = json.root();
        if root.get("ancestors").is_some() || root.get("descendants").is_some() {
            return Ok(context(root, document));
        }
        let mut reading = Reading::default();
        for status in root.items().chain(root.is_object().then_some(root)) {
            reading.drafts.extend(draft(status));
        }
        several::keep_one(&mut reading, document.wanted_thread.as_deref())?;
        if let ([draft], Some(url)) = (&reading.drafts[..], &document.page.url) {
            reading.next.extend(status_request(url, &draft.key, "/context"));
        }
        Ok(named(reading))
    }
}

/// The id in the address of a post's page.
fn status_id(url: &Url) -> Option<&str> {
    let parts: Vec<&str> = url.path_segments()?.filter(|part| !part.is_empty()).collect();
    let parts = match &parts[..] {
        ["web" | "deck", rest @ ..] => rest,
        all => all,
    };
    let id = match parts {
        [user, id] if user.len() > 1 && user.starts_with('@') => id,
        [user, "statuses", id] if user.starts_with('@') => return Some(id),
        ["users", _, "statuses", id] | ["statuses", id] => id,
        _ => return None,
    };
    (id.len() < 30 && !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())).then_some(id)
}

fn status_request(server: &Url, id: &str, what: &str) -> Option<Request> {
    server.join(&format!("/api/v1/statuses/{id}{what}")).ok().map(Request::json)
}

/// A page that only scripts fill: the API of the same server has what it would show.
fn shell(document: &Document) -> Result<Reading> {
    let own = document.html()?;
    let stated = super::html::below(own.root_element()).find_map(|element| {
        let value = element.value();
        let attribute = |name| super::html::attribute(value, name);
        match value.name() {
            "link" if attribute("rel") == Some("canonical") => attribute("href"),
            "meta" if attribute("property") == Some("og:url") => attribute("content"),
            _ => None,
        }
    });
    let stated = stated.and_then(|address| Url::parse(address).ok()).filter(|url| status_id(url).is_some());
    let page = document.page.url.clone().filter(|url| status_id(url).is_some()).or(stated);
    let next = page.as_ref().and_then(|url| status_request(url, status_id(url)?, ""));
    match next {
        Some(next) => Ok(Reading { next: vec![next], ..Reading::default() }),
        None => Err(Error::Wall {
            what: document.page.name.clone(),
            wall: "a Mastodon page, which only scripts fill".to_owned(),
            advice: "save the answers of /api/v1/statuses/ID and /api/v1/statuses/ID/context instead"
                .to_owned(),
        }),
    }
}

/// Reads the answer that holds what stands above and below one status, but not the status.
fn context(root: Value<'_>, document: &Document) -> Reading {
    let list = |key: &str| -> Vec<(Draft, i64)> {
        let all = root.get(key).into_iter().flat_map(Value::items);
        let replies = |status: Value<'_>| status.get("replies_count").and_then(Value::as_i64).unwrap_or(0);
        all.filter_map(|status| Some((draft(status)?, replies(status)))).collect()
    };
    let (above, below) = (list("ancestors"), list("descendants"));
    let mut reading = Reading::default();
    let last = above.last().map(|(draft, _)| draft.key.clone());
    reading.drafts.extend(above.into_iter().map(|(draft, _)| draft));
    let here: HashSet<&str> = below.iter().map(|(draft, _)| draft.key.as_str()).collect();
    let asked = document.page.url.as_ref().and_then(|url| {
        let id = url.path().strip_suffix("/context")?.rsplit('/').next()?;
        Some(id.to_owned())
    });
    // Without its address, the status is what the first reply answers.
    let own = asked.or_else(|| {
        below.iter().find_map(|(draft, _)| match &draft.parent {
            Parent::Post(key) if !here.contains(key.as_str()) => Some(key.clone()),
            _ => None,
        })
    });
    if let Some(own) = own {
        let parent = last.map_or(Parent::Opening, Parent::Post);
        reading.drafts.push(Draft { state: State::Missing, ..Draft::new(own, parent) });
    }
    let cut = below.len() >= CUT_AT;
    let mut children: HashMap<&str, i64> = HashMap::new();
    for (draft, _) in &below {
        if let Parent::Post(key) = &draft.parent {
            *children.entry(key).or_default() += 1;
        }
    }
    if let Some(server) = document.page.url.as_ref().filter(|_| cut) {
        let short = below
            .iter()
            .filter(|(draft, replies)| *replies > 0 && !children.contains_key(draft.key.as_str()));
        let next: Vec<Request> =
            short.filter_map(|(draft, _)| status_request(server, &draft.key, "/context")).collect();
        reading.next = next;
    }
    drop(children);
    reading.drafts.extend(below.into_iter().map(|(draft, _)| draft));
    named(reading)
}

/// The reading with the thread's address, when it holds the opening.
fn named(mut reading: Reading) -> Reading {
    let opening = reading.drafts.iter().find(|draft| draft.parent == Parent::Opening);
    reading.url = opening.and_then(|draft| Url::parse(draft.permalink.as_deref()?).ok());
    reading
}

fn draft(status: Value<'_>) -> Option<Draft> {
    let id = status.get("id")?.as_id()?;
    let parent = status.get("in_reply_to_id").and_then(Value::as_id);
    let mut draft = Draft::new(id, parent.map_or(Parent::Opening, Parent::Post));
    draft.author = status.get("account").and_then(author);
    let time = |key: &str| Time::parse(string(status, key)?);
    draft.written_at = time("created_at");
    draft.edited_at = time("edited_at");
    draft.permalink = string(status, "url").or_else(|| string(status, "uri")).map(str::to_owned);
    draft.votes = status.get("favourites_count").and_then(Value::as_i64);
    draft.body = words(status);
    Some(draft)
}

/// `name@host`: accounts of the answering server come without it.
fn author(account: Value<'_>) -> Option<String> {
    let name = string(account, "acct").or_else(|| string(account, "username"))?;
    if name.is_empty() {
        return None;
    }
    let home = string(account, "url").and_then(|url| Url::parse(url).ok());
    match home.as_ref().and_then(Url::host_str).filter(|_| !name.contains('@')) {
        Some(host) => Some(format!("{name}@{host}")),
        None => Some(name.to_owned()),
    }
}

/// The warning, the words and the options of a poll, as they are shown; no link to a quoted post.
fn words(status: Value<'_>) -> Body {
    let mut markup = String::new();
    if let Some(warning) = string(status, "spoiler_text").filter(|text| !text.is_empty()) {
        markup.push_str(&format!("<p>{}</p>", escaped(warning)));
    }
    markup.push_str(string(status, "content").unwrap_or_default());
    for option in status.path(&["poll", "options"]).into_iter().flat_map(Value::items) {
        if let Some(title) = string(option, "title") {
            markup.push_str(&format!("<p>{}</p>", escaped(title)));
        }
    }
    let body = body_of_fragment_with(&markup, &|element| match has_class(element.value(), "quote-inline") {
        true => Treat::Skip,
        false => Treat::Normal,
    });
    match status.get("card").and_then(|card| string(card, "url")) {
        Some(shared) if !body.has_own_words() => body.sharing(shared),
        _ => body,
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn string<'j>(value: Value<'j>, key: &str) -> Option<&'j str> {
    value.get(key)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Page;

    fn read(url: Option<&str>, text: &str) -> Result<Reading> {
        let url = url.map(|url| Url::parse(url).unwrap());
        let page = Page { name: "page".into(), url, text: text.into(), ..Page::default() };
        Mastodon.read(&Document::new(page, None))
    }

    const STATUS: &str = r#"{"id":"5","in_reply_to_id":null,"created_at":"2024-01-01T00:00:00.000Z","edited_at":null,"spoiler_text":"food & drink","url":"https://m.example/@ann/5","favourites_count":4,"content":"<p>tea</p>","account":{"acct":"ann","url":"https://m.example/@ann"}}"#;

    #[test]
    fn an_address_asks_for_the_status_and_the_status_for_its_context() {
        let asked = |url: &str| {
            Mastodon.request(&Url::parse(url).unwrap()).map(|request| request.url.path().to_owned())
        };
        for path in ["@ann/5", "users/ann/statuses/5", "web/statuses/5", "@ann@other.example/5"] {
            let got = asked(&format!("https://m.example/{path}"));
            assert_eq!(got.as_deref(), Some("/api/v1/statuses/5"), "{path}");
        }
        assert_eq!(asked("https://m.example/@ann/some-words"), None);
        let found = read(Some("https://m.example/api/v1/statuses/5"), STATUS).unwrap();
        assert_eq!(found.next[0].url.path(), "/api/v1/statuses/5/context");
        assert_eq!(found.drafts[0].author.as_deref(), Some("ann@m.example"));
        assert_eq!(found.drafts[0].body.text(), "food & drink\ntea");
    }

    #[test]
    fn a_context_keeps_the_place_of_its_status() {
        let reply = STATUS.replace("\"id\":\"5\"", "\"id\":\"7\"").replace("id\":null", "id\":\"6\"");
        let text = format!(r#"{{"ancestors":[{STATUS}],"descendants":[{reply}]}}"#);
        let found = read(None, &text).unwrap();
        let keys: Vec<&str> = found.drafts.iter().map(|draft| draft.key.as_str()).collect();
        assert_eq!(keys, ["5", "6", "7"]);
        assert_eq!(found.drafts[1].state, State::Missing);
        assert_eq!(found.drafts[1].parent, Parent::Post("5".to_owned()));
    }

    #[test]
    fn of_a_list_with_two_openings_one_thread_is_read() {
        let reply = STATUS.replace("\"id\":\"5\"", "\"id\":\"7\"").replace("id\":null", "id\":\"6\"");
        let other = STATUS.replace("\"id\":\"5\"", "\"id\":\"6\"").replace("@ann/5", "@ann/6");
        let text = format!("[{STATUS},{other},{reply}]");
        let found = read(None, &text).unwrap();
        assert_eq!((found.drafts.len(), found.drafts[0].key.as_str()), (1, "5"));
        assert_eq!(found.notices[0].kind, crate::thread::NoticeKind::SeveralThreads);
        let page = Page { name: "page".into(), text, ..Page::default() };
        let found = Mastodon.read(&Document::new(page, Some("6".to_owned()))).unwrap();
        let keys: Vec<&str> = found.drafts.iter().map(|draft| draft.key.as_str()).collect();
        assert_eq!((keys, found.url.unwrap().path()), (vec!["6", "7"], "/@ann/6"));
    }

    #[test]
    fn a_page_without_posts_says_where_they_are() {
        let page = r#"<!doctype html><link rel="canonical" href="https://m.example/@ann/5"><script id="initial-state">{}</script>mastodon"#;
        assert_eq!(read(None, page).unwrap().next[0].url.as_str(), "https://m.example/api/v1/statuses/5");
        assert!(read(None, "<p>mastodon").is_err());
    }
}
