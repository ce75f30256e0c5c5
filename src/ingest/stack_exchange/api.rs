//! Answers of the API, version 2.x: questions with or without their answers and comments, or lists of these.
//!
//! Without a filter the API leaves the words out, so its addresses are asked with one. Names and titles are
//! escaped as for HTML.

use url::Url;

use super::{NAME, comment_key, post_key, resolve_mentions};
use crate::error::{Error, Result};
use crate::fetch::Request;
use crate::ingest::document::parse_fragment;
use crate::ingest::entity::unescape;
use crate::ingest::html::{body_of_fragment, text_of};
use crate::ingest::json::{Fault, Json, Value};
use crate::ingest::{Document, Reading, Recognition, markdown};
use crate::thread::{Body, Draft, Notice, NoticeKind, Parent, State, Time};

/// Entries of one answer at most; the API allows no more.
const PER_PAGE: usize = 100;

pub(super) fn recognise(document: &Document) -> Recognition {
    let mentions = |mark: &str| document.mentions(mark);
    let items = mentions("\"question_id\"") || mentions("\"answer_id\"") || mentions("\"comment_id\"");
    let error = mentions("\"error_id\"") && mentions("\"error_name\"") && document.page.text.len() < 2_000;
    match (items && mentions("\"creation_date\""), error) {
        (true, _) if mentions("\"items\"") || mentions("\"post_id\"") || mentions("\"owner\"") => {
            Recognition::Certain
        }
        (_, true) => Recognition::Certain,
        // The end of a list.
        _ if mentions("\"quota_remaining\"") && mentions("\"has_more\"") => Recognition::Likely,
        _ => Recognition::No,
    }
}

/// The address with a filter, so that the answer holds words.
pub(super) fn with_words(url: &Url) -> Url {
    let mut url = url.clone();
    if !url.query_pairs().any(|(name, _)| name == "filter") {
        url.query_pairs_mut().append_pair("filter", "withbody");
    }
    url
}

pub(super) fn read(document: &Document) -> Result<Reading> {
    let name = &document.page.name;
    let json = Json::parse(document.start()).map_err(|fault: Fault| fault.of(name, NAME))?;
    let root = json.root();
    if let Some(error) = string(root, "error_message") {
        return Err(Error::Wall {
            what: name.clone(),
            wall: format!("an answer of the Stack Exchange API that refuses: {error}"),
            advice: "wait, or give the address of the question's page instead".to_owned(),
        });
    }
    let mut found = Found { host: document.page.url.as_ref().and_then(site), ..Found::default() };
    let single = root.get("items").is_none().then_some(root);
    for item in root.get("items").into_iter().flat_map(Value::items).chain(single) {
        found.item(item);
    }
    found.follow(root, document.page.url.as_ref());
    Ok(found.finish())
}

/// What an answer holds.
#[derive(Default)]
struct Found {
    reading: Reading,
    /// The site's host.
    host: Option<String>,
    /// The question that answers belong to.
    question: Option<String>,
    has_question: bool,
    /// Posts whose comments the answer leaves out.
    without_comments: Vec<String>,
    question_without_comments: bool,
    /// Answers that the question has and the answer leaves out.
    without_answers: bool,
    /// Whether how many comments there are is known.
    counts_are_known: bool,
}

impl Found {
    fn item(&mut self, item: Value<'_>) {
        if item.get("comment_id").is_some() {
            self.comment(item);
        } else if item.get("answer_id").is_some() || string(item, "post_type") == Some("answer") {
            self.answer(item);
        } else {
            self.question(item);
        }
    }

