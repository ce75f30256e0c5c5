//! The page as a flat table of its elements, so that whatever lies between two places is counted at once.
//!
//! Elements stand in the order of the page, each with where its insides end; sums that run along give the
//! prose, times and names of any stretch without walking it again. Nothing is judged here.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use ego_tree::iter::Edge;
use scraper::node::Element;
use scraper::{ElementRef, Node};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::entry::{Bears, Class, Entry, Marks, Sum};
use super::sign::{Known, Signs};
use super::tag::Tag;
use super::{keys, nesting, people, times};
use crate::ingest::html::attribute;

/// Parent of the outermost element, and the place of what an element lacks.
pub(super) const NONE: u32 = u32::MAX;

/// Elements that are looked at; of a larger page only the beginning.
const MOST: usize = 2_000_000;

/// Characters of a name at most.
const NAME: usize = 60;

/// The table.
#[derive(Debug)]
pub(super) struct Survey<'a> {
    root: ElementRef<'a>,
    pub entries: Vec<Entry>,
    /// Sums of all that stands before each element, and of the whole page at the end.
    sums: Vec<Sum>,
    classes: Vec<Class<'a>>,
    marks: Vec<Marks<'a>>,
    keys: Vec<u64>,
    /// Names that were read.
    pub names: RefCell<HashMap<u32, Option<Rc<str>>>>,
}

/// An element whose insides are being read.
#[derive(Default)]
struct Open {
    at: u32,
    in_link: bool,
    /// Children so far by name.
    children: Vec<(Tag, u16)>,
    /// The beginning of its own words, which may be a time.
    words: String,
}

/// Places of classes, by the element's name.
type Classes<'a> = HashMap<(u64, &'a str), u32>;

/// What is kept while the page is walked.
#[derive(Default)]
struct Walk<'a> {
    open: Vec<Open>,
    /// Used up, to be used again.
    spare: Vec<Open>,
    signs: Known,
    classes: Classes<'a>,
}

impl<'a> Survey<'a> {
    pub(super) fn of(root: ElementRef<'a>) -> Self {
        let mut survey = Survey {
            root,
            entries: Vec::new(),
            sums: Vec::new(),
            classes: Vec::new(),
            marks: Vec::new(),
            keys: Vec::new(),
            names: RefCell::default(),
        };
        let mut walk = Walk::default();
        let mut left_out = None;
        for edge in root.traverse() {
            match edge {
                Edge::Open(_) if left_out.is_some() => {}
                Edge::Open(node) => match node.value() {
                    Node::Text(text) => {
                        if let Some(around) = walk.open.last_mut() {
                            count(text, around, &mut survey.sums);
                        }
                    }
                    Node::Element(_) => match ElementRef::wrap(node) {
                        Some(element) if survey.entries.len() < MOST && is_shown(element) => {
                            survey.open(element, &mut walk);
                            survey.sums.push(Sum::default());
                        }
                        _ => left_out = Some(node.id()),
                    },
                    _ => {}
                },
                Edge::Close(node) if left_out.is_some() => {
                    left_out = left_out.filter(|&left_out| left_out != node.id());
                }
                Edge::Close(node) if node.value().is_element() => survey.close(&mut walk),
                Edge::Close(_) => {}
            }
        }
        drop(walk);
        survey.entries.shrink_to_fit();
        survey.mark();
        survey
    }

