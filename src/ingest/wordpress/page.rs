//! An article's page: which elements are comments, and which comment stands in which.

use std::collections::HashMap;

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use memchr::memmem;
use scraper::ElementRef;
use scraper::node::Element;
use url::Url;

use super::comment::{Comment, leading_number, zoned};
use super::is_number;
use crate::error::Result;
use crate::fetch::Request;
use crate::ingest::html::{attribute, below, has_class, text_of};
use crate::ingest::{Document, Reading, Recognition};
use crate::thread::Time;

/// Marks that the engine or its plug-ins leave on every page.
const ENGINE: [&str; 6] =
    ["wp-content/", "wp-json", "wp-includes/", "class=\"comment-list", "class=\"commentlist", "wpdiscuz"];

/// What stands before the number of a comment in its id or class.
const MARKS: [&str; 8] = [
    "\"comment-",
    "'comment-",
    "li-comment-",
    "div-comment-",
    "wpd-comm-",
    " comment-",
    "replytocom=",
    "data-commentid=\"",
];

/// Elements looked at for the id of a comment whose own element has none.
const NEAR: usize = 200;

/// Levels that are believed; the engine itself stops at ten.
const DEEPEST: usize = 1_000;

pub(super) fn recognise(document: &Document) -> Recognition {
    let engine = ENGINE.iter().any(|mark| document.mentions(mark));
    let depth = document.mentions("depth-1");
    // Forums and shops that are plug-ins have readers of their own.
    if document.mentions("bbp-reply") || !(engine || depth) {
        return Recognition::No;
    }
    let comments = MARKS.iter().any(|mark| stands_before_a_digit(&document.page.text, mark));
    let answers =
        document.page.url.is_some() && document.mentions("api.w.org") && document.mentions("postid-");
    match (comments, engine && depth) {
        (true, true) => Recognition::Certain,
        (true, false) => Recognition::Likely,
        (false, _) if answers => Recognition::Possible,
        (false, _) => Recognition::No,
    }
}

fn stands_before_a_digit(text: &str, mark: &str) -> bool {
    let bytes = text.as_bytes();
    let mut places = memmem::find_iter(bytes, mark.as_bytes());
    places.any(|at| bytes.get(at + mark.len()).is_some_and(u8::is_ascii_digit))
}

pub(super) fn read(document: &Document) -> Result<Reading> {
    let mut walk = Walk::default();
    for edge in document.html()?.root_element().traverse() {
        match edge {
            Edge::Open(node) => {
                if let Some(element) = ElementRef::wrap(node) {
                    walk.article.see(element, !walk.comments.is_empty());
                    walk.open(element);
                }
            }
            Edge::Close(node) => walk.close(node.id()),
        }
    }
    Ok(walk.into_reading(document))
}

/// The comments of a page as they open and close.
#[derive(Default)]
struct Walk<'a> {
    article: Article,
    comments: Vec<Comment<'a>>,
    /// Which comment an element belongs to.
    marked: HashMap<NodeId, usize>,
    known: HashMap<String, usize>,
    open: Vec<(NodeId, usize)>,
    /// The last comment of each depth, for themes that do not nest their elements.
    levels: Vec<Option<usize>>,
}

impl<'a> Walk<'a> {
    fn open(&mut self, element: ElementRef<'a>) {
        let Some(mark) = Mark::of(element) else { return };
        let around = self.open.last().map(|(_, at)| *at);
        let at = match self.known.get(&mark.id) {
            Some(&at) => {
                if around != Some(at)
                    && let Some(comment) = self.comments.get_mut(at)
                {
                    comment.elements.push(element);
                }
                at
            }
            None => {
                let at = self.comments.len();
                self.known.insert(mark.id.clone(), at);
                let parent = mark.parent.or_else(|| self.parent(around, mark.depth));
                self.comments.push(Comment { id: mark.id, parent, elements: vec![element] });
                if let Some(depth) = mark.depth {
                    self.levels.resize(depth.saturating_sub(1), None);
                    self.levels.push(Some(at));
                }
                at
            }
        };
        self.marked.insert(element.id(), at);
        self.open.push((element.id(), at));
    }

    fn close(&mut self, node: NodeId) {
        if self.open.last().is_some_and(|(open, _)| *open == node) {
            self.open.pop();
        }
    }

    /// The comment around this one, else the last one that is a level up.
    fn parent(&self, around: Option<usize>, depth: Option<usize>) -> Option<String> {
        let above = depth.and_then(|depth| self.levels.get(depth.checked_sub(2)?).copied()?);
        self.comments.get(around.or(above)?).map(|comment| comment.id.clone())
    }

