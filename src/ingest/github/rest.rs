//! Answers of the REST API: an issue or pull request, its comments, review comments, reviews and timeline.
//!
//! A list has no mark of its kind, so each entry is judged by its keys. Of a timeline only what people wrote
//! is read.

use url::Url;

use super::{NAME, is_api, is_number, keep_the_opening, opening_key, string, words};
use crate::error::{Error, Result};
use crate::fetch::Request;
use crate::ingest::json::Value;
use crate::ingest::{Document, Reading};
use crate::thread::{Draft, Notice, NoticeKind, Parent, Time};

/// Entries of one answer at most, and how many there are unless one asks for more.
const PER_PAGE: usize = 100;
const USUAL_PER_PAGE: usize = 30;

pub(super) fn read(root: Value<'_>, document: &Document) -> Result<Reading> {
    if let Some(message) = string(root, "message").filter(|_| root.get("id").is_none()) {
        return Err(Error::Wall {
            what: document.page.name.clone(),
            wall: format!("an answer of the GitHub API that refuses: {message}"),
            advice: "wait, give a token with --header, or save the page and give that".to_owned(),
        });
    }
    if root.path(&["data", "repository", "discussions"]).is_some() {
        return Err(Error::Unrecognised {
            what: document.page.name.clone(),
            reason: "it lists discussions; ask for one of them with its comments and their replies"
                .to_owned(),
        });
    }
    let address = document.page.url.as_ref().filter(|url| is_api(url));
    let mut found = Found { number: address.and_then(number_of), ..Found::default() };
    let mut entries = 0;
    for entry in root.items() {
        entries += 1;
        found.entry(entry);
    }
    if root.is_object() {
        found.entry(root);
    }
    if let Some(address) = address.filter(|_| !root.is_object()) {
        found.reading.next.extend(next_page(address, entries));
    }
    let mut reading = found.reading;
    if found.others > 0 {
        let words = format!("{} comments on other issues were left out", found.others);
        reading.notices.push(Notice::new(NoticeKind::SeveralThreads, words));
    }
    keep_the_opening(&mut reading, found.number.as_deref());
    match reading.drafts.is_empty() && root.is_object() {
        true => Err(Error::Malformed {
            what: document.page.name.clone(),
            platform: NAME,
            reason: "it holds neither an issue nor comments".to_owned(),
        }),
        false => Ok(reading),
    }
}

/// What an answer holds.
#[derive(Default)]
struct Found {
    reading: Reading,
    /// The number of the issue that this is about.
    number: Option<String>,
    /// Entries about other issues.
    others: usize,
}

impl Found {
    fn entry(&mut self, entry: Value<'_>) {
        let has = |key: &str| entry.get(key).is_some_and(|value| !value.is_null());
        match string(entry, "event") {
            Some("commented") => return self.comment(entry, 'c'),
            Some("reviewed") => return self.review(entry),
            Some("line-commented" | "commit-commented") => {
                entry
                    .get("comments")
                    .into_iter()
                    .flat_map(Value::items)
                    .for_each(|one| self.comment(one, 'r'));
                return;
            }
            // A label, an assignment, a reference.
            Some(_) => return,
            None => {}
        }
        if has("title") && has("number") {
            self.opening(entry);
        } else if has("diff_hunk") || has("pull_request_review_id") || has("in_reply_to_id") {
            self.comment(entry, 'r');
        } else if has("submitted_at") || (has("state") && has("pull_request_url")) {
            self.review(entry);
        } else if entry.get("body").is_some() {
            self.comment(entry, 'c');
        }
    }

    fn opening(&mut self, entry: Value<'_>) {
        let Some(number) = entry.get("number").and_then(Value::as_id) else { return };
        if self.reading.drafts.iter().any(|draft| draft.parent == Parent::Opening) {
            self.others += 1;
            return;
        }
        let mut draft = draft(entry, opening_key(&number), Parent::Opening);
        draft.native_id.clone_from(&number);
        // It changes with every comment.
        draft.edited_at = None;
        self.reading.title = string(entry, "title").map(str::to_owned);
        self.reading.url = draft.permalink.as_deref().and_then(|url| Url::parse(url).ok());
        let count =
            |key: &str| entry.get(key).and_then(Value::as_i64).and_then(|count| u32::try_from(count).ok());
        let of_pull = count("review_comments");
        self.reading.declared =
            count("comments").and_then(|comments| comments.checked_add(of_pull.unwrap_or(0))?.checked_add(1));
        self.ask_for_comments(entry, of_pull);
        self.number = Some(number);
        self.reading.drafts.insert(0, draft);
    }

