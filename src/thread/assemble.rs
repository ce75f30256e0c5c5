//! The door through which posts become a thread: ids, order, stubs, cycles.
//!
//! Platform readers hand in [`Draft`]s in the order of the page, with parents named by key. Here every
//! parent comes to stand before its children, absent parents become stubs, circles are cut, and each of
//! these is noticed. Nothing is dropped silently and nothing recurses.

use std::collections::HashMap;

use url::Url;

use super::{
    Author, AuthorId, Body, KnownBy, Notice, NoticeKind, Post, PostId, ReplyTo, Side, State, Thread, Time,
};
use crate::error::{Error, Result};

/// A post as a platform reader found it.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Unique within the thread; equals the native id unless the platform reuses ids for posts and comments.
    pub key: String,
    /// The platform's own id, verbatim.
    pub native_id: String,
    /// What it answers.
    pub parent: Parent,
    /// The side it takes towards that, where the source says so.
    pub side: Option<Side>,
    /// Keys of further posts it answers.
    pub also: Vec<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// When.
    pub written_at: Option<Time>,
    /// When last edited.
    pub edited_at: Option<Time>,
    /// Its address.
    pub permalink: Option<String>,
    /// Its votes.
    pub votes: Option<i64>,
    /// Whether the words are still there.
    pub state: State,
    /// The words.
    pub body: Body,
}

/// What a draft answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parent {
    /// It opens the thread.
    Opening,
    /// It answers the opening post.
    Root,
    /// It answers the post with this key.
    Post(String),
    /// It quotes the post with this key, as the markup of the quotation says.
    Quoted(String),
    /// It names the author of the post with this key, where the platform answers people by name.
    Mentioned(String),
    /// The source does not say.
    Unknown,
}

impl Draft {
    /// A present, empty post that is known by nothing but its key.
    pub fn new(key: impl Into<String>, parent: Parent) -> Self {
        let key = key.into();
        Self {
            native_id: key.clone(),
            key,
            parent,
            side: None,
            also: Vec::new(),
            author: None,
            written_at: None,
            edited_at: None,
            permalink: None,
            votes: None,
            state: State::Present,
            body: Body::default(),
        }
    }
}

/// Everything that was read of one thread.
#[derive(Debug, Clone, Default)]
pub struct Gathered {
    /// The title; empty when unknown.
    pub title: String,
    /// The thread's address.
    pub url: Option<Url>,
    /// The platform's short name.
    pub platform: &'static str,
    /// When the first page was fetched.
    pub fetched_at: Option<Time>,
    /// How many posts the source says there are, the root counted in.
    pub declared: Option<u32>,
    /// The posts in the order of the page; later drafts with a known key fill gaps of the earlier one.
    pub drafts: Vec<Draft>,
    /// Notices so far.
    pub notices: Vec<Notice>,
}

impl Thread {
    /// Makes a thread of what was read. Fails only when there is no post at all.
    pub fn assemble(gathered: Gathered) -> Result<Thread> {
        let mut notices = gathered.notices;
        let mut drafts = merge(gathered.drafts);
        if drafts.is_empty() {
            return Err(Error::Unrecognised {
                what: gathered.url.map_or_else(|| "the source".to_owned(), |url| url.to_string()),
                reason: "it holds no post".to_owned(),
            });
        }
        let opening = drafts.iter().position(|draft| draft.parent == Parent::Opening);
        if opening.is_some_and(|at| drafts[at].state == State::Missing) {
            let words = "the post that opens the thread is not in the source; a stub keeps its place";
            notices.push(Notice::new(NoticeKind::MissingParent, words));
        }
        let stubs = add_stubs(&mut drafts);
        if stubs > 0 {
            notices.push(Notice::new(NoticeKind::MissingParent, missing_words(stubs)));
        }
        let opening = drafts.iter().position(|draft| draft.parent == Parent::Opening);
        let mut links = Links::new(&drafts, opening);
        let cut = links.cut_cycles();
        if cut > 0 {
            let words = format!("{cut} reply links ran in a circle and were cut; those posts show no parent");
            notices.push(Notice::new(NoticeKind::Cycle, words));
        }
        let order = links.parents_first(opening);
        let (posts, authors) = number(drafts, &order, &links);
        Ok(Thread {
            title: gathered.title,
            url: gathered.url,
            platform: gathered.platform,
            fetched_at: gathered.fetched_at,
            declared: gathered.declared,
            notices,
            posts,
            authors,
        })
    }
}

fn missing_words(stubs: usize) -> String {
    match stubs {
        1 => "1 post that others answer is not in the source; a stub keeps its place".to_owned(),
        n => format!("{n} posts that others answer are not in the source; stubs keep their places"),
    }
}

