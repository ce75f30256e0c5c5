//! Comments that answer an earlier comment by its author's name, as they do where replies do not nest.
//!
//! A name counts only where the same post has an earlier comment by that author; any other `@word` is a word.

use std::collections::HashMap;

use crate::thread::{Draft, Parent};

/// Comments of one post that are looked at for a name.
const LOOK_BACK: usize = 200;

/// Words that may stand before the name: "Thanks @ann", "Hi, @ann".
const WORDS_BEFORE: usize = 2;

/// How a site writes names after the `@`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// As they are.
    Whole,
    /// Without spaces, and the first three characters are enough.
    Squeezed,
}

/// Turns the parent of each comment that names an earlier commenter of the same post into that comment.
///
/// `is_comment` tells which drafts are comments; they stand in the order in which they were written.
pub(super) fn resolve(drafts: &mut [Draft], names: Names, is_comment: impl Fn(&Draft) -> bool) {
    let mut under: HashMap<String, Vec<(String, usize)>> = HashMap::new();
    let mut found: Vec<(usize, String)> = Vec::new();
    for (at, draft) in drafts.iter().enumerate().filter(|(_, draft)| is_comment(draft)) {
        let place = match &draft.parent {
            Parent::Post(key) => key.clone(),
            Parent::Root => String::new(),
            _ => continue,
        };
        let earlier = under.entry(place).or_default();
        let own = draft.author.as_deref().map(squeezed);
        if let Some(named) = mentioned(draft.body.text()) {
            let others =
                || earlier.iter().rev().take(LOOK_BACK).filter(|(author, _)| Some(author) != own.as_ref());
            let whole = others().find(|(author, _)| *author == named);
            let begun = || {
                let long = names == Names::Squeezed && named.chars().count() >= 3;
                others().find(|(author, _)| long && author.starts_with(&named))
            };
            if let Some((_, to)) = whole.or_else(begun) {
                found.push((at, drafts[*to].key.clone()));
            }
        }
        earlier.extend(own.map(|author| (author, at)));
    }
    for (at, key) in found {
        drafts[at].parent = Parent::Mentioned(key);
    }
}

/// The name in lower case and without white space.
fn squeezed(name: &str) -> String {
    name.split_whitespace().flat_map(|word| word.chars().flat_map(char::to_lowercase)).collect()
}

/// The name after the `@` at the start of the author's own words.
fn mentioned(text: &str) -> Option<String> {
    let own = text.lines().find(|line| !line.starts_with("> "))?;
    let words = own.split_whitespace().take(WORDS_BEFORE + 1);
    let named = words.filter_map(|word| word.trim_start_matches(['(', '"', ',']).strip_prefix('@')).next()?;
    let end = named.find([',', ':', ';', '!', '?', '(', ')', '\u{2019}', '\'', '"']).unwrap_or(named.len());
    let name = squeezed(named.get(..end)?.trim_end_matches(['.', '-', '\u{2013}', '\u{2014}']));
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::thread::Body;

    fn comment(key: &str, author: &str, post: &str, text: &str) -> Draft {
        Draft {
            author: Some(author.to_owned()),
            body: Body::from_plain(text),
            ..Draft::new(key, Parent::Post(post.to_owned()))
        }
    }

    #[test]
    fn a_name_points_at_the_last_comment_of_that_author_under_the_same_post() {
        let mut drafts = vec![
            comment("1", "Ann Lee", "p", "one"),
            comment("2", "Bob", "p", "@AnnLee, two"),
            comment("3", "Ann Lee", "p", "@bob: three"),
            comment("4", "Bob", "p", "Thanks @Ann. Four"),
            comment("5", "Bob", "q", "@AnnLee elsewhere"),
            comment("6", "Bob", "p", "@property is a decorator"),
            comment("7", "Bob", "p", "in the end one asks what @AnnLee said"),
        ];
        resolve(&mut drafts, Names::Squeezed, |_| true);
        let parents: Vec<Parent> = drafts.into_iter().map(|draft| draft.parent).collect();
        let named = |key: &str| Parent::Mentioned(key.to_owned());
        assert_eq!(parents[1..4], [named("1"), named("2"), named("3")]);
        assert_eq!(parents[4], Parent::Post("q".to_owned()));
        assert!(parents[5..].iter().all(|parent| *parent == Parent::Post("p".to_owned())));
    }

    #[test]
    fn where_names_are_whole_a_part_is_no_name() {
        let mut drafts = vec![comment("1", "annlee", "p", "one"), comment("2", "bob", "p", "@ann two")];
        resolve(&mut drafts, Names::Whole, |_| true);
        assert_eq!(drafts[1].parent, Parent::Post("p".to_owned()));
    }
}
