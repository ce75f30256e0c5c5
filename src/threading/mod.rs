//! Finds reply links that the platform does not declare: quotations, mentions, and for flat text what the
//! words and the order tell.
//!
//! Every link says how it is known. Declared links are never touched, and "unknown" is better than a wild
//! guess: of replies hidden in a chronological page without quotations, no known method finds even a third.

mod evidence;
mod flat;
mod quotations;

pub use flat::bare_quotations;

use std::collections::{BTreeMap, HashMap};

use crate::thread::{AuthorId, Duplicates, KnownBy, Notice, NoticeKind, PostId, Thread};

/// Resolves quotations and mentions, and infers the parents of a thread that declares none.
pub fn link(thread: &mut Thread, duplicates: &Duplicates) {
    let flat = thread.is_flat();
    for found in quotations::find(thread) {
        thread.resolve_quote(found.post, found.block, found.of);
    }
    by_quotation(thread);
    by_mention(thread);
    if flat {
        for (quotation, of) in flat::bare_quotations(thread, duplicates) {
            thread.infer_reply(quotation, of, KnownBy::Quoted);
        }
        let inferred = flat::infer(thread, duplicates);
        let count = inferred.len();
        for (post, to, known_by) in inferred {
            thread.infer_reply(post, to, known_by);
        }
        let linked = thread.posts().iter().filter(|post| post.reply_to.is_some()).count();
        let words = format!(
            "the source does not say who answers whom: {linked} of {} reply links were worked out ({count} from \
             words and order alone), the rest are unknown",
            thread.posts().len() - 1
        );
        thread.notices.push(Notice::new(NoticeKind::InferredReplies, words));
    }
}

/// A post without a parent answers the first post that it quotes.
fn by_quotation(thread: &mut Thread) {
    let links: Vec<(PostId, PostId)> = thread
        .posts()
        .iter()
        .filter(|post| post.reply_to.is_none() && post.id != PostId::ROOT)
        .filter_map(|post| {
            let of = post
                .body
                .quotes()
                .filter(|(_, quote, _)| quote.depth == 1)
                .find_map(|(_, quote, _)| quote.of)?;
            Some((post.id, of))
        })
        .collect();
    for (post, to) in links {
        thread.infer_reply(post, to, KnownBy::Quoted);
    }
}

/// A post without a parent that begins with `@name` answers the last post before it by that author.
fn by_mention(thread: &mut Thread) {
    let ids: BTreeMap<usize, AuthorId> =
        thread.posts().iter().filter_map(|post| post.author).map(|id| (id.index(), id)).collect();
    let named = |(index, id): (usize, AuthorId)| Some((thread.authors().get(index)?.name.to_lowercase(), id));
    let names: HashMap<String, AuthorId> = ids.into_iter().filter_map(named).collect();
    let mut latest: HashMap<AuthorId, PostId> = HashMap::new();
    let mut links = Vec::new();
    for post in thread.posts() {
        if post.reply_to.is_none()
            && post.id != PostId::ROOT
            && let Some(author) = mentioned(post.text()).iter().find_map(|name| names.get(name))
            && let Some(&to) = latest.get(author)
        {
            links.push((post.id, to));
        }
        if let Some(author) = post.author {
            latest.insert(author, post.id);
        }
    }
    for (post, to) in links {
        thread.infer_reply(post, to, KnownBy::Mentioned);
    }
}

/// What may be the name after an `@` at the start of the post's own words, in lower case, the longest first:
/// a name on a forum may have spaces.
fn mentioned(text: &str) -> Vec<String> {
    const WORDS: usize = 4;
    let own = text.lines().find(|line| !line.starts_with("> "));
    let Some(rest) = own.and_then(|line| line.strip_prefix('@')) else { return Vec::new() };
    let mut names = Vec::new();
    let mut name = String::new();
    for word in rest.split(' ').take(WORDS) {
        if !name.is_empty() {
            name.push(' ');
        }
        let end =
            word.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.')).unwrap_or(word.len());
        name.push_str(&word[..end].to_lowercase());
        names.push(name.trim_end_matches(['.', '-', ' ']).to_owned());
        if end < word.len() {
            break;
        }
    }
    names.retain(|name| !name.is_empty());
    names.reverse();
    names
}