    fn into_reading(self, document: &Document) -> Reading {
        let Walk { article, comments, marked, .. } = self;
        let page = article.url.as_ref().or(document.page.url.as_ref());
        let mut opening = super::article(article.id.as_deref());
        opening.permalink = page.map(Url::to_string);
        opening.author.clone_from(&article.author);
        opening.written_at = article.written_at;
        let mut reading = Reading { drafts: vec![opening], ..Reading::default() };
        for (at, comment) in comments.into_iter().enumerate() {
            reading.drafts.push(comment.into_draft(at, &marked, page));
        }
        if reading.drafts.len() == 1 {
            reading.drafts.clear();
            reading.next.extend(article.answers(document));
        } else {
            reading.next = article.pages(document);
            reading.declared = article.declared.and_then(|comments| comments.checked_add(1));
        }
        reading.title = article.heading.or(article.title);
        reading.url = article.url;
        reading
    }
}

/// What marks an element as a comment.
struct Mark {
    id: String,
    depth: Option<usize>,
    /// wpDiscuz writes the parent into the id.
    parent: Option<String>,
}

impl Mark {
    fn of(element: ElementRef<'_>) -> Option<Self> {
        let value = element.value();
        let holds = ["li", "div", "article", "section", "ul", "ol", "dl", "dt", "dd", "tr", "table"];
        if !holds.contains(&value.name()) {
            return None;
        }
        let class = attribute(value, "class").unwrap_or_default();
        let depth = class.split_ascii_whitespace().find_map(|one| one.strip_prefix("depth-")?.parse().ok());
        let depth = depth.filter(|&depth: &usize| depth <= DEEPEST);
        if let Some((id, parent)) = attribute(value, "id").and_then(number_of_id) {
            return Some(Self { id, depth, parent });
        }
        depth?;
        let named = class.split_ascii_whitespace().find_map(|one| one.strip_prefix("comment-"));
        if let Some(id) = named.filter(|id| is_number(id)) {
            return Some(Self { id: id.to_owned(), depth, parent: None });
        }
        let kinds = ["comment", "pingback", "trackback"];
        if !kinds.iter().any(|kind| has_class(value, kind)) {
            return None;
        }
        let id = below(element).take(NEAR).find_map(|inner| own_number(inner.value()))?;
        Some(Self { id, depth, parent: None })
    }
}

/// The comment that an element id names, and its parent where the id tells.
fn number_of_id(id: &str) -> Option<(String, Option<String>)> {
    if let Some(pair) = id.strip_prefix("wpd-comm-") {
        let (id, parent) = pair.split_once('_')?;
        let parent = Some(parent).filter(|parent| is_number(parent) && *parent != "0");
        return is_number(id).then(|| (id.to_owned(), parent.map(str::to_owned)));
    }
    let prefixes = ["li-", "div-", "post-", "wp-", "single-", "the-"];
    let bare = prefixes.iter().find_map(|prefix| id.strip_prefix(prefix)).unwrap_or(id);
    let number = bare.strip_prefix("comment").or_else(|| bare.strip_prefix("pingback"))?;
    let number = number.trim_start_matches(['-', '_']);
    is_number(number).then(|| (number.to_owned(), None))
}

/// The comment that a reply link would answer, or that a link to a comment names.
fn own_number(element: &Element) -> Option<String> {
    if let Some((id, _)) = attribute(element, "id").and_then(number_of_id) {
        return Some(id);
    }
    if let Some(id) = attribute(element, "data-commentid").filter(|id| is_number(id)) {
        return Some(id.to_owned());
    }
    let href = attribute(element, "href")?;
    let after = ["replytocom=", "#comment-"].iter().find_map(|mark| href.split_once(mark));
    let digits: String = after?.1.chars().take_while(char::is_ascii_digit).collect();
    (!digits.is_empty()).then_some(digits)
}

/// What the page says of the article above the comments.
#[derive(Debug, Default)]
struct Article {
    id: Option<String>,
    /// The first heading, or the one that the theme marks.
    heading: Option<String>,
    marked_heading: bool,
    title: Option<String>,
    url: Option<Url>,
    author: Option<String>,
    written_at: Option<Time>,
    declared: Option<u32>,
    /// The door of the REST answers.
    api: Option<String>,
    /// Links to further pages of comments, as they stand.
    more: Vec<String>,
}

