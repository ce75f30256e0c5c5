//! Sorting messages into threads, and picking one.
//!
//! What a message refers to puts it into a thread, whether the mailbox holds it or not. A subject does only
//! when it says that it answers and nothing else is known, and then it gives no parent: that is left to
//! quotations, or unknown.

use std::collections::HashMap;

use super::headers::Headers;
use super::subject;
use crate::error::{Error, Result};
use crate::ingest::Document;
use crate::thread::{Draft, Notice, NoticeKind, Parent, State};

/// Seconds after which an equal subject is another conversation.
const SUBJECT_LASTS: i64 = 60 * 24 * 3600;

/// Threads that are listed at most.
const MOST_LISTED: usize = 300;

/// All messages of a mailbox and the threads that they form.
pub(super) struct Threads {
    mails: Vec<Headers>,
    /// The key of each message.
    keys: Vec<String>,
    /// Where the message with this key stands.
    at: HashMap<String, usize>,
    /// The threads in the order of their first messages.
    threads: Vec<Picked>,
    repeated: usize,
}

/// One thread: the places of its messages in the mailbox.
#[derive(Debug, Clone, Default)]
pub(super) struct Picked {
    pub mails: Vec<usize>,
    /// Messages that only their subject put here.
    by_subject: usize,
}

/// A thread without the words of its messages; each draft with its place in the mailbox.
pub(super) struct Skeleton {
    pub title: String,
    pub drafts: Vec<(Draft, Option<usize>)>,
    pub notices: Vec<Notice>,
}

impl Threads {
    /// Sorts the messages; `one` says that whoever made the mailbox found them to be one thread.
    pub(super) fn of(mails: Vec<Headers>, one: bool) -> Self {
        let mut keys = Vec::with_capacity(mails.len());
        let mut at: HashMap<String, usize> = HashMap::with_capacity(mails.len());
        let mut same = vec![false; mails.len()];
        let mut repeated = 0;
        for (place, mail) in mails.iter().enumerate() {
            let mut key = mail.id.clone().unwrap_or_else(|| format!("mail-{}", place + 1));
            if let Some(first) = at.get(&key).and_then(|&first| mails.get(first)) {
                // The same mail that came twice, unless a broken program uses one id for all of its mail.
                let alike = first.date == mail.date || first.subject == mail.subject;
                if alike && first.author == mail.author {
                    repeated += 1;
                    if let Some(same) = same.get_mut(place) {
                        *same = true;
                    }
                    keys.push(key);
                    continue;
                }
                key = format!("{key}#{}", place + 1);
            }
            at.insert(key.clone(), place);
            keys.push(key);
        }
        let mut threads = Self { mails, keys, at, threads: Vec::new(), repeated };
        threads.sort(&same, one);
        threads
    }

    fn sort(&mut self, same: &[bool], one: bool) {
        let mut sets = Sets::new(self.mails.len());
        let mut nodes: HashMap<&str, usize> = HashMap::new();
        for (key, &place) in &self.at {
            nodes.insert(key, place);
        }
        for (place, mail) in self.mails.iter().enumerate() {
            for id in mail.references.iter().chain(&mail.in_reply_to) {
                let node = *nodes.entry(id).or_insert_with(|| sets.add());
                sets.join(place, node);
            }
        }
        drop(nodes);
        let by_subject = self.join_by_subject(&mut sets, same);
        let mut number: HashMap<usize, usize> = HashMap::new();
        for place in (0..self.mails.len()).filter(|&place| !same.get(place).copied().unwrap_or(false)) {
            let set = if one { 0 } else { sets.find(place) };
            let at = *number.entry(set).or_insert_with(|| {
                self.threads.push(Picked::default());
                self.threads.len() - 1
            });
            if let Some(thread) = self.threads.get_mut(at) {
                thread.mails.push(place);
                thread.by_subject += usize::from(by_subject.get(place).copied().unwrap_or(false));
            }
        }
    }