    /// The lists that the issue or pull request says it has.
    fn ask_for_comments(&mut self, entry: Value<'_>, of_pull: Option<u32>) {
        let own = string(entry, "url").and_then(|url| Url::parse(url).ok()).filter(is_api);
        let Some(own) = own else { return };
        let comments = entry.get("comments").and_then(Value::as_i64).unwrap_or(0);
        let path = own.path().trim_end_matches('/').to_owned();
        let mut ask = |path: String| {
            let mut url = own.clone();
            url.set_path(&path);
            url.set_query(Some(&format!("per_page={PER_PAGE}")));
            self.reading.next.push(Request::json(url));
        };
        if comments > 0 {
            ask(format!("{}/comments", path.replace("/pulls/", "/issues/")));
        }
        let is_pull = path.contains("/pulls/") || entry.get("pull_request").is_some_and(Value::is_object);
        if is_pull {
            let pull = path.replace("/issues/", "/pulls/");
            ask(format!("{pull}/reviews"));
            if of_pull != Some(0) {
                ask(format!("{pull}/comments"));
            }
        }
    }

    fn comment(&mut self, entry: Value<'_>, kind: char) {
        let Some(id) = entry.get("id").and_then(Value::as_id) else { return };
        if !self.is_of_this_issue(entry) {
            self.others += 1;
            return;
        }
        let answered = entry.get("in_reply_to_id").and_then(Value::as_id);
        let parent = answered.map_or(Parent::Root, |answered| Parent::Post(format!("{kind}{answered}")));
        let mut draft = draft(entry, format!("{kind}{id}"), parent);
        draft.native_id = id;
        self.reading.drafts.push(draft);
    }

    /// A review, if it says something; most only hold comments on lines.
    fn review(&mut self, entry: Value<'_>) {
        let Some(id) = entry.get("id").and_then(Value::as_id) else { return };
        let silent = string(entry, "body").is_none_or(|body| body.trim().is_empty());
        if silent || !self.is_of_this_issue(entry) {
            return;
        }
        let mut draft = draft(entry, format!("v{id}"), Parent::Root);
        draft.native_id = id;
        self.reading.drafts.push(draft);
    }

    /// Whether the entry is about the same issue as those before; what does not say is.
    fn is_of_this_issue(&mut self, entry: Value<'_>) -> bool {
        let named = string(entry, "issue_url").or_else(|| string(entry, "pull_request_url"));
        let named = named.and_then(|url| number_of(&Url::parse(url).ok()?));
        let same = self.number.is_none() || named.is_none() || self.number == named;
        self.number = self.number.take().or(named);
        same
    }
}

/// What everything that people write has in common.
fn draft(entry: Value<'_>, key: String, parent: Parent) -> Draft {
    let mut draft = Draft::new(key, parent);
    let time = |name: &str| string(entry, name).and_then(Time::parse);
    draft.author = entry.path(&["user", "login"]).and_then(Value::as_str).map(str::to_owned);
    draft.written_at = time("created_at").or_else(|| time("submitted_at"));
    draft.edited_at = time("updated_at").filter(|edited| Some(*edited) != draft.written_at);
    draft.permalink = string(entry, "html_url").map(str::to_owned);
    let thumbs = |name: &str| entry.path(&["reactions", name]).and_then(Value::as_i64);
    draft.votes = thumbs("+1").map(|up| up.saturating_sub(thumbs("-1").unwrap_or(0)));
    draft.body = match string(entry, "body") {
        Some(source) => words::of_markdown(source),
        None => crate::ingest::html::body_of_fragment_with(
            string(entry, "body_html").or_else(|| string(entry, "body_text")).unwrap_or_default(),
            &words::treat,
        ),
    };
    draft
}

