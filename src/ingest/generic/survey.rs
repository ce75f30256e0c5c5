//! The page as a flat table of its elements, so that whatever lies between two places is counted at once.
//!
//! Elements stand in the order of the page, each with where its insides end; sums that run along give the
//! prose, times and names of any stretch without walking it again. Nothing is judged here.

use ego_tree::iter::Edge;
use scraper::{ElementRef, Node};

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::sign::{Known, Signs};
use super::{people, times};
use crate::ingest::html::attribute;

/// Parent of the outermost element.
pub(super) const NONE: u32 = u32::MAX;

/// Elements that are looked at; of a larger page only the beginning.
const MOST: usize = 2_000_000;

/// Characters of a name at most.
const NAME: usize = 60;

/// One element.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub element: ElementRef<'a>,
    pub parent: u32,
    /// One past the last element inside.
    pub end: u32,
    pub signs: Signs,
    /// Which child of its parent it is among those of its name.
    pub nth: u32,
    /// The names of all elements from the root to this one.
    pub path: u64,
    /// Whether it, or something around it, belongs to the page and not to the thread.
    pub is_chrome: bool,
    /// Whether it is inside a quotation.
    pub is_quoted: bool,
    /// Whether it is inside what belongs to a post and is not said in it.
    pub is_noise: bool,
    /// It tells when, and whether exactly.
    pub time: Option<bool>,
    /// It names somebody: 1 by its looks, 2 by its link.
    pub name: u8,
}

/// What a stretch of the page holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sum {
    /// Characters outside links, quotation and noise included.
    pub prose: u32,
    /// Characters inside links.
    pub linked: u32,
    pub times: u32,
    pub names: u32,
}

impl Sum {
    pub(super) fn less(self, other: Sum) -> Sum {
        Sum {
            prose: self.prose.saturating_sub(other.prose),
            linked: self.linked.saturating_sub(other.linked),
            times: self.times.saturating_sub(other.times),
            names: self.names.saturating_sub(other.names),
        }
    }

    pub(super) fn plus(self, other: Sum) -> Sum {
        Sum {
            prose: self.prose.saturating_add(other.prose),
            linked: self.linked.saturating_add(other.linked),
            times: self.times.saturating_add(other.times),
            names: self.names.saturating_add(other.names),
        }
    }
}

/// The table.
#[derive(Debug, Default)]
pub(super) struct Survey<'a> {
    pub entries: Vec<Entry<'a>>,
    /// Sums of all that stands before each element, and of the whole page at the end.
    sums: Vec<Sum>,
}

/// An element whose insides are being read.
struct Open {
    at: u32,
    in_link: bool,
    /// Children so far by name.
    children: Vec<(&'static str, u32)>,
}

impl<'a> Survey<'a> {
    pub(super) fn of(root: ElementRef<'a>) -> Self {
        let mut survey = Survey::default();
        let mut own: Vec<Sum> = Vec::new();
        let mut words: Vec<String> = Vec::new();
        let mut open: Vec<Open> = Vec::new();
        let mut left_out = None;
        let mut known = Known::new();
        for edge in root.traverse() {
            match edge {
                Edge::Open(_) if left_out.is_some() => {}
                Edge::Open(node) => match node.value() {
                    Node::Text(text) => {
                        if let Some(around) = open.last() {
                            count(text, around, &mut own[around.at as usize], &mut words[around.at as usize]);
                        }
                    }
                    Node::Element(_) => match ElementRef::wrap(node) {
                        Some(element) if survey.entries.len() < MOST && is_shown(element) => {
                            survey.open(element, &mut open, &mut known);
                            own.push(Sum::default());
                            words.push(String::new());
                        }
                        _ => left_out = Some(node.id()),
                    },
                    _ => {}
                },
                Edge::Close(node) if left_out.is_some() => {
                    left_out = left_out.filter(|&left_out| left_out != node.id());
                }
                Edge::Close(node) if node.value().is_element() => survey.close(&mut open),
                Edge::Close(_) => {}
            }
        }
        survey.mark(&mut own, &words);
        survey
    }

    fn open(&mut self, element: ElementRef<'a>, open: &mut Vec<Open>, known: &mut Known<'a>) {
        let at = self.entries.len() as u32;
        let value = element.value();
        let signs = Signs::of_one(value, known);
        let name = kind(value.name());
        let mut nth = 0;
        let mut path = 0;
        let (parent, in_link) = match open.last_mut() {
            Some(around) => {
                path = self.entries[around.at as usize].path;
                match around.children.iter_mut().find(|(of, _)| *of == name) {
                    Some((_, count)) => {
                        *count += 1;
                        nth = *count;
                    }
                    None => around.children.push((name, 0)),
                }
                (around.at, around.in_link)
            }
            None => (NONE, false),
        };
        let path = xxh3_64_with_seed(value.name().as_bytes(), path);
        let here = Open { at, in_link: in_link || value.name() == "a", children: Vec::new() };
        self.entries.push(Entry {
            element,
            parent,
            end: at + 1,
            signs,
            nth,
            path,
            is_chrome: false,
            is_quoted: false,
            is_noise: false,
            time: None,
            name: 0,
        });
        open.push(here);
    }

    fn close(&mut self, open: &mut Vec<Open>) {
        if let Some(done) = open.pop() {
            self.entries[done.at as usize].end = self.entries.len() as u32;
        }
    }