impl Article {
    fn see(&mut self, element: ElementRef<'_>, in_comments: bool) {
        let value = element.value();
        match value.name() {
            "body" => {
                let class = attribute(value, "class").unwrap_or_default();
                let mut names = class.split_ascii_whitespace();
                let id = names.find_map(|one| one.strip_prefix("postid-").or(one.strip_prefix("page-id-")));
                self.id = id.filter(|id| is_number(id)).map(str::to_owned);
            }
            "link" => self.link(value),
            "meta" => self.meta(value),
            "input" if self.id.is_none() && attribute(value, "name") == Some("comment_post_ID") => {
                self.id = attribute(value, "value").filter(|id| is_number(id)).map(str::to_owned);
            }
            "title" if self.title.is_none() => self.title = Some(text_of(element)).filter(|t| !t.is_empty()),
            "h1" | "h2" if !in_comments && is_heading(value) && !self.marked_heading => {
                self.heading = Some(text_of(element)).filter(|text| !text.is_empty());
                self.marked_heading = self.heading.is_some();
            }
            "h1" if !in_comments && self.heading.is_none() => {
                self.heading = Some(text_of(element)).filter(|text| !text.is_empty());
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "div" | "span" | "p"
                if self.declared.is_none() && counts_comments(element) =>
            {
                self.declared = leading_number(&text_of(element)).and_then(|n| u32::try_from(n).ok());
            }
            "a" => {
                let href = attribute(value, "href").unwrap_or_default();
                let paged = href.contains("/comment-page-") || href.contains("cpage=");
                // Comments link their own page too, with their number.
                if paged && !stands_before_a_digit(href, "#comment-") && !self.more.iter().any(|h| h == href)
                {
                    self.more.push(href.to_owned());
                }
            }
            _ => {}
        }
    }

    fn link(&mut self, link: &Element) {
        let Some(href) = attribute(link, "href") else { return };
        match attribute(link, "rel") {
            Some("canonical") => self.url = Url::parse(href).ok().map(without_comment_page),
            Some("https://api.w.org/") => self.api = Some(href.to_owned()),
            Some("shortlink") => {
                let id = href.split_once("?p=").map(|(_, id)| id).filter(|id| is_number(id));
                self.id = self.id.take().or_else(|| id.map(str::to_owned));
            }
            _ => {}
        }
    }

    fn meta(&mut self, meta: &Element) {
        let Some(content) = attribute(meta, "content").filter(|content| !content.is_empty()) else { return };
        match attribute(meta, "property").or_else(|| attribute(meta, "name")) {
            Some("article:published_time") => self.written_at = self.written_at.or_else(|| zoned(content)),
            Some("author") => self.author = self.author.take().or_else(|| Some(content.to_owned())),
            Some("og:title") => self.title = Some(content.to_owned()),
            _ => {}
        }
    }

    /// The other pages of comments under the same article.
    fn pages(&self, document: &Document) -> Vec<Request> {
        let base = document.page.url.as_ref().or(self.url.as_ref());
        let Some(base) = base else { return Vec::new() };
        let article = without_comment_page(base.clone());
        let mut seen = vec![without_fragment(base.clone())];
        let mut pages = Vec::new();
        for href in &self.more {
            let Ok(url) = base.join(href) else { continue };
            let url = without_fragment(url);
            let same = without_comment_page(url.clone()).path() == article.path();
            if same && url.host_str() == base.host_str() && !seen.contains(&url) {
                seen.push(url.clone());
                pages.push(Request::page(url));
            }
        }
        pages
    }

    /// What to ask for when the page shows no comment: themes may load them by script.
    fn answers(&self, document: &Document) -> Option<Request> {
        let base = document.page.url.as_ref()?;
        let door = base.join(self.api.as_deref()?).ok().filter(|door| door.host_str() == base.host_str())?;
        super::rest::comments_request(&door, self.id.as_deref()?, 1)
    }
}

fn is_heading(element: &Element) -> bool {
    let class = attribute(element, "class").unwrap_or_default();
    ["entry-title", "post-title", "article-title", "single-title"].iter().any(|title| class.contains(title))
        || attribute(element, "itemprop") == Some("headline")
}

/// Whether an element's class says that it counts comments, or it heads a part that is named for them.
fn counts_comments(element: ElementRef<'_>) -> bool {
    let value = element.value();
    let names = ["class", "id"].map(|name| attribute(value, name).unwrap_or_default());
    let marked = |name: &str| {
        ["comments-title", "comment-title", "comments-count", "comment-count", "comments_title", "wpdtc"]
            .iter()
            .any(|mark| name.contains(mark))
    };
    if names.into_iter().any(marked) {
        return true;
    }
    let around = || element.ancestors().take(3).filter_map(ElementRef::wrap);
    value.name().starts_with('h') && around().any(|part| attribute(part.value(), "id") == Some("comments"))
}

fn without_fragment(mut url: Url) -> Url {
    url.set_fragment(None);
    url
}

/// The article's address from that of a page of its comments.
fn without_comment_page(url: Url) -> Url {
    let mut url = without_fragment(url);
    if let Some((path, _)) = url.path().split_once("comment-page-") {
        let path = path.to_owned();
        url.set_path(&path);
    }
    url
}
