//! An item page as HTML: one table row for each comment, indented by its depth.
//!
//! The markup of 2012 and of today share `td.default` and `td.subtext`; the rest is found from there.
//! The tree is walked once and names are compared: selectors cost more than the whole reading.

use scraper::ElementRef;
use scraper::node::Element;
use url::Url;

use super::{NAME, SITE, absence, item_address};
use crate::error::{Error, Result};
use crate::fetch::Request;
use crate::ingest::document::Furniture;
use crate::ingest::html::{Treat, attribute, below, body_with, first, has_class, text_of};
use crate::ingest::{Document, Reading, Recognition};
use crate::thread::{Body, Draft, Parent, State, Time};

/// Pixels that old pages indent for each level.
const PIXELS_A_LEVEL: usize = 40;

/// Elements of the small cells beside a comment that are looked at, and such cells.
const CELL: usize = 40;
const SIBLINGS: usize = 8;

/// Key of the opening post on a page that does not show which item it belongs to.
const UNNAMED_OPENING: &str = "opening";

pub(super) fn recognise(document: &Document) -> Recognition {
    let ours = document.mentions("id=\"hnmain\"") || document.mentions("| Hacker News</title>");
    let shape = document.mentions("class=\"default\"") || document.mentions("class=\"subtext\"");
    match (ours, shape) {
        (true, true) => Recognition::Certain,
        (true, false) => Recognition::Likely,
        (false, _) => Recognition::No,
    }
}

pub(super) fn read(document: &Document) -> Result<Reading> {
    let mut items = Items::default();
    for element in below(document.html_without(FURNITURE)?.root_element()) {
        items.see(element);
    }
    if items.stories > 1 && items.rows.is_empty() {
        return Err(Error::Malformed {
            what: document.page.name.clone(),
            platform: NAME,
            reason: format!("it lists {} stories; give the address of one item", items.stories),
        });
    }
    Ok(items.into_reading(document))
}

/// What a page shows, before parents are known.
#[derive(Default)]
struct Items {
    title: Option<String>,
    /// How many stories' bylines there are: one on an item page, many on a list.
    stories: usize,
    story: Option<Story>,
    /// The comment that a page about a comment is headed by.
    head: Option<Row>,
    rows: Vec<Row>,
    /// The item that the page's comment form would answer.
    answers: Option<String>,
    more: Option<String>,
}

/// A story, question or job as it stands above its comments.
struct Story {
    title: Option<String>,
    declared: Option<u32>,
    draft: Draft,
}

/// One comment.
#[derive(Default)]
struct Row {
    /// `None` on old pages for deleted comments.
    id: Option<String>,
    level: usize,
    /// The comment that the row's own "parent" link names.
    parent: Option<String>,
    author: Option<String>,
    written_at: Option<Time>,
    state: Option<State>,
    body: Body,
}

impl Items {
    fn see(&mut self, element: ElementRef<'_>) {
        let value = element.value();
        match value.name() {
            "td" => match attribute(value, "class") {
                Some("default") if is_head(element) => self.head = Some(Row::read(element)),
                Some("default") => self.rows.push(Row::read(element)),
                Some("subtext") => {
                    self.stories += 1;
                    if self.stories == 1 {
                        self.story = Story::read(element);
                    }
                }
                _ => {}
            },
            "a" if self.more.is_none() && is_more(element) => {
                self.more = attribute(value, "href").map(str::to_owned);
            }
            "input" if attribute(value, "name") == Some("parent") => {
                self.answers = attribute(value, "value").and_then(as_id).map(str::to_owned);
            }
            "title" if self.title.is_none() => self.title = page_title(&text_of(element)),
            _ => {}
        }
    }