    /// Finds times and names, and runs the sums along.
    fn mark(&mut self, own: &mut [Sum], words: &[String]) {
        // The words of short elements with all inside them, for names: a name may stand in a span in a link.
        let mut lengths = vec![0u32; own.len() + 1];
        for (at, sum) in own.iter().enumerate() {
            lengths[at + 1] = lengths[at].saturating_add(sum.prose + sum.linked);
        }
        self.mark_parts(own, &lengths);
        let mut shown = vec![0u32; own.len() + 1];
        for (at, sum) in own.iter().enumerate() {
            shown[at + 1] = shown[at].saturating_add(sum.prose + sum.linked);
        }
        for at in 0..self.entries.len() {
            let entry = &self.entries[at];
            let value = entry.element.value();
            let text = words[at].trim();
            let end = entry.end as usize;
            let without_noise = shown[end].saturating_sub(shown[at]);
            let length =
                if without_noise > 0 { without_noise } else { lengths[end].saturating_sub(lengths[at]) };
            let attribute_time = times::time_attribute(value);
            let said = || (times::tells_time(text) && !times::tells_of_something_else(text)).then_some(false);
            let time = match attribute_time {
                Some((_, exact)) => Some(exact),
                None => said(),
            };
            let short = length > 0 && length <= NAME as u32;
            let linked =
                value.name() == "a" && attribute(value, "href").is_some_and(people::leads_to_a_person);
            let name = if short && linked && time.is_none() {
                2
            } else if short
                && entry.signs.has(Signs::AUTHOR)
                && !entry.signs.has(Signs::NOISE)
                && time.is_none()
            {
                1
            } else {
                0
            };
            let named = attribute(value, "data-author").or_else(|| attribute(value, "data-username"));
            let entry = &mut self.entries[at];
            entry.time = time;
            entry.name = name.max(u8::from(named.is_some()) * 2);
            own[at].times =
                u32::from(time.is_some() && !entry.is_quoted && (!entry.is_noise || time == Some(true)));
            own[at].names = u32::from(entry.name > 0 && !entry.is_quoted);
            if time.is_some() || (name > 0 && end - at <= 4) {
                own[at].prose = 0;
            }
        }
        let mut sum = Sum::default();
        self.sums = Vec::with_capacity(own.len() + 1);
        for one in own.iter() {
            self.sums.push(sum);
            sum = sum.plus(*one);
        }
        self.sums.push(sum);
    }

    /// Marks what belongs to the page and not to posts, what is quoted, and what no author says. What holds
    /// much of the page is none of these, whatever it is called.
    fn mark_parts(&mut self, own: &mut [Sum], lengths: &[u32]) {
        let total = lengths.last().copied().unwrap_or(0);
        let (mut chrome, mut quoted, mut noise, mut heading) = (0, 0, 0, 0);
        for at in 0..self.entries.len() {
            let entry = &mut self.entries[at];
            let end = entry.end as usize;
            let is_small = lengths[end].saturating_sub(lengths[at]) < total / 5 * 2;
            let name = entry.element.value().name();
            let is_heading = matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6");
            if is_small && entry.signs.has(Signs::CHROME) {
                chrome = chrome.max(end);
            }
            if is_small && entry.signs.has(Signs::QUOTE) {
                quoted = quoted.max(end);
            }
            if is_heading {
                heading = heading.max(end);
            }
            if is_small && (entry.signs.has(Signs::NOISE) || entry.signs.has(Signs::HIDDEN)) {
                noise = noise.max(end);
            }
            entry.is_chrome = at < chrome;
            entry.is_quoted = at < quoted;
            entry.is_noise = at < noise;
            if at < noise.max(heading) {
                own[at].prose = 0;
            }
        }
    }

    /// What stands from one element up to another.
    pub(super) fn between(&self, start: u32, end: u32) -> Sum {
        let at = |place: u32| self.sums.get(place as usize).copied().unwrap_or_default();
        at(end).less(at(start))
    }

    /// What an element holds.
    pub(super) fn inside(&self, at: u32) -> Sum {
        self.between(at, self.entries[at as usize].end)
    }

    /// The elements around this one, the nearest first.
    pub(super) fn above(&self, at: u32) -> impl Iterator<Item = u32> + '_ {
        let mut next = self.entries.get(at as usize).map_or(NONE, |entry| entry.parent);
        std::iter::from_fn(move || {
            let here = next;
            next = self.entries.get(here as usize)?.parent;
            Some(here)
        })
    }

    pub(super) fn len(&self) -> u32 {
        self.entries.len() as u32
    }
}

/// Whether an element can hold words for people.
fn is_shown(element: ElementRef<'_>) -> bool {
    let value = element.value();
    !matches!(
        value.name(),
        "script"
            | "style"
            | "template"
            | "svg"
            | "head"
            | "iframe"
            | "object"
            | "select"
            | "textarea"
            | "option"
    )
}

/// Counts the characters of a text that belongs to this element.
fn count(text: &str, around: &Open, own: &mut Sum, words: &mut String) {
    /// Longer words are nobody's name and no time.
    const KEPT: usize = 160;
    let mut characters = 0u32;
    for word in text.split_ascii_whitespace() {
        characters += word.len() as u32 + 1;
        if words.len() < KEPT {
            if !words.is_empty() {
                words.push(' ');
            }
            words.push_str(word);
        }
    }
    if around.in_link {
        own.linked += characters;
    } else {
        own.prose += characters;
    }
}

/// The name of an element among those whose place is counted.
fn kind(name: &str) -> &'static str {
    static NAMES: &[&str] = &[
        "div",
        "p",
        "span",
        "a",
        "li",
        "ul",
        "td",
        "tr",
        "table",
        "tbody",
        "img",
        "br",
        "b",
        "strong",
        "i",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "dl",
        "dt",
        "dd",
        "article",
        "section",
        "header",
        "footer",
        "blockquote",
        "small",
        "time",
        "ol",
        "font",
        "center",
    ];
    NAMES.iter().find(|one| **one == name).copied().unwrap_or("other")
}