    fn open(&mut self, element: ElementRef<'a>, walk: &mut Walk<'a>) {
        let at = self.entries.len() as u32;
        let value = element.value();
        let signs = Signs::of_one(value, &mut walk.signs);
        let tag = Tag::of(value.name());
        let mut nth = 0;
        let mut path = 0;
        let (parent, in_link) = match walk.open.last_mut() {
            Some(around) => {
                path = self.entries[around.at as usize].path;
                match around.children.iter_mut().find(|(of, _)| *of == tag) {
                    Some((_, count)) => {
                        *count = count.saturating_add(1);
                        nth = *count;
                    }
                    None => around.children.push((tag, 0)),
                }
                (around.at, around.in_link)
            }
            None => (NONE, false),
        };
        let mut entry = Entry {
            node: element.id(),
            parent,
            end: at + 1,
            path: xxh3_64_with_seed(value.name().as_bytes(), u64::from(path)) as u32,
            class: NONE,
            marks: NONE,
            nth,
            signs,
            tag,
            bears: Bears::default(),
            name: 0,
            time: None,
            is_chrome: false,
            is_quoted: false,
            is_noise: false,
        };
        self.read_attributes(value, &mut entry, &mut walk.classes);
        if (entry.bears.any(Bears::TIME) || value.name() == "meta")
            && let Some((_, exact)) = times::time_attribute(value)
        {
            entry.time = Some(exact);
        }
        self.entries.push(entry);
        let mut here = walk.spare.pop().unwrap_or_default();
        here.at = at;
        here.in_link = in_link || value.name() == "a";
        walk.open.push(here);
    }

    /// Reads class, id and what else an element bears, and makes its keys.
    fn read_attributes(&mut self, value: &'a Element, entry: &mut Entry, known: &mut Classes<'a>) {
        let mut marks = Marks::default();
        for (name, text) in value.attrs() {
            entry.bears.0 |= Bears::of(name).0;
            match name {
                "class" => {
                    let tag = xxh3_64_with_seed(value.name().as_bytes(), 0);
                    entry.class = *known.entry((tag, text)).or_insert_with(|| {
                        let first = self.keys.len() as u32;
                        keys::of_class(text, tag, &mut self.keys);
                        let keys = first..self.keys.len() as u32;
                        self.classes.push(Class { text, level: nesting::level_of_class(text), keys });
                        self.classes.len() as u32 - 1
                    });
                }
                "id" => marks.id = Some(text),
                "href" => marks.href = Some(text),
                _ => {}
            }
        }
        if entry.bears.any(Bears::KEYS) {
            let first = self.keys.len() as u32;
            keys::of_names(value, &mut self.keys);
            marks.keys = Some(first..self.keys.len() as u32);
        }
        if marks.id.is_some() || marks.href.is_some() || marks.keys.is_some() {
            entry.marks = self.marks.len() as u32;
            self.marks.push(marks);
        }
    }

    fn close(&mut self, walk: &mut Walk<'a>) {
        let Some(mut done) = walk.open.pop() else { return };
        let end = self.entries.len() as u32;
        let entry = &mut self.entries[done.at as usize];
        entry.end = end;
        if entry.time.is_none() {
            let text = done.words.trim();
            entry.time = (times::tells_time(text) && !times::tells_of_something_else(text)).then_some(false);
        }
        done.words.clear();
        done.children.clear();
        walk.spare.push(done);
    }

    /// Finds names, and runs the sums along.
    fn mark(&mut self) {
        let mut own = std::mem::take(&mut self.sums);
        // The words of short elements with all inside them, for names: a name may stand in a span in a link.
        let lengths = lengths(&own);
        self.mark_parts(&mut own, &lengths);
        let shown = self::lengths(&own);
        for (at, own) in own.iter_mut().enumerate() {
            let entry = &self.entries[at];
            let end = entry.end as usize;
            let without_noise = shown[end].saturating_sub(shown[at]);
            let length =
                if without_noise > 0 { without_noise } else { lengths[end].saturating_sub(lengths[at]) };
            let short = length > 0 && length <= NAME as u32 && entry.time.is_none();
            let linked =
                || self.tag(at as u32) == "a" && self.href(at as u32).is_some_and(people::leads_to_a_person);
            let name = if short && linked() {
                2
            } else {
                u8::from(short && entry.signs.has(Signs::AUTHOR) && !entry.signs.has(Signs::NOISE))
            };
            let bears = |name: &str| attribute(self.value(at as u32), name).is_some();
            let is_named = entry.bears.any(Bears::DATA) && (bears("data-author") || bears("data-username"));
            let entry = &mut self.entries[at];
            entry.name = name.max(u8::from(is_named) * 2);
            let time = entry.time;
            own.times =
                u32::from(time.is_some() && !entry.is_quoted && (!entry.is_noise || time == Some(true)));
            own.names = u32::from(entry.name > 0 && !entry.is_quoted);
            if time.is_some() || (name > 0 && end - at <= 4) {
                own.prose = 0;
            }
        }
        let mut sum = Sum::default();
        for one in own.iter_mut() {
            let before = sum;
            sum = sum.plus(*one);
            *one = before;
        }
        own.push(sum);
        self.sums = own;
    }

