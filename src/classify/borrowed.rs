//! Words of a post that its author does not claim: what the software wrote, lines in quotation marks that
//! the parent said, and signatures.
//!
//! A quotation in markup is known as one already. Here are those that people typed by hand.

use std::collections::HashMap;

use crate::thread::{AuthorId, BlockKind, Duplicates, Post, PostId, Span, State, Thread};
use crate::words;

/// The fewest words of the parent's between quotation marks that no longer meet by chance.
const WORDS: usize = 6;

/// Lines that one quotation by hand runs over at most.
const LINES: usize = 8;

/// How much of a parent is looked through for such words.
const PARENT: usize = 1 << 16;

/// Lines that a signature has at most, and bytes that each of them has.
const SIGNATURE: usize = 4;
const SIGNATURE_LINE: usize = 120;

/// What lines that a program wrote begin with, in lower case.
static BOILERPLATE: &[&str] = &[
    "this is a companion discussion topic for the original entry at",
    "this topic was automatically closed",
    "this post was automatically created by",
    "sent from my iphone",
    "sent from my ipad",
    "sent from my android",
    "-> see 1.",
];

/// What is not its author's, by post.
#[derive(Debug, Default)]
pub struct Borrowed {
    of: HashMap<PostId, Vec<Span>>,
}

impl Borrowed {
    /// What the authors of a thread do not claim themselves.
    pub fn of(thread: &Thread, duplicates: &Duplicates) -> Self {
        let mut found = Self::default();
        let mut parents = HashMap::new();
        for post in thread.posts().iter().filter(|post| post.state == State::Present) {
            for span in boilerplate(post).into_iter().chain(by_hand(thread, post, &mut parents)) {
                found.of.entry(post.id).or_default().push(span);
            }
        }
        for (post, span) in signatures(thread, duplicates) {
            found.of.entry(post).or_default().push(span);
        }
        found
    }

    /// Whether this passage of a post is among them.
    pub fn holds(&self, post: PostId, passage: Span) -> bool {
        let among = |span: &Span| span.start() <= passage.start() && passage.end() <= span.end();
        self.of.get(&post).is_some_and(|spans| spans.iter().any(among))
    }
}

/// The lines of a post's own prose with their places, trimmed, none of them empty.
fn lines(post: &Post) -> impl Iterator<Item = Span> + '_ {
    let text = post.text();
    post.body.prose().flat_map(move |block| {
        let mut at = block.start();
        block.slice(text).split('\n').filter_map(move |line| {
            let start = at + (line.len() - line.trim_start().len());
            at += line.len() + 1;
            Span::of(text, start, start + line.trim().len()).filter(|span| !span.is_empty())
        })
    })
}

/// Lines that begin as a program's do, each with an address that follows it.
fn boilerplate(post: &Post) -> Vec<Span> {
    let text = post.text();
    let mut found = Vec::new();
    let mut goes_on = false;
    for line in lines(post) {
        let words = line.slice(text);
        let begins =
            |mark: &&str| words.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark));
        let address = goes_on && words.contains("://") && !words.contains(char::is_whitespace);
        goes_on = BOILERPLATE.iter().any(begins);
        if goes_on || address {
            found.push(line);
        }
    }
    found
}

/// Whole lines in quotation marks that the parent says word for word; `parents` keeps what was read of each.
fn by_hand(thread: &Thread, post: &Post, parents: &mut HashMap<PostId, String>) -> Vec<Span> {
    let Some(parent) = post.reply_to.map(|reply| thread.post(reply.post)) else { return Vec::new() };
    let text = post.text();
    if !text.contains(is_quotation_mark) {
        return Vec::new();
    }
    let lines: Vec<Span> = lines(post).collect();
    let mut found: Vec<Span> = Vec::new();
    for (at, first) in lines.iter().enumerate() {
        let known = found.last().is_some_and(|last| last.overlaps(*first));
        if known || !first.slice(text).starts_with(is_quotation_mark) {
            continue;
        }
        let closes = |line: &&Span| closed(line.slice(text)).is_some();
        let Some(last) = lines.iter().skip(at).take(LINES).find(closes) else { continue };
        let Some(whole) = Span::of(text, first.start(), last.end()) else { continue };
        let said = words::normal(closed(whole.slice(text)).unwrap_or_default());
        let said = said.trim_matches(|c: char| !c.is_alphanumeric());
        if words::each(said).take(WORDS).count() < WORDS {
            continue;
        }
        let theirs = parents.entry(parent.id).or_insert_with(|| words::normal(beginning(parent.text())));
        if theirs.contains(said) {
            found.push(whole);
        }
    }
    found
}

/// What stands between the quotation marks at both ends of some words; a full stop may follow the latter.
fn closed(words: &str) -> Option<&str> {
    let words = words.trim_end_matches(['.', ',', ':', ';', '!', '?', ' ', '…']);
    words.strip_suffix(is_quotation_mark).map(|words| words.trim_start_matches(is_quotation_mark))
}

