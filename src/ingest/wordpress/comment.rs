//! One comment of a page: who, when and what, in whatever classes the theme has chosen.

use std::collections::HashMap;

use ego_tree::{NodeId, NodeRef};
use scraper::node::Element;
use scraper::{ElementRef, Node};
use url::Url;

use super::is_number;
use crate::ingest::html::{Treat, attribute, body_with, has_class};
use crate::thread::{Body, Draft, Parent, Time};

/// Classes of the element that holds the words alone; an underscore counts as a hyphen.
const WORDS: [&str; 17] = [
    "comment-content",
    "comment-text",
    "comment-txt",
    "commenttext",
    "comment-textarea",
    "commentcontent",
    "comment-entry",
    "comment-message",
    "comment-copy",
    "comment-description",
    "comment--content",
    "comment--text",
    "comment-the-content",
    "comment-body-text",
    "wpd-comment-text",
    "entry-comment",
    "comment-main-text",
];

/// Classes of what plug-ins and the engine put among the words.
const ALWAYS_ELSE: [&str; 9] = [
    "reply",
    "comment-reply",
    "comment-reply-link",
    "comment-edit-link",
    "comment-awaiting-moderation",
    "screen-reader-text",
    "children",
    "sharedaddy",
    "says",
];

/// Classes of what stands beside the words in the comment's element.
const BESIDE: [&str; 32] = [
    "vcard",
    "fn",
    "avatar",
    "comment-author",
    "comment-avatar",
    "comment-meta",
    "comment-metadata",
    "commentmetadata",
    "comment-header",
    "comment-head",
    "comment-footer",
    "comment-details",
    "comment-info",
    "comment-date",
    "comment-time",
    "comment-actions",
    "comment-tools",
    "comment-links",
    "comment-permalink",
    "comment-title",
    "comment-number",
    "comment-name",
    "comment-reply-wrap",
    "commentauthor",
    "comment-user",
    "comment-top",
    "comment-bottom",
    "reply-link",
    "edit-link",
    "wpd-comment-header",
    "wpd-comment-footer",
    "wpd-tools",
];

/// A comment as the page holds it.
pub(super) struct Comment<'a> {
    pub id: String,
    /// The comment it stands under.
    pub parent: Option<String>,
    /// The outermost elements that bear its id.
    pub elements: Vec<ElementRef<'a>>,
}

impl<'a> Comment<'a> {
    /// The comment as a draft. `marked` tells which elements belong to which comment; this one is number `at`.
    pub(super) fn into_draft(self, at: usize, marked: &HashMap<NodeId, usize>, page: Option<&Url>) -> Draft {
        let is_other = |node: NodeId| marked.get(&node).is_some_and(|&of| of != at);
        let own = self.own(&is_other);
        let content = own.iter().copied().find(|element| holds_words(element.value()));
        let is_ping = self.elements.iter().any(|element| {
            ["pingback", "trackback", "ping"].iter().any(|kind| has_class(element.value(), kind))
        });
        let parent = own.iter().find_map(|element| self.named_parent(element.value()));
        let parent = parent.or(self.parent).map_or(Parent::Root, Parent::Post);
        let mut draft = Draft::new(self.id.clone(), parent);
        draft.author = match (is_ping, content) {
            (true, _) => own.iter().copied().find(|element| is_outside(element.value())).and_then(name_of),
            (false, content) => author(&own, content),
        };
        draft.written_at = own.iter().find_map(|element| time(element.value()));
        draft.permalink = permalink(&own, &self.id, page);
        draft.votes = own.iter().find_map(|element| votes(*element));
        let wrapper =
            || own.iter().copied().find(|element| classes(element.value()).any(|c| c == "comment-body"));
        draft.body = match (content, is_ping) {
            (Some(content), _) => words(content, &is_other, false),
            (None, true) => ping_words(&self.elements, &is_other),
            (None, false) => match wrapper().or_else(|| self.elements.first().copied()) {
                Some(element) => words(element, &is_other, true),
                None => Body::default(),
            },
        };
        draft
    }