    fn into_reading(self, document: &Document) -> Reading {
        let address = document.page.url.as_ref();
        let mut reading = Reading { title: self.title, ..Reading::default() };
        let named = address.and_then(item_of_address).or(self.answers);
        let mut top = Parent::Root;
        if let Some(story) = self.story {
            reading.title = story.title.or(reading.title);
            reading.declared = story.declared;
            reading.drafts.push(story.draft);
        } else if let Some(head) = self.head {
            let key = head.id.clone().or(named).unwrap_or_else(|| UNNAMED_OPENING.to_owned());
            let draft = head.into_draft(key, Parent::Unknown);
            top = Parent::Post(draft.key.clone());
            reading.drafts.push(draft);
        } else if !self.rows.is_empty() {
            let mut missing =
                Draft::new(named.clone().unwrap_or_else(|| UNNAMED_OPENING.to_owned()), Parent::Opening);
            missing.native_id = named.clone().unwrap_or_default();
            missing.permalink = named.as_deref().map(item_address);
            missing.state = State::Missing;
            reading.drafts.push(missing);
        }
        let opening = reading.drafts.first().filter(|draft| draft.key != UNNAMED_OPENING);
        reading.url = opening.and_then(|draft| Url::parse(&item_address(&draft.key)).ok());
        place(self.rows, &top, &mut reading.drafts);
        reading.next.extend(self.more.and_then(|link| next_page(address, &link)));
        reading
    }
}

/// Gives each row its parent: the one it links, or the nearest row above it that is indented less.
fn place(rows: Vec<Row>, top: &Parent, drafts: &mut Vec<Draft>) {
    let mut open: Vec<(usize, String)> = Vec::new();
    let (mut named, mut nameless) = (String::new(), 0);
    for row in rows {
        let level = row.level;
        while open.last().is_some_and(|(above, _)| *above >= level) {
            open.pop();
        }
        let parent = match (&row.parent, open.last()) {
            (Some(linked), _) => Parent::Post(linked.clone()),
            (None, Some((_, key))) => Parent::Post(key.clone()),
            (None, None) if level == 0 => top.clone(),
            (None, None) => Parent::Unknown,
        };
        match &row.id {
            Some(id) => named.clone_from(id),
            None => nameless += 1,
        }
        let key = row.id.clone().unwrap_or_else(|| format!("{nameless} after {named}"));
        let draft = row.into_draft(key, parent);
        open.push((level, draft.key.clone()));
        drafts.push(draft);
    }
}

impl Row {
    /// Reads the cell that holds a comment; what stands before it in the row is looked at from here.
    fn read(cell: ElementRef<'_>) -> Self {
        let mut row = Row { id: row_id(cell), level: level(cell), ..Row::default() };
        let mut words = None;
        for element in below(cell) {
            let value = element.value();
            let class = attribute(value, "class").unwrap_or_default();
            match value.name() {
                "a" => row.link(element, class),
                "span" if class == "age" => row.written_at = attribute(value, "title").and_then(age),
                "div" | "span" if class.starts_with("commtext") => {
                    row.body = words_of(element);
                    return row.mark_absence();
                }
                "div" | "span" if class == "comment" && words.is_none() => words = Some(element),
                "td" if class == "default" => break,
                _ => {}
            }
        }
        row.body = words.map(words_of).unwrap_or_default();
        row.mark_absence()
    }

    fn link(&mut self, link: ElementRef<'_>, class: &str) {
        let Some(target) = attribute(link.value(), "href") else { return };
        if self.author.is_none() && (class == "hnuser" || target.contains("user?id=")) {
            self.author = Some(text_of(link)).filter(|name| !name.is_empty());
            return;
        }
        let says = |word: &str| link.text().next() == Some(word);
        if self.parent.is_none() && says("parent") {
            let linked = target.strip_prefix('#').or_else(|| item_of_link(target));
            self.parent = linked.and_then(as_id).map(str::to_owned);
        } else if self.id.is_none() {
            self.id = item_of_link(target).map(str::to_owned);
        }
    }

    fn mark_absence(mut self) -> Self {
        self.state = absence(self.body.text());
        if self.state.is_some() {
            self.body = Body::default();
        }
        self
    }

    /// The comment as a draft of this key.
    fn into_draft(self, key: String, parent: Parent) -> Draft {
        let parent = self.parent.map_or(parent, Parent::Post);
        Draft {
            native_id: self.id.clone().unwrap_or_default(),
            permalink: self.id.as_deref().map(item_address),
            author: self.author,
            written_at: self.written_at,
            state: self.state.unwrap_or(State::Present),
            body: self.body,
            ..Draft::new(key, parent)
        }
    }
}