/// One draft for each key: the first stays, later ones fill what it lacks.
fn merge(drafts: Vec<Draft>) -> Vec<Draft> {
    let mut merged: Vec<Draft> = Vec::with_capacity(drafts.len());
    let mut seen: HashMap<String, usize> = HashMap::with_capacity(drafts.len());
    for draft in drafts {
        let Some(&at) = seen.get(&draft.key) else {
            seen.insert(draft.key.clone(), merged.len());
            merged.push(draft);
            continue;
        };
        let kept = &mut merged[at];
        if kept.state == State::Missing && draft.state != State::Missing {
            let parent = std::mem::replace(&mut kept.parent, draft.parent.clone());
            *kept = Draft { parent: prefer(draft.parent, parent), ..draft };
            continue;
        }
        kept.parent = prefer(kept.parent.clone(), draft.parent);
        if kept.body.text().is_empty() && kept.state == draft.state {
            kept.body = draft.body;
        }
        kept.side = kept.side.or(draft.side);
        if kept.also.is_empty() {
            kept.also = draft.also;
        }
        kept.author = kept.author.take().or(draft.author);
        kept.written_at = kept.written_at.or(draft.written_at);
        kept.edited_at = kept.edited_at.or(draft.edited_at);
        kept.permalink = kept.permalink.take().or(draft.permalink);
        kept.votes = kept.votes.or(draft.votes);
    }
    merged
}

/// The more telling of two parents; the first where both say as much.
fn prefer(first: Parent, second: Parent) -> Parent {
    let rank = |parent: &Parent| match parent {
        Parent::Opening => 5,
        // A reader that resolves names does so to tell more than the place under which a post stands.
        Parent::Mentioned(_) => 4,
        Parent::Post(_) => 3,
        Parent::Quoted(_) => 2,
        Parent::Root => 1,
        Parent::Unknown => 0,
    };
    if rank(&second) > rank(&first) { second } else { first }
}

/// Puts a stub before the first child of each absent parent; returns how many there are.
fn add_stubs(drafts: &mut Vec<Draft>) -> usize {
    let mut known: HashMap<&str, ()> = drafts.iter().map(|draft| (draft.key.as_str(), ())).collect();
    let mut absent: Vec<(usize, String)> = Vec::new();
    for (index, draft) in drafts.iter().enumerate() {
        if let Parent::Post(key) | Parent::Quoted(key) | Parent::Mentioned(key) = &draft.parent
            && known.insert(key, ()).is_none()
        {
            absent.push((index, key.clone()));
        }
    }
    drop(known);
    if absent.is_empty() {
        return 0;
    }
    let count = absent.len();
    let mut absent = absent.into_iter().peekable();
    let mut with_stubs = Vec::with_capacity(drafts.len() + count);
    for (index, draft) in std::mem::take(drafts).into_iter().enumerate() {
        while let Some((_, key)) = absent.next_if(|(before, _)| *before == index) {
            with_stubs.push(stub(key, &draft));
        }
        with_stubs.push(draft);
    }
    *drafts = with_stubs;
    count
}

/// A stub for an absent parent; its native id is its key less whatever `child` has before its own native id.
fn stub(key: String, child: &Draft) -> Draft {
    let kind = child.key.strip_suffix(&child.native_id).unwrap_or_default();
    // Where posts and comments number apart, the kinds differ and are as long.
    let native_id = key.strip_prefix(kind).or_else(|| key.get(kind.len()..)).unwrap_or(&key).to_owned();
    Draft { native_id, state: State::Missing, ..Draft::new(key, Parent::Unknown) }
}

/// Parents as indices into the drafts.
struct Links {
    parent: Vec<Option<usize>>,
    also: Vec<Vec<usize>>,
}

impl Links {
    fn new(drafts: &[Draft], opening: Option<usize>) -> Self {
        let index: HashMap<&str, usize> =
            drafts.iter().enumerate().map(|(at, draft)| (draft.key.as_str(), at)).collect();
        let root = opening.unwrap_or(0);
        let parent = drafts.iter().enumerate().map(|(at, draft)| match &draft.parent {
            Parent::Opening | Parent::Unknown => None,
            Parent::Root => Some(root).filter(|&root| root != at),
            Parent::Post(key) | Parent::Quoted(key) | Parent::Mentioned(key) => {
                index.get(key.as_str()).copied().filter(|&to| to != at)
            }
        });
        let also = drafts.iter().enumerate().map(|(at, draft)| {
            draft
                .also
                .iter()
                .filter_map(|key| index.get(key.as_str()).copied())
                .filter(|&to| to != at)
                .collect()
        });
        Self { parent: parent.collect(), also: also.collect() }
    }

    /// Cuts one link of every circle; returns how many.
    fn cut_cycles(&mut self) -> usize {
        let mut done = vec![0usize; self.parent.len()];
        let mut cut = 0;
        for start in 0..self.parent.len() {
            let walk = start + 1;
            let mut at = start;
            loop {
                if done[at] == walk {
                    self.parent[at] = None;
                    cut += 1;
                    break;
                }
                if done[at] != 0 {
                    break;
                }
                done[at] = walk;
                match self.parent[at] {
                    Some(next) => at = next,
                    None => break,
                }
            }
        }
        cut
    }

