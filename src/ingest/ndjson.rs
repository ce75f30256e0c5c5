//! Comment NDJSON: one JSON object a line, in the names of our own contract or of the Pushshift dumps.
//!
//! Lines are read one by one and borrow their strings, so a dump costs little more than its posts. A line
//! that cannot be read is counted and skipped; it never takes the file with it.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use url::Url;

use super::entity::unescape;
use super::{Document, Platform, Reading, Recognition, markdown};
use crate::error::{Error, Result};
use crate::fetch::{Media, Request};
use crate::thread::{Body, Draft, Notice, NoticeKind, Parent, State, Time};

/// The reader of comment NDJSON.
pub(super) struct Ndjson;

const NAME: &str = "ndjson";

/// Posts of one thread that are kept at most; a file may hold more lines than memory holds posts.
const MOST_POSTS: usize = 400_000;

/// Lines that recognition looks at.
const LOOKED_AT: usize = 20;

impl Platform for Ndjson {
    fn name(&self) -> &'static str {
        NAME
    }

    fn about(&self) -> &'static str {
        "comment NDJSON: one object a line with id, parent_id and body; Pushshift dumps"
    }

    fn example(&self) -> &'static str {
        ""
    }

    fn request(&self, _url: &Url) -> Option<Request> {
        None
    }

    fn recognise(&self, document: &Document) -> Recognition {
        let labelled = document.page.media == Media::Ndjson;
        if !labelled && !document.start().starts_with('{') {
            return Recognition::No;
        }
        let lines = document.start().lines().filter(|line| !line.trim().is_empty()).take(LOOKED_AT);
        let usable = lines.filter(|line| Line::read(line).is_some()).count();
        match (labelled, usable) {
            (true, _) | (false, 2..) => Recognition::Certain,
            (false, 1) => Recognition::Likely,
            (false, 0) => Recognition::No,
        }
    }

    fn read(&self, document: &Document) -> Result<Reading> {
        let mut threads = Threads::new(document.wanted_thread.as_deref());
        for (index, line) in document.start().lines().enumerate() {
            if !line.trim().is_empty() {
                threads.line(index + 1, line);
            }
        }
        threads.into_reading(document)
    }
}

/// One line, as far as it is understood. Unknown keys are skipped without being read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Line<'a> {
    #[serde(borrow)]
    id: Option<Word<'a>>,
    #[serde(borrow)]
    parent_id: Option<Word<'a>>,
    #[serde(borrow)]
    thread_id: Option<Word<'a>>,
    #[serde(borrow)]
    link_id: Option<Word<'a>>,
    #[serde(borrow)]
    author: Option<Word<'a>>,
    #[serde(borrow)]
    created: Option<Word<'a>>,
    #[serde(borrow)]
    created_utc: Option<Word<'a>>,
    #[serde(borrow)]
    body: Option<Word<'a>>,
    #[serde(borrow)]
    selftext: Option<Word<'a>>,
    #[serde(borrow)]
    title: Option<Word<'a>>,
    #[serde(borrow)]
    url: Option<Word<'a>>,
    #[serde(borrow)]
    permalink: Option<Word<'a>>,
    #[serde(borrow)]
    subreddit: Option<Word<'a>>,
    #[serde(borrow)]
    score: Option<Word<'a>>,
    #[serde(borrow)]
    num_comments: Option<Word<'a>>,
}

impl<'a> Line<'a> {
    /// The line, if it is an object with an id and words.
    fn read(text: &'a str) -> Option<Self> {
        let line: Line<'a> = serde_json::from_str(text).ok()?;
        let named = line.id.as_ref().is_some_and(|id| !id.0.is_empty());
        let worded = line.body.is_some()
            || line.selftext.is_some()
            || (line.title.is_some() && line.thread_id.is_some());
        (named && worded).then_some(line)
    }

    fn id(&self) -> &str {
        self.id.as_ref().map_or("", |id| bare(&id.0))
    }

    fn parent(&self) -> Option<&str> {
        self.parent_id.as_ref().map(|id| bare(&id.0)).filter(|id| !id.is_empty())
    }

    /// The thread that the line names; a submission is a thread of its own.
    fn thread(&self) -> Option<&str> {
        let named = self.thread_id.as_ref().or(self.link_id.as_ref()).map(|id| bare(&id.0));
        named.filter(|id| !id.is_empty()).or_else(|| self.selftext.is_some().then(|| self.id()))
    }

    fn is_reddit(&self) -> bool {
        self.link_id.is_some() || self.selftext.is_some() || self.subreddit.is_some()
    }

    /// The page that a submission of Reddit shares; one that is only words links to itself.
    fn shared(&self) -> Option<&str> {
        let address: &str = self.url.as_ref().filter(|_| self.is_reddit() && self.body.is_none())?.0.as_ref();
        let is_web = address.starts_with("http://") || address.starts_with("https://");
        (is_web && !address.contains(&format!("/comments/{}/", self.id()))).then_some(address)
    }

