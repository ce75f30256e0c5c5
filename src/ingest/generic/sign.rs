//! What names and words tell of an element, in any software and in the languages most forums are in.
//!
//! A sign is evidence and no more: it is counted over all members of a group before anything is believed.

use std::collections::HashMap;

use scraper::node::Element;

use super::labels::{AUTHOR, AUTHOR_WHOLE, BODY, BODY_WHOLE, CHROME, NOISE, NOISE_WHOLE, POSTS};
use crate::ingest::html::attribute;

/// What each class attribute of a page says, and whether it is that of a post itself.
pub(super) type Known = HashMap<Box<str>, (Signs, bool)>;

/// What the names of an element say that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Signs(u16);

impl Signs {
    /// The words of a post.
    pub(super) const BODY: Signs = Signs(1);
    /// Who wrote.
    pub(super) const AUTHOR: Signs = Signs(1 << 1);
    /// When.
    pub(super) const TIME: Signs = Signs(1 << 2);
    /// A post.
    pub(super) const POST: Signs = Signs(1 << 3);
    /// A comment under something.
    pub(super) const COMMENT: Signs = Signs(1 << 4);
    /// Somebody else's words.
    pub(super) const QUOTE: Signs = Signs(1 << 5);
    /// Belongs to a post, but is not what its author says in it: profile, signature, buttons, reactions.
    pub(super) const NOISE: Signs = Signs(1 << 6);
    /// Belongs to the page and not to a thread: navigation, side columns.
    pub(super) const CHROME: Signs = Signs(1 << 7);
    /// A note that the post was edited.
    pub(super) const EDITED: Signs = Signs(1 << 8);
    /// Is not shown.
    pub(super) const HIDDEN: Signs = Signs(1 << 9);
    /// The words of a signature.
    pub(super) const SIGNATURE: Signs = Signs(1 << 10);

    pub(super) fn has(self, other: Signs) -> bool {
        self.0 & other.0 != 0
    }

    fn add(&mut self, other: Signs) {
        self.0 |= other.0;
    }

    /// Reads the names of one of many elements; `known` keeps what classes said, for a page has few and
    /// repeats them.
    pub(super) fn of_one(element: &Element, known: &mut Known) -> Self {
        let mut signs = Self::default();
        match element.name() {
            "nav" | "footer" => signs.add(Self::CHROME),
            "time" | "relative-time" => signs.add(Self::TIME),
            "button" | "select" | "textarea" | "label" => signs.add(Self::NOISE),
            "blockquote" => signs.add(Self::QUOTE),
            _ => {}
        }
        for (name, value) in element.attrs() {
            match name {
                "class" | "id" => {
                    let (said, is_post) = match name {
                        "class" => Self::of_class(value, known),
                        _ => Self::of_names(value, true),
                    };
                    signs.add(said);
                    // `post has-profile` is a post that has a profile.
                    if is_post {
                        signs.0 &= !(Self::NOISE.0 | Self::EDITED.0 | Self::QUOTE.0 | Self::CHROME.0);
                    }
                }
                // A preview of the post that is answered.
                "component" if value.starts_with("post/parent") => signs.add(Self::QUOTE),
                "itemprop" => match value {
                    "text" | "articleBody" | "commentText" | "reviewBody" => signs.add(Self::BODY),
                    "author" | "creator" => signs.add(Self::AUTHOR),
                    "dateCreated" | "datePublished" => signs.add(Self::TIME),
                    _ => {}
                },
                "role" if matches!(value, "navigation" | "contentinfo" | "complementary") => {
                    signs.add(Self::CHROME);
                }
                "rel" if value.contains("author") => signs.add(Self::AUTHOR),
                "hidden" => signs.add(Self::HIDDEN),
                "style" if is_hidden(value) => signs.add(Self::HIDDEN),
                _ => {}
            }
        }
        // Some software wraps whole posts in these.
        let quotes =
            || attribute(element, "class").is_some_and(|class| class.to_ascii_lowercase().contains("quote"));
        if element.name() == "blockquote" && signs.has(Self::BODY) && !quotes() {
            signs.0 &= !Self::QUOTE.0;
        }
        signs
    }

    /// What a class attribute says; each is taken apart once.
    fn of_class(class: &str, known: &mut Known) -> (Self, bool) {
        if let Some(said) = known.get(class) {
            return *said;
        }
        let said = Self::of_names(class, false);
        known.insert(class.into(), said);
        said
    }

