//! Reddit: listings of its API, old.reddit.com pages, and what new Reddit's pages hold.
//!
//! New Reddit sends a page without comments and loads them by script, so addresses are turned to
//! old.reddit.com, whose pages hold the tree. The API no longer answers strangers, but its answers get
//! saved. Keys are Reddit's full names (`t3_…` submission, `t1_…` comment), native ids the bare ids.

mod listing;
mod page;

use url::Url;

use super::json::Json;
use super::{Document, Platform, Reading, Recognition};
use crate::error::Result;
use crate::fetch::Request;
use crate::thread::{Body, Draft, Notice, NoticeKind, Parent, State};

/// How many comments one answer of `morechildren` gives at most.
const MORE_AT_ONCE: usize = 100;

/// The reader of Reddit.
pub(super) struct Reddit;

impl Platform for Reddit {
    fn name(&self) -> &'static str {
        "reddit"
    }

    fn about(&self) -> &'static str {
        "Reddit submissions: old.reddit.com pages, saved new pages, and API answers"
    }

    fn example(&self) -> &'static str {
        "https://old.reddit.com/r/sub/comments/abc123/title/"
    }

    fn request(&self, url: &Url) -> Option<Request> {
        let host = url.host_str()?;
        if host == "redd.it" {
            let id = url.path().trim_matches('/');
            let plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
            return plain.then(|| old(&format!("/comments/{id}/"), None)).flatten();
        }
        let kind = host.strip_suffix("reddit.com")?.trim_end_matches('.');
        if !matches!(kind, "" | "www" | "new" | "np" | "m" | "old" | "sh" | "i" | "amp" | "oauth" | "api") {
            return None;
        }
        if !url.path().contains("/comments/") {
            // A share link (`/r/sub/s/…`) only redirects; whatever it leads to is read.
            return url.path().contains("/s/").then(|| Request::page(url.clone()));
        }
        if url.path().ends_with(".json") || matches!(kind, "oauth" | "api") {
            return Some(Request::json(url.clone()));
        }
        if kind == "old" && url.query().is_some() {
            return Some(Request::page(url.clone()));
        }
        old(url.path(), url.query())
    }

    fn recognise(&self, document: &Document) -> Recognition {
        let certain = if document.is_json() {
            let things = document.mentions("\"t1_") || document.mentions("\"t3_");
            things
                && document.mentions("\"kind\"")
                && (document.mentions("\"Listing\"") || document.mentions("\"things\""))
        } else {
            document.is_markup()
                && (document.mentions("data-fullname=\"t3_")
                    || document.mentions("data-fullname=\"t1_")
                    || document.mentions("<shreddit-post")
                    || document.mentions("<shreddit-comment "))
        };
        if certain { Recognition::Certain } else { Recognition::No }
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        let found = if document.is_json() {
            let json =
                Json::parse(&document.page.text).map_err(|fault| fault.of(&document.page.name, "reddit"))?;
            listing::read(json.root(), document)?
        } else {
            page::read(document)?
        };
        Ok(found.finish(document))
    }
}

/// A request for this path of old Reddit, with as many comments as one page may hold.
fn old(path: &str, query: Option<&str>) -> Option<Request> {
    let mut url = Url::parse("https://old.reddit.com/").ok()?;
    url.set_path(path);
    url.set_query(Some(query.unwrap_or("limit=500")));
    Some(Request::page(url))
}

/// What one document held, before its gaps are counted.
#[derive(Default)]
struct Found {
    reading: Reading,
    /// The submission's bare id.
    link: Option<String>,
    has_link: bool,
    /// Bare ids of comments that stubs name.
    more: Vec<String>,
    /// How many comments those stubs say they stand for.
    more_count: i64,
    /// "continue this thread": what to ask for.
    deeper: Vec<Deeper>,
    json: bool,
    /// Why there is not one comment, if the page says that there should be some.
    empty: Option<String>,
}

/// A branch that the answer cuts off below a comment.
enum Deeper {
    /// Below the comment with this bare id.
    Comment(String),
    /// On the page at this address.
    Page(String),
}

impl Found {
    fn finish(mut self, document: &Document) -> Reading {
        self.place_opening();
        let (stubs, branches) = (self.more_count.max(self.more.len() as i64), self.deeper.len());
        let next = self.next(document);
        if next.is_empty() && (stubs > 0 || branches > 0) {
            let left =
                (stubs > 0).then(|| format!("{} behind \"load more comments\"", count(stubs, "comment")));
            let cut = (branches > 0).then(|| format!("{} cut off", count(branches as i64, "branch")));
            let text = [left, cut].into_iter().flatten().collect::<Vec<_>>().join(" and ");
            let text = format!("this page leaves {text}");
            self.reading.notices.push(Notice::new(NoticeKind::Truncated, text));
        }
        if let Some(text) = self.empty {
            self.reading.notices.push(Notice::new(NoticeKind::NoComments, text));
        }
        self.reading.next = next;
        self.reading
    }