/// The number in `/repos/OWNER/NAME/issues/N/comments`.
fn number_of(url: &Url) -> Option<String> {
    let mut parts = url.path_segments()?.skip_while(|part| !matches!(*part, "issues" | "pulls"));
    parts.nth(1).filter(|number| is_number(number)).map(str::to_owned)
}

/// The page after this one, when this one is full. What the `Link` header says, it says too.
fn next_page(address: &Url, entries: usize) -> Option<Request> {
    let asked = |name: &str| {
        let found = address.query_pairs().find(|(key, _)| key == name)?;
        found.1.parse::<usize>().ok()
    };
    if entries == 0 || entries < asked("per_page").unwrap_or(USUAL_PER_PAGE).clamp(1, PER_PAGE) {
        return None;
    }
    let page = asked("page").unwrap_or(1).checked_add(1)?;
    let kept = address.query_pairs().filter(|(key, _)| key != "page");
    let kept: Vec<(String, String)> = kept.map(|(key, value)| (key.into(), value.into())).collect();
    let mut url = address.clone();
    url.query_pairs_mut().clear().extend_pairs(kept).append_pair("page", &page.to_string());
    Some(Request::json(url))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Page;
    use crate::ingest::{Platform, Recognition, github::GitHub};
    use crate::thread::State;

    fn reading(url: Option<&str>, text: &str) -> Reading {
        let url = url.map(|url| Url::parse(url).unwrap());
        let document = Document::new(Page { url, text: text.into(), ..Page::default() }, None);
        assert_ne!(GitHub.recognise(&document), Recognition::No);
        GitHub.read(&document).unwrap()
    }

    fn comments(count: usize) -> String {
        let one = |id: usize| {
            format!(
                r#"{{"id":{id},"node_id":"x","html_url":"https://github.com/o/n/issues/5#issuecomment-{id}","issue_url":"https://api.github.com/repos/o/n/issues/5","user":{{"login":"ann"}},"created_at":"2020-01-01T00:00:00Z","updated_at":"2020-01-01T00:00:00Z","body":"hi"}}"#
            )
        };
        format!("[{}]", (1..=count).map(one).collect::<Vec<_>>().join(","))
    }

    #[test]
    fn a_full_list_asks_for_the_next_page_and_a_short_one_does_not() {
        let url = "https://api.github.com/repos/o/n/issues/5/comments";
        assert_eq!(reading(Some(url), &comments(30)).next[0].url.query(), Some("page=2"));
        assert!(reading(Some(url), &comments(29)).next.is_empty());
        let url = format!("{url}?per_page=100&page=2");
        assert_eq!(reading(Some(&url), &comments(100)).next[0].url.query(), Some("per_page=100&page=3"));
        assert!(reading(Some(&url), "[]").drafts.is_empty());
    }

    #[test]
    fn comments_alone_keep_the_place_of_the_issue() {
        let found = reading(None, &comments(2));
        assert_eq!((found.drafts[0].state, found.drafts[0].native_id.as_str()), (State::Missing, "5"));
        assert_eq!(found.drafts[1].edited_at, None);
    }

    #[test]
    fn a_pull_request_asks_for_its_three_lists() {
        let text = r#"{"url":"https://api.github.com/repos/o/n/pulls/5","html_url":"https://github.com/o/n/pull/5","comments_url":"x","node_id":"x","number":5,"title":"T","user":null,"created_at":"2020-01-01T00:00:00Z","body":null,"comments":2,"review_comments":3}"#;
        let found = reading(None, text);
        let next: Vec<&str> = found.next.iter().map(|request| request.url.path()).collect();
        assert_eq!(
            next,
            ["/repos/o/n/issues/5/comments", "/repos/o/n/pulls/5/reviews", "/repos/o/n/pulls/5/comments"]
        );
        assert_eq!((found.declared, found.drafts[0].author.as_deref()), (Some(6), None));
    }

    #[test]
    fn a_refusal_says_why() {
        let text = r#"{"message":"API rate limit exceeded for 203.0.113.1.","documentation_url":"https://docs.github.com/rest"}"#;
        let document = Document::new(Page { text: text.into(), ..Page::default() }, None);
        let json = crate::ingest::json::Json::parse(text).unwrap();
        assert!(read(json.root(), &document).unwrap_err().to_string().contains("rate limit"));
    }
}
