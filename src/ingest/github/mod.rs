//! GitHub: issues, pull requests and discussions, from REST and GraphQL answers and from pages old and new.
//!
//! The REST API is asked when the user gives the address of an issue or a pull request, for the pages fold
//! long threads away; discussions have only their page. A comment answers the issue unless it quotes an
//! earlier comment or begins with the name of its author. Reviews and approvals without words are no posts.

mod graphql;
mod page;
mod rest;
mod words;

use url::Url;

use super::json::{Fault, Json, Value};
use super::mention::{self, Names};
use super::{Document, Platform, Reading, Recognition};
use crate::error::Result;
use crate::fetch::Request;
use crate::thread::{Draft, Parent, State};

const NAME: &str = "github";
const SITE: &str = "github.com";

/// Comments before a comment that are looked at for words that it quotes.
const LOOK_BACK: usize = 100;

/// The reader of GitHub.
pub(super) struct GitHub;

impl Platform for GitHub {
    fn name(&self) -> &'static str {
        NAME
    }

    fn about(&self) -> &'static str {
        "GitHub issues, pull requests and discussions: REST and GraphQL answers, and pages"
    }

    fn example(&self) -> &'static str {
        "https://github.com/owner/repository/issues/1"
    }

    fn request(&self, url: &Url) -> Option<Request> {
        if is_api(url) {
            return Some(Request::json(url.clone()));
        }
        let address = Address::of(url).filter(|_| url.host_str() == Some(SITE))?;
        let api = |kind: &str| Url::parse(&address.api(kind)).ok().map(Request::json);
        match address.kind {
            Kind::Issue => api("issues"),
            Kind::Pull => api("pulls"),
            Kind::Discussion => Some(Request::page(url.clone())),
        }
    }

    fn recognise(&self, document: &Document) -> Recognition {
        let mentions = |mark: &str| document.mentions(mark);
        let all = |marks: &[&str]| marks.iter().all(|mark| document.mentions(mark));
        if document.is_json() {
            let rest = all(&["\"node_id\"", "\"html_url\"", "\"created_at\""])
                && (mentions("\"issue_url\"")
                    || mentions("\"comments_url\"")
                    || mentions("\"pull_request_url\""))
                || all(&["\"event\"", "\"actor\"", "\"commit_id\""])
                || all(&["\"pull_request_url\"", "\"submitted_at\""]);
            let kinds = [
                "\"discussion\"",
                "\"discussions\"",
                "\"issue\"",
                "\"pullRequest\"",
                "\"issueOrPullRequest\"",
                "\"replies\"",
            ];
            let graph = all(&["\"author\"", "\"login\"", "\"nodes\""]) && kinds.into_iter().any(mentions);
            let empty = document.start().trim_end() == "[]" && document.page.url.as_ref().is_some_and(is_api);
            let refusal = document.page.text.len() < 2_000
                && all(&["\"message\"", "\"documentation_url\"", "docs.github.com"]);
            return match (rest || graph, empty || refusal) {
                (true, _) => Recognition::Certain,
                (false, true) => Recognition::Likely,
                (false, false) => Recognition::No,
            };
        }
        let page = document.is_markup()
            && mentions("github")
            && (mentions("js-comment-body")
                || mentions("issue-viewer-issue-container")
                || mentions("data-testid=\"issue-body\"")
                || mentions("timeline-comment") && mentions("comment-body"));
        if page { Recognition::Certain } else { Recognition::No }
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        let mut reading = if document.is_json() {
            let json =
                Json::parse(document.start()).map_err(|fault: Fault| fault.of(&document.page.name, NAME))?;
            match graphql::subject(json.root()) {
                Some(subject) => graphql::read(subject),
                None => rest::read(json.root(), document)?,
            }
        } else {
            page::read(document)?
        };
        resolve(&mut reading);
        Ok(reading)
    }
}

/// What an address leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Issue,
    Pull,
    Discussion,
}

/// The parts of a thread's address.
struct Address {
    repository: String,
    kind: Kind,
    number: String,
}

impl Address {
    /// `/OWNER/NAME/issues/N`, `/OWNER/NAME/pull/N/files`, `/OWNER/NAME/discussions/N`.
    fn of(url: &Url) -> Option<Self> {
        let mut parts = url.path_segments()?;
        let (owner, name, kind, number) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let kind = match kind {
            "issues" => Kind::Issue,
            "pull" => Kind::Pull,
            "discussions" => Kind::Discussion,
            _ => return None,
        };
        is_number(number).then(|| Self {
            repository: format!("{owner}/{name}"),
            kind,
            number: number.to_owned(),
        })
    }