    fn into_draft(self, parent: Parent) -> Draft {
        let reddit = self.is_reddit();
        let words = self.body.as_ref().or(self.selftext.as_ref()).map_or("", |words| &words.0);
        let state = match words.trim() {
            "[deleted]" => State::DeletedByAuthor,
            "[removed]" | "[ Removed by Reddit ]" => State::RemovedByModerator,
            _ => State::Present,
        };
        let body = match (state, reddit) {
            (State::Present, true) => markdown::body(words),
            (State::Present, false) => Body::from_plain(words),
            _ => Body::default(),
        };
        let body = match self.shared().filter(|_| state == State::Present) {
            Some(address) => body.sharing(&unescape(address)),
            None => body,
        };
        let author = self
            .author
            .as_ref()
            .map(|name| name.0.trim())
            .filter(|name| !name.is_empty() && *name != "[deleted]");
        let own_address = self.permalink.as_ref().map(|link| match link.0.strip_prefix('/') {
            Some(path) if reddit => format!("https://www.reddit.com/{path}"),
            _ => link.0.to_string(),
        });
        // A submission's url is what it links to, and its own address stands beside it.
        let address =
            own_address.or_else(|| self.url.as_ref().filter(|_| !reddit).map(|url| url.0.to_string()));
        // Reddit's `created` is the same moment shifted by the zone of its servers.
        let written = [self.created_utc.as_ref(), self.created.as_ref()];
        Draft {
            native_id: self.id.as_ref().map(|id| id.0.to_string()).unwrap_or_default(),
            author: author.map(str::to_owned),
            written_at: written.into_iter().flatten().find_map(|time| moment(&time.0)),
            permalink: address,
            votes: self.score.as_ref().and_then(|score| whole(&score.0)),
            state,
            body,
            ..Draft::new(self.id(), parent)
        }
    }
}

/// A string, or a number as it is written: dumps use both for ids, times and scores.
#[derive(Debug)]
struct Word<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Word<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Words;
        impl<'de> Visitor<'de> for Words {
            type Value = Word<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a number")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> std::result::Result<Word<'de>, E> {
                Ok(Word(Cow::Borrowed(text)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> std::result::Result<Word<'de>, E> {
                Ok(Word(Cow::Owned(text.to_owned())))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> std::result::Result<Word<'de>, E> {
                Ok(Word(Cow::Owned(number.to_string())))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> std::result::Result<Word<'de>, E> {
                Ok(Word(Cow::Owned(number.to_string())))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> std::result::Result<Word<'de>, E> {
                Ok(Word(Cow::Owned(number.to_string())))
            }
        }
        deserializer.deserialize_any(Words)
    }
}

/// The lines of the file, sorted into the thread that is read and all others.
struct Threads<'a> {
    wanted: Option<&'a str>,
    /// The thread that is read: the wanted one, else that of the first usable line.
    chosen: Option<String>,
    lines: Vec<Line<'a>>,
    /// How many posts each other thread has, in order of first appearance.
    others: Vec<(String, usize)>,
    other_at: HashMap<String, usize>,
    unreadable: usize,
    first_unreadable: usize,
    left_out: usize,
}

impl<'a> Threads<'a> {
    fn new(wanted: Option<&'a str>) -> Self {
        let wanted = wanted.map(bare);
        Self {
            wanted,
            chosen: wanted.map(str::to_owned),
            lines: Vec::new(),
            others: Vec::new(),
            other_at: HashMap::new(),
            unreadable: 0,
            first_unreadable: 0,
            left_out: 0,
        }
    }

    fn line(&mut self, number: usize, text: &'a str) {
        let Some(line) = Line::read(text) else {
            if self.unreadable == 0 {
                self.first_unreadable = number;
            }
            self.unreadable += 1;
            return;
        };
        if let Some(thread) = line.thread() {
            let chosen = self.chosen.get_or_insert_with(|| thread.to_owned());
            if chosen != thread {
                return self.count_other(thread.to_owned());
            }
        }
        if self.lines.len() < MOST_POSTS {
            self.lines.push(line);
        } else {
            self.left_out += 1;
        }
    }

    fn count_other(&mut self, thread: String) {
        let others = &mut self.others;
        let at = *self.other_at.entry(thread).or_insert_with_key(|thread| {
            others.push((thread.clone(), 0));
            others.len() - 1
        });
        if let Some((_, count)) = others.get_mut(at) {
            *count += 1;
        }
    }