    /// The comment's elements without those of comments inside it.
    fn own(&self, is_other: &dyn Fn(NodeId) -> bool) -> Vec<ElementRef<'a>> {
        let mut own = Vec::new();
        for top in &self.elements {
            let root = top.id();
            own.push(*top);
            let mut next = top.first_child();
            while let Some(node) = next {
                let element = ElementRef::wrap(node).filter(|_| !is_other(node.id()));
                own.extend(element);
                next = node.first_child().filter(|_| element.is_some()).or_else(|| following(node, root));
            }
        }
        own
    }

    /// The comment that an "in reply to" link names.
    fn named_parent(&self, element: &Element) -> Option<String> {
        if element.name() != "a" {
            return None;
        }
        let class = attribute(element, "class").unwrap_or_default();
        let marks = ["in-reply-to", "parent-link", "comment-parent", "reply-to-link", "replied-to"];
        if !marks.iter().any(|mark| class.contains(mark)) {
            return None;
        }
        let (_, id) = attribute(element, "href")?.split_once("#comment-")?;
        (is_number(id) && id != self.id).then(|| id.to_owned())
    }
}

/// The next node that does not stand in this one.
fn following<'a>(mut node: NodeRef<'a, Node>, root: NodeId) -> Option<NodeRef<'a, Node>> {
    loop {
        if let Some(sibling) = node.next_sibling() {
            return Some(sibling);
        }
        node = node.parent().filter(|parent| parent.id() != root)?;
    }
}

/// The classes in small letters, with hyphens for underscores and without what block themes put before them.
fn classes(element: &Element) -> impl Iterator<Item = String> + '_ {
    let all = attribute(element, "class").unwrap_or_default();
    let plain = |one: &str| one.to_ascii_lowercase().replace('_', "-");
    all.split_ascii_whitespace().map(move |one| plain(one.strip_prefix("wp-block-").unwrap_or(one)))
}

fn holds_words(element: &Element) -> bool {
    let named = attribute(element, "itemprop").is_some_and(|name| name == "text" || name == "commentText");
    named || classes(element).any(|class| WORDS.contains(&class.as_str()))
}

/// The words of this element; `beside` also leaves out what themes put around them.
fn words(element: ElementRef<'_>, is_other: &dyn Fn(NodeId) -> bool, beside: bool) -> Body {
    body_with(element, &|inner| {
        let value = inner.value();
        let furniture = matches!(value.name(), "footer" | "header" | "time" | "cite" | "nav");
        let skip = is_other(inner.id())
            || (beside && furniture)
            || classes(value).any(|class| {
                ALWAYS_ELSE.contains(&class.as_str())
                    || class.contains("likes-widget")
                    || (beside && BESIDE.contains(&class.as_str()))
            });
        if skip { Treat::Skip } else { Treat::Normal }
    })
}