    /// What the REST API has at this thread's number.
    fn api(&self, kind: &str) -> String {
        format!("https://api.{SITE}/repos/{}/{kind}/{}", self.repository, self.number)
    }
}

/// Whether an address is one of the REST API, of GitHub itself or of a server of one's own.
fn is_api(url: &Url) -> bool {
    let repository = match url.host_str() {
        Some("api.github.com") => url.path().starts_with("/repos/"),
        _ => url.path().starts_with("/api/v3/repos/"),
    };
    repository && (url.path().contains("/issues/") || url.path().contains("/pulls/"))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The key of the post that opens the thread with this number.
fn opening_key(number: &str) -> String {
    format!("#{number}")
}

/// The key and the native id of a comment by the anchor that leads to it; each kind numbers apart.
fn anchored(anchor: &str) -> Option<(String, String)> {
    const KINDS: [(&str, char); 5] = [
        ("issuecomment-", 'c'),
        ("discussioncomment-", 'd'),
        ("discussion_r", 'r'),
        ("pullrequestreview-", 'v'),
        // What the files of a pull request call a comment.
        ("r", 'r'),
    ];
    let (kind, id) = KINDS.iter().find_map(|(start, kind)| Some((*kind, anchor.strip_prefix(start)?)))?;
    is_number(id).then(|| (format!("{kind}{id}"), id.to_owned()))
}

/// Keeps the place of the opening post where only comments are here.
fn keep_the_opening(reading: &mut Reading, number: Option<&str>) {
    if !reading.drafts.is_empty() && reading.drafts.iter().all(|draft| draft.parent != Parent::Opening) {
        let mut stub = Draft::new(opening_key(number.unwrap_or("?")), Parent::Opening);
        stub.native_id = number.unwrap_or_default().to_owned();
        stub.state = State::Missing;
        reading.drafts.insert(0, stub);
    }
}

/// Comments that quote or name an earlier one answer that.
fn resolve(reading: &mut Reading) {
    let quoted: Vec<(usize, String)> = (1..reading.drafts.len())
        .filter(|&at| reading.drafts[at].parent == Parent::Root)
        .filter_map(|at| Some((at, quoted_by(&reading.drafts, at)?)))
        .collect();
    for (at, key) in quoted {
        reading.drafts[at].parent = Parent::Quoted(key);
    }
    mention::resolve(&mut reading.drafts, Names::Whole, |draft| draft.parent == Parent::Root);
}

/// The last comment before this one that holds the first line which this one quotes.
fn quoted_by(drafts: &[Draft], at: usize) -> Option<String> {
    const SHORTEST: usize = 8;
    let (_, _, words) = drafts[at].body.quotes().find(|(_, quote, _)| quote.depth == 1)?;
    let line = words.lines().map(str::trim).find(|line| line.len() >= SHORTEST)?;
    let earlier = drafts[..at].iter().rev().take(LOOK_BACK);
    let holds = |draft: &&Draft| {
        let text = draft.body.text();
        draft
            .body
            .prose()
            .any(|span| memchr::memmem::find(span.slice(text).as_bytes(), line.as_bytes()).is_some())
    };
    earlier.filter(|draft| draft.parent != Parent::Opening).find(holds).map(|draft| draft.key.clone())
}

fn string<'j>(value: Value<'j>, key: &str) -> Option<&'j str> {
    value.get(key)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(url: &str) -> Option<String> {
        GitHub.request(&Url::parse(url).unwrap()).map(|request| request.url.to_string())
    }

    #[test]
    fn issues_and_pull_requests_are_asked_of_the_api() {
        let issue = "https://api.github.com/repos/o/n/issues/5";
        assert_eq!(asked("https://github.com/o/n/issues/5#issuecomment-7").as_deref(), Some(issue));
        assert_eq!(
            asked("https://github.com/o/n/pull/5/files").as_deref(),
            Some("https://api.github.com/repos/o/n/pulls/5")
        );
        let discussion = "https://github.com/o/n/discussions/5";
        assert_eq!(asked(discussion).as_deref(), Some(discussion));
        assert_eq!(asked("https://github.com/o/n"), None);
        assert_eq!(asked("https://git.example/o/n/issues/5"), None);
        let own = "https://git.example/api/v3/repos/o/n/issues/5/comments";
        assert_eq!(asked(own).as_deref(), Some(own));
    }

    #[test]
    fn anchors_tell_the_kinds_of_comments_apart() {
        assert_eq!(anchored("issuecomment-7").unwrap().0, "c7");
        assert_eq!(anchored("discussion_r7").unwrap(), ("r7".to_owned(), "7".to_owned()));
        assert_eq!(anchored("issuecomment-7-permalink"), None);
        assert_eq!(anchored("readme"), None);
    }
}
