//! Reddit's pages: old.reddit.com with the whole tree, and new Reddit as far as it was loaded.

use scraper::ElementRef;
use scraper::node::Element;

use super::{Deeper, Found, author, bare, permalink, set_shared, set_words};
use crate::error::Result;
use crate::ingest::Document;
use crate::ingest::html::{attribute, below, body, has_class, text_of};
use crate::thread::{Draft, Parent, State, Time};

/// The posts of this page.
pub(super) fn read(document: &Document) -> Result<Found> {
    let root = document.html()?.root_element();
    let mut reader = Reader::default();
    let mut depth = 0usize;
    let mut next = root.first_child();
    while let Some(mut node) = next {
        if let Some(element) = ElementRef::wrap(node) {
            reader.open(element, depth);
        }
        next = node.first_child();
        depth += usize::from(next.is_some());
        while next.is_none() {
            reader.close(depth);
            next = node.next_sibling();
            if next.is_none() {
                let Some(parent) = node.parent().filter(|_| depth > 0) else { break };
                node = parent;
                depth -= 1;
            }
        }
    }
    Ok(reader.finish(root))
}

/// Reads posts as their elements open and close; what stands in one belongs to the innermost open.
#[derive(Default)]
struct Reader {
    found: Found,
    open: Vec<Open>,
    /// How many comments new Reddit's page says there are.
    promised: i64,
}

/// A post whose element is open.
struct Open {
    depth: usize,
    draft: Draft,
    /// Its place among the drafts: children are read before their parent is closed.
    place: usize,
    is_comment: bool,
    has_words: bool,
    has_votes: bool,
    /// The page that a submission shares.
    shared: Option<String>,
}

impl Reader {
    fn open(&mut self, element: ElementRef<'_>, depth: usize) {
        let value = element.value();
        match value.name() {
            "div" if has_class(value, "thing") => self.old_thing(element, depth),
            "shreddit-post" => self.new_submission(value, depth),
            "shreddit-comment" => self.new_comment(value, depth),
            "span" if has_class(value, "title") && self.open.is_empty() => self.count(element),
            _ => self.part(element),
        }
    }

    fn close(&mut self, depth: usize) {
        if self.open.last().is_some_and(|open| open.depth == depth)
            && let Some(mut open) = self.open.pop()
            && let Some(place) = self.found.reading.drafts.get_mut(open.place)
        {
            set_shared(&mut open.draft, open.shared.as_deref());
            *place = open.draft;
        }
    }

    /// "all 47 comments" above the tree of old Reddit.
    fn count(&mut self, element: ElementRef<'_>) {
        let words = text_of(element);
        let comments = words.strip_suffix("comments").or_else(|| words.strip_suffix("comment"));
        let count =
            comments.and_then(|words| words.split_whitespace().find_map(|word| word.parse::<u32>().ok()));
        if self.found.reading.declared.is_none() {
            self.found.reading.declared = count.and_then(|count| count.checked_add(1));
        }
    }

    /// A submission, comment or stub of old Reddit.
    fn old_thing(&mut self, element: ElementRef<'_>, depth: usize) {
        let value = element.value();
        let get = |name: &str| attribute(value, name);
        if get("data-promoted") == Some("true") {
            return;
        }
        let kind = get("data-type");
        if kind == Some("morechildren")
            || has_class(value, "morechildren")
            || has_class(value, "morerecursion")
        {
            return self.old_stub(element);
        }
        let Some(name) = get("data-fullname") else { return };
        let path = get("data-permalink").unwrap_or_default();
        if name.starts_with("t3_") && !self.found.has_link {
            let mut draft = Draft::new(name, Parent::Opening);
            draft.votes = get("data-score").and_then(|score| score.parse().ok());
            let comments = get("data-comments-count").and_then(|count| count.parse::<u32>().ok());
            self.found.reading.declared = comments.and_then(|comments| comments.checked_add(1));
            self.submission(draft, path);
            self.push(depth, get("data-author"), path, false);
            self.shares(get("data-url"));
        } else if name.starts_with("t1_") {
            if self.found.link.is_none() {
                self.found.link = submission_of(path).map(str::to_owned);
            }
            self.comment(name, None);
            self.push(depth, get("data-author"), path, true);
        }
    }