    /// Joins messages that say nothing but "Re:" to the latest conversation of that subject.
    fn join_by_subject(&self, sets: &mut Sets, same: &[bool]) -> Vec<bool> {
        let mut joined = vec![false; self.mails.len()];
        let mut order: Vec<(i64, usize)> = Vec::with_capacity(self.mails.len());
        let mut last = 0;
        for (place, mail) in self.mails.iter().enumerate() {
            last = mail.date.map_or(last, |date| date.unix());
            order.push((last, place));
        }
        order.sort_unstable();
        let mut latest: HashMap<String, (i64, usize)> = HashMap::new();
        for (date, place) in order {
            let Some(mail) = self.mails.get(place).filter(|_| same.get(place) == Some(&false)) else {
                continue;
            };
            let (about, answers) = subject::common(&mail.subject);
            if about.is_empty() {
                continue;
            }
            // A reply to what the mailbox lacks keeps its stub; only its conversation is told by the subject.
            let named = || mail.references.iter().chain(&mail.in_reply_to);
            let alone = !named().any(|id| self.at.contains_key(id));
            let nameless = named().next().is_none();
            let known = latest.get(&about).copied();
            let known = known.filter(|(since, _)| date.saturating_sub(*since) <= SUBJECT_LASTS);
            match known {
                Some((_, first)) if alone && answers => {
                    sets.join(place, first);
                    latest.insert(about, (date, first));
                    if let Some(joined) = joined.get_mut(place) {
                        *joined = nameless;
                    }
                }
                // Another message of the conversation keeps its subject alive.
                Some((_, first)) if sets.find(first) == sets.find(place) => {
                    latest.insert(about, (date, first));
                }
                Some(_) if !alone => {}
                _ => drop(latest.insert(about, (date, place))),
            }
        }
        joined
    }

    /// The thread that the user wants; the only one without being asked.
    pub(super) fn pick(&self, document: &Document) -> Result<Picked> {
        let what = document.page.name.clone();
        let Some(wanted) =
            document.wanted_thread.as_deref().map(str::trim).filter(|wanted| !wanted.is_empty())
        else {
            return match self.threads.as_slice() {
                [only] => Ok(only.clone()),
                [] => Err(Error::Unrecognised { what, reason: "there is no message in it".to_owned() }),
                several => Err(Error::SeveralThreads {
                    what,
                    count: several.len(),
                    list: self.list(&(0..several.len()).collect::<Vec<_>>()),
                }),
            };
        };
        let found = self.wanted(wanted);
        match found.as_slice() {
            [one] => self.threads.get(*one).cloned().ok_or_else(|| self.unknown(wanted)),
            [] => Err(self.unknown(wanted)),
            several => Err(Error::SeveralThreads {
                what: format!("'{wanted}' fits more than one thread: {what}"),
                count: several.len(),
                list: self.list(several),
            }),
        }
    }

    fn unknown(&self, wanted: &str) -> Error {
        let known = format!("\n{}", self.list(&(0..self.threads.len()).collect::<Vec<_>>()));
        Error::Unknown { kind: "thread", given: wanted.to_owned(), known }
    }

    /// The threads that a number of the list, a Message-ID, or a part of a subject means.
    fn wanted(&self, wanted: &str) -> Vec<usize> {
        let holds = |place: usize| self.threads.iter().position(|thread| thread.mails.contains(&place));
        if let Some(&place) = self.at.get(wanted.trim_matches(['<', '>'])) {
            return holds(place).into_iter().collect();
        }
        let number = wanted.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        if let Some(number) = number.filter(|&number| number < self.threads.len()) {
            return vec![number];
        }
        let (about, _) = subject::common(wanted);
        let part = wanted.to_lowercase();
        let (mut exact, mut partly) = (Vec::new(), Vec::new());
        for (at, thread) in self.threads.iter().enumerate() {
            let subjects = || thread.mails.iter().filter_map(|&place| self.mails.get(place));
            if subjects().next().is_some_and(|mail| subject::common(&mail.subject).0 == about) {
                exact.push(at);
            }
            if subjects().any(|mail| mail.subject.to_lowercase().contains(&part)) {
                partly.push(at);
            }
        }
        if exact.is_empty() { partly } else { exact }
    }