    /// Keeps the submission's place when the document holds only comments of it.
    fn place_opening(&mut self) {
        let Some(link) = self.link.as_ref().filter(|_| !self.has_link && !self.reading.drafts.is_empty())
        else {
            return;
        };
        let mut stub = Draft::new(format!("t3_{link}"), Parent::Opening);
        stub.native_id.clone_from(link);
        stub.state = State::Missing;
        self.reading.drafts.insert(0, stub);
    }

    /// Requests for what the stubs stand for, to the server that gave this document.
    fn next(&self, document: &Document) -> Vec<Request> {
        let (Some(server), Some(link)) = (&document.page.url, &self.link) else { return Vec::new() };
        let mut next = Vec::new();
        for branch in &self.deeper {
            let url = match branch {
                Deeper::Comment(comment) if self.json => {
                    format!("/comments/{link}/_/{comment}.json?raw_json=1")
                }
                Deeper::Comment(comment) => format!("/comments/{link}/_/{comment}/"),
                Deeper::Page(address) => address.clone(),
            };
            let url = server.join(&url).ok().filter(|url| url.origin() == server.origin());
            next.extend(url.map(|url| if self.json { Request::json(url) } else { Request::page(url) }));
        }
        for ids in self.more.chunks(MORE_AT_ONCE) {
            let ids = ids.join(",");
            let query =
                format!("/api/morechildren?link_id=t3_{link}&children={ids}&api_type=json&raw_json=1");
            next.extend(server.join(&query).ok().map(Request::json));
        }
        next
    }
}

/// "1 comment", "2 comments", "3 branches".
fn count(number: i64, noun: &str) -> String {
    match (number, noun.ends_with("ch")) {
        (1, _) => format!("1 {noun}"),
        (_, true) => format!("{number} {noun}es"),
        (_, false) => format!("{number} {noun}s"),
    }
}

/// What became of the words, judged by what stands in their place.
fn state(words: &str) -> State {
    match words.trim() {
        "[deleted]" => State::DeletedByAuthor,
        "[removed]" | "[unavailable]" => State::RemovedByModerator,
        other if other.starts_with("[ Removed by ") && other.ends_with(']') => State::RemovedByModerator,
        _ => State::Present,
    }
}

/// Sets a draft's words, or the state that took their place.
fn set_words(draft: &mut Draft, body: Body) {
    draft.state = state(body.text());
    if draft.state == State::Present {
        draft.body = body;
    }
}

/// Ends a submission's words with the page that it shares; one that is only words links to itself.
fn set_shared(draft: &mut Draft, address: Option<&str>) {
    let is_web = |address: &&str| address.starts_with("http://") || address.starts_with("https://");
    let own = format!("/comments/{}/", draft.native_id);
    if let Some(address) = address.filter(is_web).filter(|address| !address.contains(&own))
        && draft.state == State::Present
    {
        draft.body = std::mem::take(&mut draft.body).sharing(address);
    }
}

/// A name, unless it only says that there is none any more.
fn author(name: &str) -> Option<String> {
    (!name.is_empty() && name != "[deleted]" && name != "[removed]").then(|| name.to_owned())
}

/// The bare id of a full name such as `t1_abc`.
fn bare(full_name: &str) -> &str {
    full_name.split_once('_').map_or(full_name, |(_, id)| id)
}

/// A path of the site as an address.
fn permalink(path: &str) -> Option<String> {
    match path.starts_with('/') {
        true => Some(format!("https://www.reddit.com{path}")),
        false => path.starts_with("https://").then(|| path.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(url: &str) -> Option<String> {
        Reddit.request(&Url::parse(url).unwrap()).map(|request| request.url.to_string())
    }

    #[test]
    fn addresses_of_new_reddit_are_turned_to_old_reddit() {
        let old = "https://old.reddit.com/r/tea/comments/abc/milk/?limit=500";
        for host in ["www.", "new.", "np.", "m.", "old.", ""] {
            assert_eq!(
                asked(&format!("https://{host}reddit.com/r/tea/comments/abc/milk/")).as_deref(),
                Some(old)
            );
        }
        assert_eq!(
            asked("https://redd.it/abc").as_deref(),
            Some("https://old.reddit.com/comments/abc/?limit=500")
        );
        let own = "https://old.reddit.com/r/tea/comments/abc/milk/?sort=old";
        assert_eq!(asked(own).as_deref(), Some(own));
        assert_eq!(asked("https://notreddit.com/r/tea/comments/abc/"), None);
        assert_eq!(asked("https://www.reddit.com/r/tea/"), None);
    }

    #[test]
    fn what_stands_in_place_of_the_words_tells_who_took_them() {
        assert_eq!(state("[deleted]"), State::DeletedByAuthor);
        assert_eq!(state(" [removed]\n"), State::RemovedByModerator);
        assert_eq!(state("[ Removed by Reddit ]"), State::RemovedByModerator);
        assert_eq!(state("the [removed] part"), State::Present);
    }
}