    fn into_reading(self, document: &Document) -> Result<Reading> {
        if self.lines.is_empty() {
            return Err(self.nothing(document));
        }
        let mut reading =
            Reading { notices: self.notices(), thread: self.chosen.clone(), ..Reading::default() };
        let chosen = self.chosen.unwrap_or_default();
        let by_id = self.lines.iter().position(|line| line.id() == chosen);
        let first = Some(0).filter(|_| self.lines.first().is_some_and(|line| line.parent().is_none()));
        let answered = self.lines.iter().any(|line| line.parent() == Some(chosen.as_str()));
        let opening = by_id.or(first.filter(|_| !answered || chosen.is_empty()));
        if opening.is_none() && answered {
            let mut missing = Draft::new(chosen, Parent::Opening);
            missing.state = State::Missing;
            reading.drafts.push(missing);
        }
        let head = opening.and_then(|at| self.lines.get(at)).or(self.lines.first());
        // Reddit escapes titles, in its dumps too.
        reading.title = head.and_then(|line| {
            let title = &line.title.as_ref()?.0;
            Some(if line.is_reddit() { unescape(title).into_owned() } else { title.to_string() })
        });
        reading.declared = head
            .filter(|_| opening.is_some())
            .and_then(|line| whole(&line.num_comments.as_ref()?.0))
            .and_then(|comments| u32::try_from(comments.checked_add(1)?).ok());
        // Most of the time goes into the words, and no line needs another one for them.
        let drafts: Vec<Draft> = self
            .lines
            .into_par_iter()
            .enumerate()
            .map(|(at, line)| {
                let parent = match line.parent() {
                    _ if Some(at) == opening => Parent::Opening,
                    Some(parent) => Parent::Post(parent.to_owned()),
                    None => Parent::Unknown,
                };
                line.into_draft(parent)
            })
            .collect();
        let mut seen = HashSet::with_capacity(drafts.len());
        let repeated = drafts.iter().filter(|draft| !seen.insert(draft.key.as_str())).count();
        if repeated > 0 {
            let words = format!("{repeated} lines repeat the id of an earlier line; the earlier ones count");
            reading.notices.push(Notice::new(NoticeKind::Unreadable, words));
        }
        reading.drafts.extend(drafts);
        let opening = reading.drafts.iter().find(|draft| draft.parent == Parent::Opening);
        reading.url = opening.and_then(|draft| Url::parse(draft.permalink.as_deref()?).ok());
        Ok(reading)
    }

    fn notices(&self) -> Vec<Notice> {
        let mut notices = Vec::new();
        if self.unreadable > 0 {
            let words = format!(
                "{} of the lines could not be read as a comment and were skipped; the first is line {}",
                self.unreadable, self.first_unreadable
            );
            notices.push(Notice::new(NoticeKind::Unreadable, words));
        }
        if self.wanted.is_none() && !self.others.is_empty() {
            let words = format!(
                "the file holds {} threads and the first, {}, was read; choose another with --thread ({})",
                self.others.len() + 1,
                self.chosen.as_deref().unwrap_or("without id"),
                self.names(3)
            );
            notices.push(Notice::new(NoticeKind::SeveralThreads, words));
        }
        if self.left_out > 0 {
            let words =
                format!("only the first {MOST_POSTS} posts were read; {} are left out", self.left_out);
            notices.push(Notice::new(NoticeKind::Capped, words));
        }
        notices
    }

    /// The first names of the other threads.
    fn names(&self, most: usize) -> String {
        let mut names: Vec<&str> = self.others.iter().take(most).map(|(name, _)| name.as_str()).collect();
        if self.others.len() > most {
            names.push("...");
        }
        names.join(", ")
    }

    fn nothing(&self, document: &Document) -> Error {
        if let Some(wanted) = self.wanted.filter(|_| !self.others.is_empty()) {
            return Error::Unknown { kind: "thread", given: wanted.to_owned(), known: self.names(20) };
        }
        Error::Unrecognised {
            what: document.page.name.clone(),
            reason: format!("none of its {} lines is a JSON object with an id and a body", self.unreadable),
        }
    }
}

/// An id without Reddit's mark of its kind: comments name their parent with it and themselves without.
fn bare(id: &str) -> &str {
    id.strip_prefix("t1_").or_else(|| id.strip_prefix("t3_")).unwrap_or(id)
}

/// Seconds since 1970, whole or not, or a date.
fn moment(text: &str) -> Option<Time> {
    match whole(text) {
        Some(seconds) => Time::from_unix(seconds),
        None => Time::parse(text),
    }
}