    fn question(&mut self, item: Value<'_>) {
        let Some(id) = id(item, &["question_id", "post_id"]) else { return };
        if self.has_question {
            let words = "the answer holds several questions; only the first was read";
            self.reading.notices.push(Notice::new(NoticeKind::SeveralThreads, words));
            return;
        }
        self.has_question = true;
        self.question = Some(id.clone());
        let link = string(item, "link").and_then(|link| Url::parse(link).ok());
        self.host = link.as_ref().and_then(Url::host_str).map(str::to_owned).or(self.host.take());
        self.reading.title = string(item, "title").map(decoded);
        let mut draft = self.post(item, &id, Parent::Opening, "q");
        draft.permalink = link.as_ref().map(Url::to_string).or(draft.permalink);
        self.reading.url = draft.permalink.as_deref().and_then(|link| Url::parse(link).ok());
        self.reading.drafts.insert(0, draft);
        self.counts_are_known = true;
        let mut sum = 1 + count(item, "answer_count").unwrap_or(0);
        sum += self.comments(item, &id, true);
        let mut answers = 0;
        for answer in item.get("answers").into_iter().flat_map(Value::items) {
            answers += 1;
            sum += self.answer(answer);
        }
        self.without_answers = answers < count(item, "answer_count").unwrap_or(0);
        let known = self.counts_are_known && !self.without_answers;
        self.reading.declared = Some(sum).filter(|_| known).and_then(|sum| u32::try_from(sum).ok());
    }

    /// Reads an answer; returns how many comments it has.
    fn answer(&mut self, item: Value<'_>) -> u64 {
        let Some(id) = id(item, &["answer_id", "post_id"]) else { return 0 };
        self.question = self.question.take().or_else(|| item.get("question_id")?.as_id());
        let draft = self.post(item, &id, Parent::Root, "a");
        self.reading.drafts.push(draft);
        self.comments(item, &id, false)
    }

    /// The comments inside a post; returns how many it has.
    fn comments(&mut self, item: Value<'_>, id: &str, of_question: bool) -> u64 {
        let mut here = 0;
        for comment in item.get("comments").into_iter().flat_map(Value::items) {
            here += 1;
            self.comment(comment);
        }
        let declared = count(item, "comment_count");
        self.counts_are_known &= declared.is_some() || item.get("comments").is_some();
        let lacking = declared.map_or(item.get("comments").is_none(), |declared| declared > here);
        match (lacking, of_question) {
            (true, true) => self.question_without_comments = true,
            (true, false) => self.without_comments.push(id.to_owned()),
            (false, _) => {}
        }
        declared.unwrap_or(0).max(here)
    }

    /// What questions and answers have in common.
    fn post(&self, item: Value<'_>, id: &str, parent: Parent, door: &str) -> Draft {
        let mut draft = Draft::new(post_key(id), parent);
        draft.native_id = id.to_owned();
        draft.author = owner(item);
        draft.written_at = time(item, "creation_date");
        draft.edited_at = time(item, "last_edit_date");
        draft.votes = item.get("score").and_then(Value::as_i64);
        draft.permalink = self.host.as_ref().map(|host| format!("https://{host}/{door}/{id}"));
        draft.body = words(item);
        draft
    }

    fn comment(&mut self, item: Value<'_>) {
        let (Some(id), Some(post)) = (id(item, &["comment_id"]), id(item, &["post_id"])) else { return };
        let mut draft = Draft::new(comment_key(&id), Parent::Post(post_key(&post)));
        draft.author = owner(item);
        draft.written_at = time(item, "creation_date");
        draft.votes = item.get("score").and_then(Value::as_i64);
        let built = || Some(format!("https://{}/posts/comments/{id}", self.host.as_ref()?));
        draft.permalink = string(item, "link").map(str::to_owned).or_else(built);
        draft.native_id = id;
        draft.body = words(item);
        self.reading.drafts.push(draft);
    }