/// A pingback is its link and what the theme says of it.
fn ping_words(elements: &[ElementRef<'_>], is_other: &dyn Fn(NodeId) -> bool) -> Body {
    let Some(&first) = elements.first() else { return Body::default() };
    words(first, is_other, false)
}

/// Whether it is a link to another site, as the engine marks those.
fn is_outside(element: &Element) -> bool {
    let rel = attribute(element, "rel").unwrap_or_default();
    element.name() == "a" && (has_class(element, "url") || rel.contains("external"))
}

/// The author, from the most telling mark that there is.
fn author(own: &[ElementRef<'_>], content: Option<ElementRef<'_>>) -> Option<String> {
    let is_words = |element: &ElementRef<'_>| {
        content.is_some_and(|content| {
            element.id() == content.id() || element.ancestors().take(30).any(|node| node.id() == content.id())
        })
    };
    let mut best: Option<(u8, String)> = None;
    for element in own {
        let Some(rank) = author_rank(element.value()) else { continue };
        if best.as_ref().is_some_and(|(before, _)| *before <= rank) || is_words(element) {
            continue;
        }
        if let Some(name) = name_of(*element) {
            best = Some((rank, name));
        }
    }
    let named = || own.iter().find_map(|element| replied_to(element.value()));
    best.map(|(_, name)| name).or_else(named)
}

/// How telling the mark on this element is, the less the better.
fn author_rank(element: &Element) -> Option<u8> {
    if has_class(element, "fn") {
        return Some(0);
    }
    let named = |class: String| match class.as_str() {
        "comment-author-name" | "comment-author-link" | "wpd-comment-author" | "author-name" => Some(1),
        "commenter-name" | "comment-name" | "commentauthor" | "comment-authorname" => Some(1),
        "comment-author" | "commenter" | "author" | "comment-user" => Some(2),
        "comment-title" | "comment-heading" => Some(5),
        _ => None,
    };
    if let Some(rank) = classes(element).filter_map(named).min() {
        return Some(rank);
    }
    match element.name() {
        _ if attribute(element, "itemprop") == Some("author") => Some(2),
        "cite" => Some(3),
        "a" if is_outside(element) => Some(4),
        _ => None,
    }
}

/// The name in an element: its first line, less "says" and the like.
fn name_of(element: ElementRef<'_>) -> Option<String> {
    let body = body_with(element, &|inner| {
        let value = inner.value();
        let beside = ["comment-meta", "comment-metadata", "comment-date", "comment-time", "says", "avatar"];
        let skip = value.name() == "time"
            || classes(value).any(|class| beside.contains(&class.as_str()) || class == "screen-reader-text");
        if skip { Treat::Skip } else { Treat::Normal }
    });
    let line = body.text().lines().map(str::trim).find(|line| !line.is_empty())?;
    let line = line.trim_end_matches([':', ',', '|', '·', '-', '–']).trim_end();
    let bare = [" says", " said", " wrote"].iter().find_map(|verb| line.strip_suffix(verb)).unwrap_or(line);
    (!bare.trim().is_empty()).then(|| bare.trim().to_owned())
}

/// The name in the label of the reply link, which only the English words tell apart.
fn replied_to(element: &Element) -> Option<String> {
    let label = attribute(element, "data-replyto").or_else(|| attribute(element, "aria-label"))?;
    let name = label.strip_prefix("Reply to ")?.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// When it was written, where the page says so with its zone.
fn time(element: &Element) -> Option<Time> {
    let stamp = match element.name() {
        "time" => attribute(element, "datetime"),
        "abbr" => attribute(element, "title"),
        "meta" if attribute(element, "itemprop").is_some_and(|name| name.starts_with("date")) => {
            attribute(element, "content")
        }
        _ => None,
    };
    zoned(stamp?)
}

/// A time with its zone. One without is of the blog's own zone, which the page does not tell.
pub(super) fn zoned(stamp: &str) -> Option<Time> {
    let stamp = stamp.trim();
    let clock = stamp.split_once(['T', ' '])?.1;
    clock.contains(['Z', 'z', '+', '-']).then(|| Time::parse(stamp))?
}

fn permalink(own: &[ElementRef<'_>], id: &str, page: Option<&Url>) -> Option<String> {
    let ending = format!("#comment-{id}");
    let mut links = own.iter().filter_map(|element| attribute(element.value(), "href"));
    let link = links.find(|href| href.ends_with(&ending) && !href.contains("replytocom"));
    match (link, page) {
        (Some(link), Some(page)) => page.join(link).ok().map(|url| url.to_string()),
        (Some(link), None) => link.contains("://").then(|| link.to_owned()),
        (None, Some(page)) => page.join(&ending).ok().map(|url| url.to_string()),
        (None, None) => None,
    }
}

fn votes(element: ElementRef<'_>) -> Option<i64> {
    let counts = has_class(element.value(), "wpd-vote-result");
    counts.then(|| crate::ingest::html::text_of(element).parse().ok())?
}

/// The number that a line begins with or that stands in its brackets.
pub(super) fn leading_number(line: &str) -> Option<i64> {
    let line = line.trim();
    let bracket = line.rfind(['(', '（']).and_then(|at| line.get(at..));
    let bracket = bracket.map(|rest| rest.trim_start_matches(['(', '（']));
    [Some(line), bracket].into_iter().flatten().find_map(|text| {
        let digits =
            text.split(|c: char| !(c.is_ascii_digit() || matches!(c, ',' | '.' | '\u{a0}'))).next()?;
        let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
        digits.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_leads_its_line_or_stands_in_brackets() {
        assert_eq!(leading_number("1,204 Comments"), Some(1204));
        assert_eq!(leading_number("Kommentare (12)"), Some(12));
        assert_eq!(leading_number("Comments on “Top 10”"), None);
        assert_eq!(leading_number("3 thoughts on “2020”"), Some(3));
    }

    #[test]
    fn a_time_without_its_zone_is_not_taken() {
        assert_eq!(zoned("2024-01-02T03:04:05"), None);
        assert_eq!(zoned(" at "), None);
        assert_eq!(zoned("2024-01-02T03:04:05+0100").unwrap().to_string(), "2024-01-02T02:04:05Z");
    }
}