impl Story {
    /// Reads the story from its byline: the title stands in a row above it, the text in one below.
    fn read(byline: ElementRef<'_>) -> Option<Self> {
        let line = parent(byline)?;
        let rows: Vec<ElementRef<'_>> = parent(line)?.children().filter_map(ElementRef::wrap).collect();
        let at = rows.iter().position(|row| row.id() == line.id())?;
        let (above, below_line) = (rows.get(..at)?, rows.get(at + 1..)?);
        let mut story = Story { title: None, declared: None, draft: Draft::new("", Parent::Opening) };
        let mut address = None;
        for row in above {
            let class = |element: &Element| element.name() == "td" && has_class(element, "title");
            let link = below(*row).filter(|cell| class(cell.value())).find_map(title_link);
            if let Some(link) = link {
                story.title = Some(text_of(link));
                address = attribute(link.value(), "href").filter(|href| is_elsewhere(href));
            }
            story.name(attribute(row.value(), "id").filter(|_| has_class(row.value(), "athing")));
        }
        for element in below(byline) {
            story.byline(element);
        }
        let text =
            below_line.iter().flat_map(|row| row.children()).filter_map(ElementRef::wrap).map(words_of);
        let words = text.into_iter().find(|body| !body.text().is_empty()).unwrap_or_default();
        story.draft.body = match address {
            Some(address) => words.sharing(address),
            None => words,
        };
        (!story.draft.key.is_empty()).then_some(story)
    }

    fn byline(&mut self, element: ElementRef<'_>) {
        let value = element.value();
        let target = attribute(value, "href").unwrap_or_default();
        let class = attribute(value, "class").unwrap_or_default();
        match value.name() {
            "span" if attribute(value, "id").is_some_and(|id| id.starts_with("score_")) => {
                self.draft.votes = leading_number(&text_of(element));
                self.name(attribute(value, "id").and_then(|id| id.strip_prefix("score_")));
            }
            "span" if class == "age" => self.draft.written_at = attribute(value, "title").and_then(age),
            "a" if target.contains("user?id=") => self.draft.author = Some(text_of(element)),
            "a" => {
                self.name(item_of_link(target));
                let says = text_of(element);
                if says.contains("comment") {
                    self.declared =
                        leading_number(&says).and_then(|n| u32::try_from(n + 1).ok()).or(self.declared);
                } else if says == "discuss" {
                    self.declared = Some(1);
                }
            }
            _ => {}
        }
    }

    /// Takes the first id that the markup shows.
    fn name(&mut self, id: Option<&str>) {
        if let Some(id) = id.and_then(as_id).filter(|_| self.draft.key.is_empty()) {
            self.draft.key = id.to_owned();
            self.draft.native_id = id.to_owned();
            self.draft.permalink = Some(item_address(id));
        }
    }
}

/// The arrows and the reply link of every comment: about half of a page's elements, and none of its words.
static FURNITURE: &[Furniture] = &[
    Furniture { opening: "class=\"votelinks\">", closing: "</td>", nested: "<td" },
    Furniture { opening: "class='reply'>", closing: "</div>", nested: "<div" },
    Furniture { opening: "class=\"reply\">", closing: "</div>", nested: "<div" },
];

/// The words of a comment or story, without the reply link that old pages keep in small print below them.
fn words_of(element: ElementRef<'_>) -> Body {
    body_with(element, &|inner| match inner.value().name() {
        "font" if attribute(inner.value(), "size") == Some("1") => Treat::Skip,
        "div" if attribute(inner.value(), "class") == Some("reply") => Treat::Skip,
        // A comment never stands in another one; markup that says so would be read once for each.
        "td" if attribute(inner.value(), "class") == Some("default") => Treat::Skip,
        _ => Treat::Normal,
    })
}

/// The depth of a comment: written on the cell before it, or drawn as an empty image of that width.
fn level(cell: ElementRef<'_>) -> usize {
    let before = parent(cell).and_then(|row| row.children().find_map(ElementRef::wrap));
    let Some(before) = before.filter(|before| before.id() != cell.id()) else { return 0 };
    if let Some(level) = attribute(before.value(), "indent").and_then(|level| level.parse().ok()) {
        return level;
    }
    let image = below(before).take(CELL).find(|element| element.value().name() == "img");
    let width = image.and_then(|image| attribute(image.value(), "width")?.parse::<usize>().ok());
    width.unwrap_or(0) / PIXELS_A_LEVEL
}