    /// What to ask for next, from the API that gave this answer.
    fn follow(&mut self, root: Value<'_>, address: Option<&Url>) {
        let has_more = root.get("has_more").and_then(Value::as_bool) == Some(true);
        let pause = count(root, "backoff");
        let mut next: Vec<Url> = Vec::new();
        if let Some(address) = address.filter(|_| has_more) {
            let page = asked(address, "page").and_then(|page| page.parse::<u64>().ok()).unwrap_or(1);
            let page = page.saturating_add(1).to_string();
            next.push(with_pairs(address, &[("page", page.as_str())]));
        }
        if let (Some(address), Some(question)) = (address, &self.question) {
            let mut list = |path: String| {
                if let Ok(mut url) = address.join(&path) {
                    url.set_query(None);
                    let size = PER_PAGE.to_string();
                    let site = asked(address, "site");
                    let pairs = [
                        ("site", site.as_deref().unwrap_or_default()),
                        ("filter", "withbody"),
                        ("pagesize", size.as_str()),
                    ];
                    next.push(with_pairs(&url, &pairs));
                }
            };
            let version = address.path_segments().and_then(|mut parts| parts.next()).unwrap_or("2.3");
            if self.question_without_comments {
                list(format!("/{version}/questions/{question}/comments"));
            }
            if self.without_answers {
                list(format!("/{version}/questions/{question}/answers"));
            }
            for some in self.without_comments.chunks(PER_PAGE) {
                list(format!("/{version}/answers/{}/comments", some.join(";")));
            }
        }
        if let Some(seconds) = pause.filter(|_| !next.is_empty()) {
            let words =
                format!("the API asks for a pause of {seconds} seconds; the rest can be read after that");
            self.reading.notices.push(Notice::new(NoticeKind::NotFollowed, words));
            return;
        }
        if has_more && address.is_none() {
            let words = "the list goes on; ask for its next page too, and give both";
            self.reading.notices.push(Notice::new(NoticeKind::NotFollowed, words));
        }
        self.reading.next.extend(next.into_iter().map(Request::json));
    }

    fn finish(mut self) -> Reading {
        if let Some(question) =
            self.question.filter(|_| !self.has_question && !self.reading.drafts.is_empty())
        {
            let mut stub = Draft::new(post_key(&question), Parent::Opening);
            stub.native_id = question;
            stub.state = State::Missing;
            self.reading.drafts.insert(0, stub);
        }
        // Lists of comments come newest first unless asked otherwise.
        if self.reading.drafts.iter().skip(1).all(|draft| draft.key.starts_with('c')) {
            self.reading.drafts.sort_by_key(|draft| draft.written_at);
        }
        resolve_mentions(&mut self.reading);
        self.reading
    }
}

/// The host of the site that an address of the API asks about.
fn site(url: &Url) -> Option<String> {
    let site = asked(url, "site")?;
    let host = match site.as_str() {
        "stackoverflow" | "serverfault" | "superuser" | "askubuntu" | "stackapps" => format!("{site}.com"),
        named if named.contains(['.', '/', ' ']) => named.to_owned(),
        named => format!("{named}.stackexchange.com"),
    };
    let plain = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    plain.then_some(host)
}

fn asked(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// The address with these values in its query.
fn with_pairs(url: &Url, pairs: &[(&str, &str)]) -> Url {
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(key, _)| !pairs.iter().any(|(name, _)| name == key))
        .map(|(key, value)| (key.into_owned(), value.into_owned()))
        .collect();
    let mut url = url.clone();
    url.query_pairs_mut().clear().extend_pairs(kept).extend_pairs(pairs);
    url
}

/// The words, from HTML or, where only that was asked for, from Markdown.
fn words(item: Value<'_>) -> Body {
    match (string(item, "body"), string(item, "body_markdown")) {
        (Some(html), _) => body_of_fragment(html),
        (None, Some(source)) => markdown::body(&unescape(source)),
        (None, None) => Body::default(),
    }
}

/// The name of the owner; one who left has a name, too.
fn owner(item: Value<'_>) -> Option<String> {
    let name = item.path(&["owner", "display_name"]).and_then(Value::as_str).map(decoded)?;
    (!name.is_empty()).then_some(name)
}

fn time(item: Value<'_>, key: &str) -> Option<Time> {
    item.get(key).and_then(Value::as_i64).and_then(Time::from_unix)
}