    /// Source order, but every parent before its children and the opening first.
    fn parents_first(&self, opening: Option<usize>) -> Vec<usize> {
        let mut placed = vec![false; self.parent.len()];
        let mut order = Vec::with_capacity(self.parent.len());
        let mut chain = Vec::new();
        for start in opening.into_iter().chain(0..self.parent.len()) {
            let mut at = Some(start);
            while let Some(index) = at.filter(|&index| !placed[index]) {
                placed[index] = true;
                chain.push(index);
                at = self.parent[index];
            }
            order.extend(chain.drain(..).rev());
        }
        order
    }
}

/// Hands out ids in the final order and resolves what refers to them.
fn number(drafts: Vec<Draft>, order: &[usize], links: &Links) -> (Vec<Post>, Vec<Author>) {
    let mut place = vec![0u32; drafts.len()];
    for (id, &index) in order.iter().enumerate() {
        place[index] = id as u32;
    }
    let native: HashMap<String, PostId> = drafts
        .iter()
        .enumerate()
        .flat_map(|(at, draft)| [(draft.native_id.clone(), at), (draft.key.clone(), at)])
        .map(|(name, at)| (name, PostId::new(place[at])))
        .collect();
    let mut drafts: Vec<Option<Draft>> = drafts.into_iter().map(Some).collect();
    let mut authors = Vec::new();
    let mut known: HashMap<String, AuthorId> = HashMap::new();
    let mut posts = Vec::with_capacity(order.len());
    for (id, &index) in order.iter().enumerate() {
        let Some(draft) = drafts[index].take() else { continue };
        let id = PostId::new(id as u32);
        let author = draft.author.map(|name| {
            *known.entry(name).or_insert_with_key(|name| {
                authors.push(Author { name: name.clone() });
                AuthorId::new(authors.len() as u32 - 1)
            })
        });
        let known_by = match &draft.parent {
            Parent::Quoted(_) => KnownBy::Quoted,
            Parent::Mentioned(_) => KnownBy::Mentioned,
            Parent::Opening | Parent::Root | Parent::Post(_) | Parent::Unknown => KnownBy::Declared,
        };
        let mut body = draft.body;
        body.resolve_quotes(|quote| {
            let of = native.get(quote.native_id.as_deref()?)?;
            (*of != id).then_some(*of)
        });
        posts.push(Post {
            id,
            native_id: draft.native_id,
            author,
            reply_to: links.parent[index].map(|to| ReplyTo { post: PostId::new(place[to]), known_by }),
            side: draft.side.filter(|_| links.parent[index].is_some()),
            also_replies_to: links.also[index].iter().map(|&to| PostId::new(place[to])).collect(),
            written_at: draft.written_at,
            edited_at: draft.edited_at,
            permalink: draft.permalink,
            votes: draft.votes,
            state: draft.state,
            body,
        });
    }
    (posts, authors)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thread(drafts: Vec<Draft>) -> Thread {
        Thread::assemble(Gathered { drafts, platform: "test", ..Gathered::default() }).unwrap()
    }

    fn post(key: &str) -> Parent {
        Parent::Post(key.to_owned())
    }

    #[test]
    fn parents_come_first_whatever_the_page_order() {
        let thread = thread(vec![
            Draft::new("c", post("b")),
            Draft::new("b", post("a")),
            Draft::new("a", Parent::Opening),
        ]);
        let ids: Vec<&str> = thread.posts().iter().map(|post| post.native_id.as_str()).collect();
        assert_eq!(ids, ["a", "b", "c"]);
        assert_eq!(thread.posts()[2].reply_to.unwrap().post.index(), 1);
    }

    #[test]
    fn a_circle_is_cut_and_noticed() {
        let thread = thread(vec![Draft::new("a", post("b")), Draft::new("b", post("a"))]);
        assert_eq!(thread.posts().iter().filter(|post| post.reply_to.is_some()).count(), 1);
        assert_eq!(thread.notices[0].kind, NoticeKind::Cycle);
    }

    #[test]
    fn an_absent_parent_becomes_a_stub_that_is_not_counted_as_read() {
        let thread = thread(vec![Draft::new("a", Parent::Opening), Draft::new("c", post("gone"))]);
        assert_eq!(thread.posts().len(), 3);
        assert_eq!(thread.read(), 2);
        assert_eq!(thread.posts()[1].state, State::Missing);
        assert_eq!(thread.posts()[2].reply_to.unwrap().post.index(), 1);
    }

    #[test]
    fn a_stub_is_known_by_the_platforms_own_id() {
        let reply = Draft { native_id: "abc".to_owned(), ..Draft::new("t1_abc", post("t1_gone")) };
        assert_eq!(thread(vec![reply]).posts()[0].native_id, "gone");
    }

    #[test]
    fn a_long_chain_does_not_overflow() {
        let drafts = (0..200_000).rev().map(|n: u32| {
            let parent = n.checked_sub(1).map_or(Parent::Opening, |before| post(&before.to_string()));
            Draft::new(n.to_string(), parent)
        });
        let thread = thread(drafts.collect());
        assert_eq!(thread.depths().last(), Some(&199_999));
    }
}