    /// What these classes or ids say, and whether one of them is that of a post itself.
    fn of_names(names: &str, are_ids: bool) -> (Self, bool) {
        let (mut signs, mut is_post) = (Self::default(), false);
        for token in names.split_ascii_whitespace().take(TOKENS) {
            signs.token(token, are_ids);
            is_post |= POSTS.contains(&token.to_ascii_lowercase().as_str());
        }
        (signs, is_post)
    }

    /// Reads one class or id, whole and in its parts: `post-userInfo` is `post`, `user`, `info`.
    fn token(&mut self, token: &str, is_id: bool) {
        if token.len() > 60 {
            return;
        }
        let lower = token.to_ascii_lowercase();
        if CHROME.contains(&lower.as_str()) {
            self.add(Self::CHROME);
        }
        let mut parts: [&str; PARTS] = [""; PARTS];
        let mut count = 0;
        for part in split_words(token) {
            if count < PARTS {
                parts[count] = part;
                count += 1;
            }
        }
        let lowered: Vec<String> = parts[..count].iter().map(|part| part.to_ascii_lowercase()).collect();
        let has = |list: &[&str]| lowered.iter().any(|part| list.contains(&part.as_str()));
        let whole = |list: &[&str]| list.contains(&lower.as_str());
        if !is_id && (has(NOISE) || whole(NOISE_WHOLE)) {
            self.add(Self::NOISE);
        }
        if has(&["signature", "sig"]) || whole(&["postsignature", "post_sig", "usersig"]) {
            self.add(Self::SIGNATURE);
            self.add(Self::NOISE);
        }
        let acts = has(&[
            "js", "select", "multi", "button", "btn", "link", "reply", "action", "to", "quick", "control",
            "add", "can", "count", "target",
        ]);
        if !is_id
            && !acts
            && has(&[
                "edited",
                "edit",
                "lastedit",
                "modified",
                "editnote",
                "postedit",
                "editedby",
                "editby",
                "lastedited",
            ])
        {
            self.add(Self::EDITED);
            self.add(Self::NOISE);
        }
        if lower == "bbc-block"
            || !acts
                && !is_id
                && lowered
                    .iter()
                    .any(|part| part.contains("quote") || part == "quotation" || part == "citation")
        {
            self.add(Self::QUOTE);
        }
        if has(BODY) || whole(BODY_WHOLE) {
            self.add(Self::BODY);
        }
        if has(AUTHOR) || whole(AUTHOR_WHOLE) {
            self.add(Self::AUTHOR);
        }
        if has(&["time", "date", "datetime", "timestamp", "timeago", "posted", "when", "ago", "age"])
            || whole(&["postdate", "posttime", "post_date"])
        {
            self.add(Self::TIME);
        }
        if has(&["post", "message", "msg", "reply", "answer", "entry", "postbit", "topic"]) {
            self.add(Self::POST);
        }
        if has(&["comment", "comments", "commentlist", "kommentar", "commentaire", "comentario"]) {
            self.add(Self::COMMENT);
        }
    }
}

/// Classes of an element that are read, and parts of one.
const TOKENS: usize = 12;
const PARTS: usize = 8;

/// The words that a name is made of: at what is no letter, and before a capital after a small letter.
fn split_words(token: &str) -> impl Iterator<Item = &str> {
    let mut rest = token;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
        if rest.is_empty() {
            return None;
        }
        let bytes = rest.as_bytes();
        let ends = |at: usize| {
            !bytes[at].is_ascii_alphabetic()
                || bytes[at].is_ascii_uppercase() && bytes[at - 1].is_ascii_lowercase()
        };
        let end = (1..bytes.len()).find(|&at| ends(at)).unwrap_or(bytes.len());
        let (word, later) = rest.split_at_checked(end)?;
        rest = later;
        Some(word)
    })
}

/// Whether this style hides.
fn is_hidden(style: &str) -> bool {
    style.split(';').any(|rule| {
        rule.split_once(':').is_some_and(|(name, value)| {
            name.trim().eq_ignore_ascii_case("display") && value.trim().eq_ignore_ascii_case("none")
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_classes_are_taken_apart() {
        let words: Vec<&str> = split_words("post-userInfo__bigName2x").collect();
        assert_eq!(words, ["post", "user", "Info", "big", "Name", "x"]);
    }
}