    /// The list to pick from: number, messages, date, first author, subject.
    fn list(&self, which: &[usize]) -> String {
        let mut lines = Vec::new();
        for &at in which.iter().take(MOST_LISTED) {
            let Some(thread) = self.threads.get(at) else { continue };
            let Some(first) = thread.mails.first().and_then(|&place| self.mails.get(place)) else { continue };
            let date = first.date.map(|date| date.to_string());
            lines.push(format!(
                "{:>5}  {:>4} {}  {}  {}  {}",
                at + 1,
                thread.mails.len(),
                if thread.mails.len() == 1 { "post " } else { "posts" },
                date.as_deref().and_then(|date| date.get(..10)).unwrap_or("no date   "),
                subject::without_marks(&first.subject).0,
                first.author.as_deref().map_or(String::new(), |author| format!("({author})")),
            ));
        }
        if which.len() > MOST_LISTED {
            lines.push(format!("  ... and {} more", which.len() - MOST_LISTED));
        }
        lines.join("\n")
    }

    /// The thread's posts without their words, and stubs for those that it lacks.
    pub(super) fn reading(&self, picked: &Picked) -> Skeleton {
        let mut tree = Tree {
            threads: self,
            drafts: Vec::with_capacity(picked.mails.len()),
            stubs: Vec::new(),
            stub_at: HashMap::new(),
        };
        for &place in &picked.mails {
            tree.add(place);
        }
        let mut notices = Vec::new();
        let missing = tree.settle();
        if missing > 0 {
            let text = match missing {
                1 => "1 post that others answer is not in the mailbox; a stub keeps its place".to_owned(),
                n => format!("{n} posts that others answer are not in the mailbox; stubs keep their places"),
            };
            notices.push(Notice::new(NoticeKind::MissingParent, text));
        }
        if picked.by_subject > 0 {
            let text = format!(
                "{} of the posts were put into this thread by their subject alone; what they answer is known \
                 only where they quote it",
                picked.by_subject
            );
            notices.push(Notice::new(NoticeKind::Guessed, text));
        }
        if self.repeated > 0 {
            let text =
                format!("{} messages of the mailbox are there twice and were read once", self.repeated);
            notices.push(Notice::new(NoticeKind::Unreadable, text));
        }
        let opening = tree.drafts.iter().find(|(draft, _)| draft.parent == Parent::Opening);
        let of = opening.and_then(|(_, place)| *place).or(picked.mails.first().copied());
        let title = of
            .and_then(|place| self.mails.get(place))
            .map_or("", |mail| subject::without_marks(&mail.subject).0);
        Skeleton { title: title.to_owned(), drafts: tree.drafts, notices }
    }
}

/// The posts of one thread while their parents are looked up.
struct Tree<'t> {
    threads: &'t Threads,
    drafts: Vec<(Draft, Option<usize>)>,
    stubs: Vec<Draft>,
    stub_at: HashMap<String, usize>,
}