    /// Marks what belongs to the page and not to posts, what is quoted, and what no author says. What holds
    /// much of the page is none of these, whatever it is called.
    fn mark_parts(&mut self, own: &mut [Sum], lengths: &[u32]) {
        let total = lengths.last().copied().unwrap_or(0);
        let (mut chrome, mut quoted, mut noise, mut heading) = (0, 0, 0, 0);
        for at in 0..self.entries.len() {
            let end = self.entries[at].end as usize;
            let is_small = lengths[end].saturating_sub(lengths[at]) < total / 5 * 2;
            let name = self.tag(at as u32);
            let is_heading = matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6");
            let entry = &mut self.entries[at];
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

    /// The element itself.
    pub(super) fn element(&self, at: u32) -> ElementRef<'a> {
        let node = self.entries.get(at as usize).and_then(|entry| self.root.tree().get(entry.node));
        node.and_then(ElementRef::wrap).unwrap_or(self.root)
    }

    /// The name of an element.
    pub(super) fn tag(&self, at: u32) -> &'a str {
        self.entries[at as usize].tag.name().unwrap_or_else(|| self.value(at).name())
    }

    /// The element's attributes.
    pub(super) fn value(&self, at: u32) -> &'a Element {
        self.element(at).value()
    }

    pub(super) fn bears(&self, at: u32, any: Bears) -> bool {
        self.entries[at as usize].bears.any(any)
    }

    pub(super) fn class(&self, at: u32) -> Option<&'a str> {
        self.class_of(at).map(|class| class.text)
    }

    /// The level that the class of an element tells.
    pub(super) fn level_of_class(&self, at: u32) -> Option<u32> {
        self.class_of(at)?.level
    }

    pub(super) fn id(&self, at: u32) -> Option<&'a str> {
        self.marks_of(at)?.id
    }

    pub(super) fn href(&self, at: u32) -> Option<&'a str> {
        self.marks_of(at)?.href
    }

    /// What the names of an element have in common with those of others.
    pub(super) fn keys(&self, at: u32) -> &[u64] {
        let own = self.marks_of(at).and_then(|marks| marks.keys.as_ref());
        let keys = own.or_else(|| Some(&self.class_of(at)?.keys));
        keys.and_then(|keys| self.keys.get(keys.start as usize..keys.end as usize)).unwrap_or_default()
    }

    fn class_of(&self, at: u32) -> Option<&Class<'a>> {
        self.classes.get(self.entries[at as usize].class as usize)
    }

    fn marks_of(&self, at: u32) -> Option<&Marks<'a>> {
        self.marks.get(self.entries[at as usize].marks as usize)
    }
}

/// How many characters stand before each element, and on the whole page at the end.
fn lengths(own: &[Sum]) -> Vec<u32> {
    let mut lengths = Vec::with_capacity(own.len() + 1);
    let mut length = 0u32;
    for sum in own {
        lengths.push(length);
        length = length.saturating_add(sum.prose + sum.linked);
    }
    lengths.push(length);
    lengths
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

/// Counts the characters of a text that belongs to this element, and keeps the first of its words.
fn count(text: &str, around: &mut Open, sums: &mut [Sum]) {
    /// Longer words are nobody's name and no time.
    const KEPT: usize = 160;
    let mut characters = 0u32;
    for word in text.split_ascii_whitespace() {
        characters += word.len() as u32 + 1;
        if around.words.len() < KEPT {
            if !around.words.is_empty() {
                around.words.push(' ');
            }
            around.words.push_str(word);
        }
    }
    let Some(own) = sums.get_mut(around.at as usize) else { return };
    if around.in_link {
        own.linked += characters;
    } else {
        own.prose += characters;
    }
}