    fn new_submission(&mut self, value: &Element, depth: usize) {
        let get = |name: &str| attribute(value, name);
        let (Some(name), false) = (get("id"), self.found.has_link) else { return };
        let mut draft = Draft::new(name, Parent::Opening);
        draft.votes = get("score").and_then(|score| score.parse().ok());
        draft.written_at = get("created-timestamp").and_then(Time::parse);
        self.promised = get("comment-count").and_then(|count| count.parse().ok()).unwrap_or(0);
        self.found.reading.declared = u32::try_from(self.promised.saturating_add(1)).ok();
        self.found.reading.title = get("post-title").map(str::to_owned);
        let path = get("permalink").unwrap_or_default();
        self.submission(draft, path);
        self.push(depth, get("author"), path, false);
        self.shares(get("content-href"));
    }

    fn shares(&mut self, address: Option<&str>) {
        if let Some(open) = self.open.last_mut() {
            open.shared = address.map(str::to_owned);
        }
    }

    fn new_comment(&mut self, value: &Element, depth: usize) {
        let get = |name: &str| attribute(value, name);
        let Some(name) = get("thingid") else { return };
        if self.found.link.is_none() {
            let link = get("postid").map(bare).or_else(|| submission_of(get("permalink")?));
            self.found.link = link.map(str::to_owned);
        }
        self.comment(name, get("parentid"));
        let author = get("author");
        let path = get("permalink").unwrap_or_default();
        self.push(depth, author, path, true);
        if let Some(open) = self.open.last_mut() {
            open.draft.votes = get("score").and_then(|score| score.parse().ok());
            open.draft.written_at = get("created").and_then(Time::parse);
        }
    }

    fn submission(&mut self, mut draft: Draft, path: &str) {
        draft.native_id = bare(&draft.key).to_owned();
        self.found.link = Some(draft.native_id.clone());
        self.found.has_link = true;
        self.found.reading.url = permalink(path).and_then(|url| url.parse().ok());
        self.found.reading.drafts.push(draft);
    }

    /// A comment answers the one whose element it stands in, or what its page says.
    fn comment(&mut self, name: &str, says: Option<&str>) {
        let around = self.open.last().filter(|open| open.is_comment).map(|open| open.draft.key.clone());
        let says = says.filter(|parent| parent.starts_with("t1_")).map(str::to_owned);
        let mut draft = Draft::new(name, around.or(says).map_or(Parent::Root, Parent::Post));
        draft.native_id = bare(name).to_owned();
        self.found.reading.drafts.push(draft);
    }

    /// Opens the draft that was pushed last.
    fn push(&mut self, depth: usize, name: Option<&str>, path: &str, is_comment: bool) {
        let Some(place) = self.found.reading.drafts.len().checked_sub(1) else { return };
        let Some(draft) = self.found.reading.drafts.get_mut(place) else { return };
        draft.author = name.and_then(author);
        draft.permalink = permalink(path);
        let (has_votes, draft) = (draft.votes.is_some(), draft.clone());
        self.open.push(Open { depth, draft, place, is_comment, has_words: false, has_votes, shared: None });
    }

    /// Something inside the innermost open post.
    fn part(&mut self, element: ElementRef<'_>) {
        let Some(open) = self.open.last_mut() else { return };
        let value = element.value();
        let get = |name: &str| attribute(value, name);
        match value.name() {
            "time" if has_class(value, "edited-timestamp") => {
                open.draft.edited_at = get("datetime").and_then(Time::parse);
            }
            "time" | "faceplate-timeago" if open.draft.written_at.is_none() => {
                open.draft.written_at = get("datetime").or_else(|| get("ts")).and_then(Time::parse);
            }
            "span" if !open.has_votes && has_class(value, "score") && has_class(value, "unvoted") => {
                open.draft.votes = get("title").and_then(|score| score.parse().ok());
                open.has_votes = true;
            }
            "a" if has_class(value, "title") && !open.is_comment => {
                self.found.reading.title.get_or_insert_with(|| text_of(element));
            }
            // On the page of one branch the parent of its first comment is named, but not shown.
            "a" if get("data-event-action") == Some("parent") && open.draft.parent == Parent::Root => {
                let parent = get("href").and_then(|href| href.rsplit_once('#')).map(|(_, id)| id);
                if let Some(parent) = parent.filter(|id| !id.is_empty()) {
                    open.draft.parent = Parent::Post(format!("t1_{parent}"));
                }
            }
            "span" if has_class(value, "deepthread") => self.deeper(element),
            "div" if !open.has_words && is_words(element) => {
                open.has_words = true;
                set_words(&mut open.draft, body(element));
            }
            _ => {}
        }
    }

