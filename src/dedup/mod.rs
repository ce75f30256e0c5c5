//! Finds posts that say again what an earlier one said. Annotates; never deletes.
//!
//! Four rules, strictest first, each of them decided on the real words of both posts:
//!
//! - *exact*: the same text after NFKC, case folding, folded white space and plain quotation marks;
//! - *quoted*: the whole of another post as a quotation with at most four words of one's own;
//! - *near*: the same words, or all but a few of them; short posts must have the very same words;
//! - *part*: a passage of one post's own prose inside another's; listed, but it merges nothing.
//!
//! Hashes only propose pairs, in time linear in the text; `near` and `parts` say how.
//!
//! Why words here are finer than in `words`: a copy may write "well known" for "well-known" and
//! scripts without spaces have no other unit than the character.

mod fold;
mod groups;
mod near;
mod parts;
mod read;
mod same;
mod sketch;

use crate::thread::{Duplicates, Thread};

/// The repeats of a thread: exact, quoted and near ones grouped, shared passages listed.
///
/// Posts whose words are gone and posts without text repeat nothing.
pub fn find(thread: &Thread) -> Duplicates {
    let posts = thread.posts();
    let mut groups = groups::Groups::new(posts.len());
    let texts = same::join(posts, &mut groups);
    near::join(posts, &texts, &mut groups);
    let parts = parts::list(posts, &texts, &groups);
    Duplicates::new(posts, groups.finish(posts), parts)
}

#[cfg(test)]
mod tests;