/// A number without its fraction.
fn whole(text: &str) -> Option<i64> {
    text.split_once('.').map_or(text, |(whole, _)| whole).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Page;

    fn read(text: &str, wanted: Option<&str>) -> Result<Reading> {
        let page = Page { text: text.to_owned(), media: Media::Ndjson, ..Page::default() };
        Ndjson.read(&Document::new(page, wanted.map(str::to_owned)))
    }

    fn parents(reading: &Reading) -> Vec<&Parent> {
        reading.drafts.iter().map(|draft| &draft.parent).collect()
    }

    #[test]
    fn numbers_and_strings_are_both_ids() {
        let reading =
            read("{\"id\":1,\"body\":\"a\"}\n{\"id\":\"2\",\"parent_id\":1,\"body\":\"b\"}", None).unwrap();
        assert_eq!(parents(&reading), [&Parent::Opening, &Parent::Post("1".to_owned())]);
    }

    #[test]
    fn a_submission_that_is_not_there_becomes_the_missing_opening() {
        let text = "{\"id\":\"b\",\"link_id\":\"t3_a\",\"parent_id\":\"t3_a\",\"body\":\"x\"}\n\
                    {\"id\":\"c\",\"link_id\":\"t3_a\",\"parent_id\":\"t1_b\",\"body\":\"&gt; x\\n\\ny\"}";
        let reading = read(text, None).unwrap();
        assert_eq!(reading.drafts[0].state, State::Missing);
        assert_eq!(parents(&reading)[1..], [&Parent::Post("a".to_owned()), &Parent::Post("b".to_owned())]);
        assert_eq!(reading.drafts[2].body.text(), "> x\ny");
    }

    #[test]
    fn only_the_wanted_thread_is_read() {
        let line = |id, thread| format!("{{\"id\":\"{id}\",\"thread_id\":\"{thread}\",\"body\":\"x\"}}\n");
        let text = [line("1", "a"), line("2", "b"), line("3", "a")].concat();
        assert_eq!(read(&text, None).unwrap().drafts.len(), 2);
        assert_eq!(read(&text, None).unwrap().notices[0].kind, NoticeKind::SeveralThreads);
        assert_eq!(read(&text, Some("b")).unwrap().drafts.len(), 1);
        assert!(matches!(read(&text, Some("z")), Err(Error::Unknown { .. })));
    }

    #[test]
    fn lines_that_cannot_be_read_are_counted_and_skipped() {
        let reading = read("{\"id\":1,\"body\":\"a\"}\n{oops\n[]\n{\"id\":2}\n", None).unwrap();
        assert_eq!(reading.drafts.len(), 1);
        assert_eq!(
            reading.notices[0].text,
            "3 of the lines could not be read as a comment and were skipped; the first is line 2"
        );
        assert!(read("{oops\n", None).is_err());
    }

    #[test]
    fn deleted_and_removed_are_states_and_not_words() {
        let text =
            "{\"id\":1,\"author\":\"[deleted]\",\"body\":\"[deleted]\"}\n{\"id\":2,\"body\":\"[removed]\"}";
        let reading = read(text, None).unwrap();
        let states: Vec<State> = reading.drafts.iter().map(|draft| draft.state).collect();
        assert_eq!(states, [State::DeletedByAuthor, State::RemovedByModerator]);
        assert_eq!((reading.drafts[0].author.as_deref(), reading.drafts[0].body.text()), (None, ""));
    }

    #[test]
    fn times_are_read_as_they_come() {
        for time in ["1600000000", "1600000000.5", "\"1600000000\"", "\"2020-09-13T12:26:40Z\""] {
            let reading = read(&format!("{{\"id\":1,\"created\":{time},\"body\":\"\"}}"), None).unwrap();
            assert_eq!(reading.drafts[0].written_at.map(Time::unix), Some(1_600_000_000), "{time}");
        }
    }

    #[test]
    fn the_moment_in_utc_goes_before_the_shifted_one() {
        let text = "{\"id\":1,\"created\":1600028800,\"created_utc\":1600000000,\"body\":\"\"}";
        assert_eq!(read(text, None).unwrap().drafts[0].written_at.map(Time::unix), Some(1_600_000_000));
        let text = "{\"id\":1,\"created\":1600000000,\"created_utc\":null,\"body\":\"\"}";
        assert_eq!(read(text, None).unwrap().drafts[0].written_at.map(Time::unix), Some(1_600_000_000));
    }

    #[test]
    fn a_submission_of_a_dump_shows_its_title_and_what_it_shares() {
        let line = |url: &str| {
            format!("{{\"id\":\"a1\",\"title\":\"Numbers &amp; pages\",\"selftext\":\"\",\"url\":\"{url}\"}}")
        };
        let reading = read(&line("https://b.example/?a=1&amp;b=2"), None).unwrap();
        assert_eq!(reading.title.as_deref(), Some("Numbers & pages"));
        assert_eq!(reading.drafts[0].body.text(), "https://b.example/?a=1&b=2");
        let own = read(&line("https://www.reddit.com/r/x/comments/a1/numbers/"), None).unwrap();
        assert_eq!(own.drafts[0].body.text(), "");
    }
}