    /// "load more comments" or "continue this thread" of old Reddit.
    fn old_stub(&mut self, element: ElementRef<'_>) {
        for inner in below(element) {
            let value = inner.value();
            if has_class(value, "deepthread") {
                self.deeper(inner);
            }
            // onclick="return morechildren(this, 't3_abc', 'confidence', 'c1,c2', 'False')"
            let script = attribute(value, "onclick").filter(|script| script.contains("morechildren("));
            let Some(script) = script else { continue };
            let mut quoted = script.split('\'').skip(1).step_by(2);
            let link = quoted.next().filter(|link| link.starts_with("t3_")).map(bare);
            self.found.link = self.found.link.take().or(link.map(str::to_owned));
            let ids =
                quoted.nth(1).unwrap_or_default().split(',').map(|id| id.trim().trim_start_matches("t1_"));
            self.found.more.extend(ids.filter(|id| !id.is_empty()).map(str::to_owned));
            let words = text_of(inner);
            let count = words.split(['(', ' ', '\u{a0}']).find_map(|word| word.parse::<i64>().ok());
            self.found.more_count = self.found.more_count.saturating_add(count.unwrap_or(0).max(0));
        }
    }

    fn deeper(&mut self, element: ElementRef<'_>) {
        let link = below(element).find_map(|inner| attribute(inner.value(), "href"));
        self.found.deeper.extend(link.map(|link| Deeper::Page(link.to_owned())));
    }

    fn finish(mut self, root: ElementRef<'_>) -> Found {
        while let Some(depth) = self.open.last().map(|open| open.depth) {
            self.close(depth);
        }
        let reading = &mut self.found.reading;
        for draft in &mut reading.drafts {
            if draft.author.is_none() && draft.state == State::Present && draft.body.text().is_empty() {
                // Neither name nor words: new Reddit shows nothing else of what was deleted.
                let opening = draft.parent == Parent::Opening;
                draft.state = if opening { State::Present } else { State::DeletedByAuthor };
            }
        }
        if reading.title.is_none() {
            let title = below(root).find(|element| element.value().name() == "title").map(text_of);
            reading.title =
                title.map(|title| title.rsplit_once(" : ").map_or(title.clone(), |(own, _)| own.to_owned()));
        }
        if self.promised > 0 && reading.drafts.len() < 2 {
            let address = reading
                .url
                .as_ref()
                .map_or("old.reddit.com".to_owned(), |url| format!("https://old.reddit.com{}", url.path()));
            self.found.empty = Some(format!(
                "the page says that there are comments ({}) and holds none: new Reddit loads them by script; \
                 use {address} instead, or save the page after scrolling to its end",
                self.promised
            ));
        }
        self.found
    }
}

/// The submission's bare id in an address such as `/r/sub/comments/abc/title/def/`.
fn submission_of(path: &str) -> Option<&str> {
    let (_, after) = path.split_once("/comments/")?;
    after.split('/').next().filter(|id| !id.is_empty())
}