fn is_quotation_mark(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»')
}

fn beginning(text: &str) -> &str {
    let mut end = text.len().min(PARENT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The lines with which somebody ends most of their posts.
fn signatures(thread: &Thread, duplicates: &Duplicates) -> Vec<(PostId, Span)> {
    let mut posts: HashMap<AuthorId, u32> = HashMap::new();
    let mut times: HashMap<(AuthorId, &str), u32> = HashMap::new();
    let speaks = |post: &&Post| post.says_something() && !duplicates.is_repeat(post.id);
    let ends: Vec<(&Post, AuthorId, Vec<Span>)> = thread
        .posts()
        .iter()
        .filter(speaks)
        .filter_map(|post| Some((post, post.author?, endings(post))))
        .collect();
    for (post, author, endings) in &ends {
        *posts.entry(*author).or_default() += 1;
        for ending in endings {
            *times.entry((*author, ending.slice(post.text()))).or_default() += 1;
        }
    }
    let found = ends.iter().filter_map(|(post, author, endings)| {
        let all = posts.get(author).copied().unwrap_or_default();
        let signs = |ending: &&Span| {
            let words = ending.slice(post.text());
            let times = times.get(&(*author, words)).copied().unwrap_or_default();
            // "I agree." twice is no signature yet.
            let least = if words::each(words).take(4).count() < 4 { 3 } else { 2 };
            times >= least && 2 * times >= all
        };
        endings.iter().rev().find(signs).map(|ending| (post.id, *ending))
    });
    found.collect()
}

/// The last line of a post, its last two lines, and so on; never all that its author says.
fn endings(post: &Post) -> Vec<Span> {
    let text = post.text();
    if !post.body.blocks().last().is_some_and(|block| block.kind == BlockKind::Prose) {
        return Vec::new();
    }
    let lines: Vec<Span> = lines(post).collect();
    let Some(end) = lines.last().map(|line| line.end()) else { return Vec::new() };
    let last = lines.iter().skip(1).rev().take(SIGNATURE);
    last.take_while(|line| line.len() <= SIGNATURE_LINE)
        .filter_map(|line| Span::of(text, line.start(), end))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::thread::{Body, Draft, Gathered, Parent};

    /// What is borrowed in each post of a thread, by post.
    fn found(posts: &[(&str, &str)]) -> Vec<Vec<String>> {
        let drafts = posts.iter().enumerate().map(|(at, (author, words))| {
            let parent = if at == 0 { Parent::Opening } else { Parent::Root };
            let author = Some((*author).to_owned());
            Draft { author, body: Body::from_plain(words), ..Draft::new(at.to_string(), parent) }
        });
        let gathered = Gathered { drafts: drafts.collect(), ..Gathered::default() };
        let thread = Thread::assemble(gathered).unwrap();
        let duplicates = Duplicates::new(thread.posts(), Vec::new(), Vec::new());
        let borrowed = Borrowed::of(&thread, &duplicates);
        let words = |post: &Post| {
            let spans = borrowed.of.get(&post.id).into_iter().flatten();
            spans.map(|span| span.slice(post.text()).to_owned()).collect()
        };
        thread.posts().iter().map(words).collect()
    }

    #[test]
    fn the_parents_words_between_quotation_marks_are_not_the_quoters() {
        let found = found(&[
            ("a", "The bridge is old. It should be closed to lorries at once."),
            ("b", "“It should be closed\nto lorries at once.”\nWhy?"),
            ("b", "\"It should be opened to lorries at once.\"\nSo they say."),
            ("c", "\"closed to lorries\"\nNo."),
        ]);
        assert_eq!(found[1], ["“It should be closed\nto lorries at once.”"]);
        assert!(found[2].is_empty() && found[3].is_empty());
    }

    #[test]
    fn what_ends_most_posts_of_somebody_is_a_signature() {
        let found = found(&[
            ("a", "The bridge is old.\nAnn\nBridges last as long as people care."),
            ("b", "It is not.\nI agree."),
            ("a", "See the report.\nAnn\nBridges last as long as people care."),
            ("b", "I have.\nI agree."),
        ]);
        assert_eq!(found[0], ["Ann\nBridges last as long as people care."]);
        assert_eq!(found[0], found[2]);
        assert!(found[1].is_empty() && found[3].is_empty());
    }

    #[test]
    fn what_a_program_writes_is_nobodys_claim() {
        let found = found(&[(
            "a",
            "This is a companion discussion topic for the original entry at\nhttps://a.example/b\nIt is.",
        )]);
        assert_eq!(
            found[0],
            ["This is a companion discussion topic for the original entry at", "https://a.example/b"]
        );
    }
}