/// The id on the row around the comment or, on old pages, on its vote arrow.
fn row_id(cell: ElementRef<'_>) -> Option<String> {
    let around = cell.ancestors().take(6).filter_map(ElementRef::wrap);
    let row = around.into_iter().find(|row| row.value().name() == "tr" && has_class(row.value(), "athing"));
    if let Some(id) = row.and_then(|row| attribute(row.value(), "id")) {
        return as_id(id).map(str::to_owned);
    }
    let cells = cell.prev_siblings().take(SIBLINGS).filter_map(ElementRef::wrap);
    let is_arrow =
        |link: &ElementRef<'_>| attribute(link.value(), "id").is_some_and(|id| id.starts_with("up_"));
    let arrow = cells.into_iter().find_map(|cell| below(cell).take(CELL).find(is_arrow))?;
    attribute(arrow.value(), "id")?.strip_prefix("up_").and_then(as_id).map(str::to_owned)
}

/// Whether the comment heads the page instead of standing in its tree.
fn is_head(cell: ElementRef<'_>) -> bool {
    let tables = cell.ancestors().take(6).filter_map(ElementRef::wrap);
    tables.into_iter().any(|table| has_class(table.value(), "fatitem"))
}

fn is_more(link: ElementRef<'_>) -> bool {
    let class = attribute(link.value(), "class");
    let old = || {
        attribute(link.value(), "href").is_some_and(|href| href.contains("x?fnid="))
            && text_of(link) == "More"
    };
    class == Some("morelink") || (class.is_none() && old())
}

/// The page after this one, if the link leads to a page of the same site.
fn next_page(address: Option<&Url>, link: &str) -> Option<Request> {
    let home = Url::parse(&format!("https://{SITE}/")).ok()?;
    address.unwrap_or(&home).join(link).ok().filter(|url| url.scheme().starts_with("http")).map(Request::page)
}

/// The title in the page's head; continuation pages of old are all called "more comments".
fn page_title(text: &str) -> Option<String> {
    let title = text.strip_suffix("| Hacker News").unwrap_or(text).trim();
    (!title.is_empty() && title != "more comments").then(|| title.to_owned())
}

/// `2024-01-02T03:04:05 1704164645` today, without the second part before 2022. What old pages say
/// instead, "3 hours ago", counts from a moment that nobody recorded.
fn age(title: &str) -> Option<Time> {
    let mut parts = title.split_whitespace().rev();
    let last = parts.next()?;
    Time::parse(last).or_else(|| Time::parse(parts.next()?))
}

fn item_of_address(url: &Url) -> Option<String> {
    let (_, id) = url.query_pairs().find(|(key, _)| key == "id")?;
    as_id(&id).map(str::to_owned)
}

/// The item in a link such as `item?id=8863`.
fn item_of_link(target: &str) -> Option<&str> {
    let (_, after) = target.split_once("item?id=")?;
    as_id(after.split(['&', '#']).next()?)
}

/// The text, if it can be an id. The site's own are digits; sites that run its code have others.
fn as_id(text: &str) -> Option<&str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    ((1..=64).contains(&text.len()) && text.bytes().all(plain)).then_some(text)
}

fn leading_number(text: &str) -> Option<i64> {
    text.split_whitespace().next()?.parse().ok()
}

/// The link that carries the title: not the arrow before it.
fn title_link(cell: ElementRef<'_>) -> Option<ElementRef<'_>> {
    let link = first(cell, |element| {
        element.name() == "a" && !attribute(element, "id").is_some_and(|id| id.starts_with("up_"))
    })?;
    (!text_of(link).is_empty()).then_some(link)
}

/// Whether a story's link leads to a page of its own rather than to the discussion itself.
fn is_elsewhere(href: &str) -> bool {
    (href.starts_with("http://") || href.starts_with("https://")) && item_of_link(href).is_none()
}

fn parent(element: ElementRef<'_>) -> Option<ElementRef<'_>> {
    element.parent().and_then(ElementRef::wrap)
}