/// Whether the element holds a post's words: `.usertext-body .md` of old Reddit, a slot of new Reddit.
fn is_words(element: ElementRef<'_>) -> bool {
    let value = element.value();
    if matches!(attribute(value, "slot"), Some("comment" | "text-body")) {
        return true;
    }
    let body = |parent: ElementRef<'_>| has_class(parent.value(), "usertext-body");
    has_class(value, "md") && element.parent().and_then(ElementRef::wrap).is_some_and(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Page;
    use crate::ingest::{Platform, Reading};
    use crate::thread::NoticeKind;

    fn reading(url: Option<&str>, text: &str) -> Reading {
        let url = url.map(|url| url.parse().unwrap());
        let page = Page { name: "page".into(), url, text: text.into(), ..Page::default() };
        crate::ingest::reddit::Reddit.read(&Document::new(page, None)).unwrap()
    }

    fn comment(id: &str, words: &str, inside: &str) -> String {
        format!(
            "<div class=\" thing id-t1_{id} comment\" data-fullname=\"t1_{id}\" data-type=\"comment\" data-author=\"ann\" data-permalink=\"/r/s/comments/abc/t/{id}/\"><div class=\"entry\"><p class=\"tagline\"><span class=\"score unvoted\" title=\"5\">5</span><time datetime=\"2026-03-04T18:58:33+00:00\"></time></p><form><div class=\"usertext-body\"><div class=\"md\">{words}</div></div></form></div><div class=\"child\">{inside}</div></div>"
        )
    }

    #[test]
    fn nesting_tells_who_answers_whom() {
        let inner = comment(
            "c2",
            "<blockquote><p>a</p></blockquote><p>b</p>",
            &comment("c3", "<p>[removed]</p>", ""),
        );
        let page = format!(
            "<span class=title>all 5 comments</span>{}{}",
            comment("c1", "<p>a</p>", &inner),
            comment("c4", "<p>d</p>", "")
        );
        let found = reading(None, &page);
        assert_eq!(found.declared, Some(6));
        let parents: Vec<(&str, &Parent)> =
            found.drafts.iter().map(|d| (d.key.as_str(), &d.parent)).collect();
        let post = |key: &str| Parent::Post(key.to_owned());
        assert_eq!(
            parents,
            [
                ("t3_abc", &Parent::Opening),
                ("t1_c1", &Parent::Root),
                ("t1_c2", &post("t1_c1")),
                ("t1_c3", &post("t1_c2")),
                ("t1_c4", &Parent::Root)
            ]
        );
        assert_eq!(found.drafts[0].state, State::Missing);
        assert_eq!(found.drafts[2].body.text(), "> a\nb");
        assert_eq!((found.drafts[2].votes, found.drafts[3].state), (Some(5), State::RemovedByModerator));
    }

    #[test]
    fn stubs_of_old_reddit_are_asked_for_on_the_same_server() {
        let stubs = "<div class=\"thing morechildren\" data-type=\"morechildren\"><a onclick=\"return morechildren(this, 't3_abc', 'confidence', 'c7,c8', 'False')\">load more comments (4 replies)</a></div><span class=\"deepthread\"><a href=\"/r/s/comments/abc/t/c2/\">continue this thread</a></span>";
        let page = comment("c1", "<p>a</p>", stubs);
        let asked: Vec<String> = reading(Some("http://127.0.0.1:9/r/s/comments/abc/t/"), &page)
            .next
            .iter()
            .map(|r| r.url.to_string())
            .collect();
        assert_eq!(
            asked,
            [
                "http://127.0.0.1:9/r/s/comments/abc/t/c2/",
                "http://127.0.0.1:9/api/morechildren?link_id=t3_abc&children=c7,c8&api_type=json&raw_json=1"
            ]
        );
        let notices = reading(None, &page).notices;
        assert_eq!(notices[0].kind, NoticeKind::Truncated);
        assert!(notices[0].text.contains('4'), "{}", notices[0].text);
    }

    #[test]
    fn new_reddit_without_comments_says_so_and_where_they_are() {
        let page = "<shreddit-post id=\"t3_abc\" permalink=\"/r/s/comments/abc/t/\" comment-count=\"73\" author=\"ann\" post-title=\"T\" created-timestamp=\"2026-03-05T01:53:41.845000+0000\" score=\"5\"><div slot=\"text-body\"><div class=\"md\"><p>words</p></div></div></shreddit-post>";
        let found = reading(None, page);
        assert_eq!((found.declared, found.drafts[0].body.text()), (Some(74), "words"));
        assert_eq!(found.drafts[0].written_at.unwrap().to_string(), "2026-03-05T01:53:41Z");
        assert_eq!(found.notices[0].kind, NoticeKind::NoComments);
        assert!(found.notices[0].text.contains("https://old.reddit.com/r/s/comments/abc/t/"));
    }

    #[test]
    fn new_reddit_with_comments_is_read() {
        let page = "<shreddit-post id=\"t3_abc\" comment-count=\"2\" author=\"ann\"></shreddit-post><shreddit-comment thingid=\"t1_c1\" depth=\"0\" author=\"bob\" score=\"2\" postid=\"t3_abc\"><time datetime=\"2026-03-05T01:53:41.845Z\"></time><div slot=\"comment\"><p>one</p></div><shreddit-comment thingid=\"t1_c2\" parentid=\"t1_c1\" depth=\"1\" author=\"[deleted]\"></shreddit-comment></shreddit-comment>";
        let found = reading(None, page);
        assert_eq!((found.drafts[1].body.text(), found.drafts[1].votes), ("one", Some(2)));
        assert_eq!(found.drafts[2].parent, Parent::Post("t1_c1".into()));
        assert_eq!(found.drafts[2].state, State::DeletedByAuthor);
        assert!(found.notices.is_empty());
    }
}