impl Tree<'_> {
    fn add(&mut self, place: usize) {
        let (Some(mail), Some(key)) = (self.threads.mails.get(place), self.threads.keys.get(place)) else {
            return;
        };
        let parent = self.parent(mail, key);
        let mut draft = Draft::new(key.clone(), parent.map_or(Parent::Unknown, Parent::Post));
        draft.author = mail.author.clone();
        draft.written_at = mail.date;
        draft.permalink = mail.archived_at.clone();
        self.drafts.push((draft, Some(place)));
    }

    /// The key of the message that this one answers; one that the mailbox lacks becomes a stub.
    ///
    /// In-Reply-To names it where it names one message alone; the last of the references does otherwise.
    fn parent(&mut self, mail: &Headers, own: &str) -> Option<String> {
        let is_other = |id: &&String| id.as_str() != own;
        let here = |id: &String| self.threads.at.contains_key(id);
        let answered: Vec<&String> = mail.in_reply_to.iter().filter(is_other).collect();
        let references: Vec<&String> = mail.references.iter().filter(is_other).collect();
        let last = references.last().copied();
        let direct = match answered.as_slice() {
            [only] if here(only) || last.is_none_or(|last| !here(last)) => Some(*only),
            _ => last.or(answered.first().copied()),
        }?;
        if !here(direct) {
            let older = references.iter().rev().skip_while(|id| **id == direct);
            let known = older.clone().find(|id| here(id)).copied();
            let first = references.first().copied().filter(|first| *first != direct);
            let above = known.or(first).cloned();
            let direct = direct.clone();
            if let Some(above) = &above
                && !self.threads.at.contains_key(above)
            {
                self.stub(above, None);
            }
            self.stub(&direct, above);
            return Some(direct);
        }
        Some(direct.clone())
    }

    fn stub(&mut self, key: &str, above: Option<String>) {
        let parent = above.map_or(Parent::Unknown, Parent::Post);
        match self.stub_at.get(key).and_then(|&at| self.stubs.get_mut(at)) {
            Some(known) if known.parent == Parent::Unknown => known.parent = parent,
            Some(_) => {}
            None => {
                self.stub_at.insert(key.to_owned(), self.stubs.len());
                self.stubs.push(Draft { state: State::Missing, ..Draft::new(key, parent) });
            }
        }
    }

    /// Puts the stubs in and finds the post that opens the thread; says how many other posts are missing.
    fn settle(&mut self) -> usize {
        let stubs = std::mem::take(&mut self.stubs);
        let mut missing = stubs.len();
        let top = |draft: &Draft| draft.parent == Parent::Unknown;
        let asks = |place: &Option<usize>| {
            let mail = place.and_then(|place| self.threads.mails.get(place));
            mail.is_some_and(|mail| !subject::common(&mail.subject).1)
        };
        let opens = self.drafts.iter().position(|(draft, place)| top(draft) && asks(place));
        let stub = stubs.iter().position(top);
        let any = self.drafts.iter().position(|(draft, _)| top(draft));
        self.drafts.splice(0..0, stubs.into_iter().map(|stub| (stub, None)));
        let shift = missing;
        let opening = match (opens, stub, any) {
            (Some(at), ..) => at + shift,
            (None, Some(at), _) => at,
            (None, None, Some(at)) => at + shift,
            // All answer each other in a circle.
            (None, None, None) => shift,
        };
        if let Some((draft, _)) = self.drafts.get_mut(opening) {
            draft.parent = Parent::Opening;
            // A missing opening is noticed for itself.
            missing -= usize::from(draft.state == State::Missing);
        }
        missing
    }
}

/// Sets that grow together (union-find).
struct Sets {
    above: Vec<usize>,
}

impl Sets {
    fn new(count: usize) -> Self {
        Self { above: (0..count).collect() }
    }

    fn add(&mut self) -> usize {
        self.above.push(self.above.len());
        self.above.len() - 1
    }

    fn up(&self, at: usize) -> usize {
        self.above.get(at).copied().unwrap_or(at)
    }

    fn find(&mut self, at: usize) -> usize {
        let mut top = at;
        while self.up(top) != top {
            // Halving the way as it is walked keeps all ways short.
            let next = self.up(self.up(top));
            if let Some(above) = self.above.get_mut(top) {
                *above = next;
            }
            top = next;
        }
        top
    }

    /// The older of the two tops stays on top, so that the outcome does not depend on the order of a map.
    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        if let Some(above) = self.above.get_mut(a.max(b)) {
            *above = a.min(b);
        }
    }
}