fn id(item: Value<'_>, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| item.get(key)?.as_id())
}

fn count(item: Value<'_>, key: &str) -> Option<u64> {
    item.get(key)
        .and_then(Value::as_i64)
        .and_then(|count| u64::try_from(count).ok())
        .filter(|&count| count < 1 << 30)
}

/// A text that was escaped for HTML.
fn decoded(text: &str) -> String {
    match parse_fragment(text).filter(|_| text.contains('&')) {
        Some(html) => text_of(html.root_element()),
        None => text.trim().to_owned(),
    }
}

fn string<'j>(value: Value<'j>, key: &str) -> Option<&'j str> {
    value.get(key)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Page;

    fn reading(url: Option<&str>, text: &str) -> Reading {
        let url = url.map(|url| Url::parse(url).unwrap());
        let document = Document::new(Page { url, text: text.into(), ..Page::default() }, None);
        assert_eq!(recognise(&document), Recognition::Certain);
        read(&document).unwrap()
    }

    const QUESTION: &str = r#"{"items":[{"question_id":7,"title":"Why &lt;T&gt; isn&#39;t &quot;so&quot;?","answer_count":1,"creation_date":1300000000,"score":2,"owner":{"display_name":"Ren&#233;"},"link":"https://cooking.stackexchange.com/questions/7/why","body":"<p>Why?</p>"}],"has_more":false,"quota_max":300,"quota_remaining":299}"#;

    #[test]
    fn what_a_question_leaves_out_is_asked_for() {
        let found = reading(
            Some("https://api.stackexchange.com/2.3/questions/7?site=cooking&filter=withbody"),
            QUESTION,
        );
        assert_eq!(found.title.as_deref(), Some("Why <T> isn't \"so\"?"));
        assert_eq!(found.drafts[0].author.as_deref(), Some("René"));
        let next: Vec<&str> = found.next.iter().map(|request| request.url.as_str()).collect();
        assert_eq!(
            next,
            [
                "https://api.stackexchange.com/2.3/questions/7/comments?site=cooking&filter=withbody&pagesize=100",
                "https://api.stackexchange.com/2.3/questions/7/answers?site=cooking&filter=withbody&pagesize=100",
            ]
        );
        assert_eq!(found.declared, None);
    }

    #[test]
    fn answers_alone_keep_the_place_of_the_question_and_ask_on() {
        let text = r#"{"items":[{"answer_id":9,"question_id":7,"creation_date":1300000001,"body":"<p>So.</p>","owner":{}}],"has_more":true}"#;
        let url = "https://api.stackexchange.com/2.3/questions/7/answers?page=2&site=serverfault";
        let found = reading(Some(url), text);
        assert_eq!((found.drafts[0].state, found.drafts[0].native_id.as_str()), (State::Missing, "7"));
        assert_eq!(found.drafts[1].permalink.as_deref(), Some("https://serverfault.com/a/9"));
        assert_eq!(found.next[0].url.query(), Some("site=serverfault&page=3"));
        assert_eq!(found.next[1].url.path(), "/2.3/answers/9/comments");
        assert_eq!(reading(None, text).notices.len(), 1);
    }

    #[test]
    fn the_api_is_not_pressed_when_it_asks_for_a_pause() {
        let text = QUESTION.replacen("\"has_more\":false", "\"has_more\":false,\"backoff\":10", 1);
        let found = reading(Some("https://api.stackexchange.com/2.3/questions/7?site=cooking"), &text);
        assert_eq!((found.next.len(), found.notices.len()), (0, 1));
    }

    #[test]
    fn a_refusal_says_why() {
        let text = r#"{"error_id":502,"error_message":"too many requests from this IP, more requests available in 77 seconds","error_name":"throttle_violation"}"#;
        let document = Document::new(Page { text: text.into(), ..Page::default() }, None);
        assert!(read(&document).unwrap_err().to_string().contains("77 seconds"));
    }
}
