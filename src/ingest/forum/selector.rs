//! A small part of CSS selectors, enough to say where a forum keeps its things.
//!
//! `a.username, h3 .author @title`: alternatives in order of preference, each a chain of compounds with the
//! descendant (space) or child (`>`) relation, and after `@` the attribute that holds the value. A compound is
//! a name, `.class`, `#id` and `[attribute]`, `[!attribute]` (absent), `[a=v]`, `[a^=v]`, `[a*=v]` and
//! `[a#=v]` (`v` and then digits only). The general engine matches each selector from scratch and interns
//! every class; on a page of twenty thousand posts that costs more than the reading.

use scraper::ElementRef;
use scraper::node::Element;

use crate::ingest::html::{attribute, text_of};

/// Ancestors that are looked at for the left parts of a chain.
const FAR: usize = 40;

/// Alternatives in order of preference.
#[derive(Debug, Default)]
pub(super) struct Selector {
    chains: Vec<Chain>,
}

/// One alternative.
#[derive(Debug)]
struct Chain {
    last: Compound,
    /// What must stand above it, the nearest first, and whether it must be the parent itself.
    above: Vec<(Compound, bool)>,
    take: Option<&'static str>,
}

#[derive(Debug, Default)]
struct Compound {
    name: Option<&'static str>,
    classes: Vec<&'static str>,
    tests: Vec<Test>,
}

/// What an attribute must be like.
#[derive(Debug)]
enum Test {
    Has(&'static str),
    Lacks(&'static str),
    Is(&'static str, &'static str),
    Starts(&'static str, &'static str),
    Holds(&'static str, &'static str),
    Numbered(&'static str, &'static str),
}

/// An element that an alternative of a selector fits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit<'a> {
    rank: usize,
    pub element: ElementRef<'a>,
    take: Option<&'static str>,
}

impl<'a> Hit<'a> {
    /// The attribute that the selector names, else the words; never empty.
    pub(super) fn value(&self) -> Option<String> {
        let value = match self.take {
            Some(name) => attribute(self.element.value(), name)?.trim().to_owned(),
            None => text_of(self.element),
        };
        (!value.is_empty()).then_some(value)
    }

    /// Whether the value is an attribute's and not words for people.
    pub(super) fn is_exact(&self) -> bool {
        self.take.is_some()
    }
}

impl Selector {
    /// Reads a selector. What is no selector selects nothing.
    pub(super) fn new(text: &'static str) -> Self {
        let chains = text.split(',').map(str::trim).filter(|part| !part.is_empty()).filter_map(Chain::new);
        Self { chains: chains.collect() }
    }

    /// Whether it names anything at all.
    pub(super) fn is_empty(&self) -> bool {
        self.chains.is_empty()
    }

    /// Whether the element is one of these.
    pub(super) fn fits(&self, element: ElementRef<'_>) -> bool {
        !self.chains.is_empty() && {
            let seen = Seen::of(element.value());
            self.chains.iter().any(|chain| chain.fits(element, &seen))
        }
    }

    /// Keeps the element if it is preferred to the one found before.
    pub(super) fn prefer<'a>(&self, element: ElementRef<'a>, best: &mut Option<Hit<'a>>) {
        let below = best.map_or(self.chains.len(), |hit| hit.rank);
        if below == 0 {
            return;
        }
        let seen = Seen::of(element.value());
        for (rank, chain) in self.chains.iter().take(below).enumerate() {
            let there = || chain.take.is_none_or(|name| attribute(element.value(), name).is_some());
            if chain.fits(element, &seen) && there() {
                *best = Some(Hit { rank, element, take: chain.take });
                return;
            }
        }
    }
}

/// What most tests ask for, looked up once.
struct Seen<'a> {
    element: &'a Element,
    class: Option<&'a str>,
}

impl<'a> Seen<'a> {
    fn of(element: &'a Element) -> Self {
        Self { element, class: attribute(element, "class") }
    }
}

impl Chain {
    fn new(text: &'static str) -> Option<Self> {
        let (path, take) = match text.rsplit_once('@') {
            Some((path, name)) => (path.trim(), Some(name.trim())),
            None => (text, None),
        };
        let mut above = Vec::new();
        let mut last: Option<Compound> = None;
        let mut parent = false;
        for word in path.split_ascii_whitespace() {
            if word == ">" {
                parent = true;
                continue;
            }
            if let Some(before) = last.replace(Compound::new(word)) {
                above.push((before, parent));
            }
            parent = false;
        }
        above.reverse();
        Some(Self { last: last?, above, take })
    }

    fn fits(&self, element: ElementRef<'_>, seen: &Seen<'_>) -> bool {
        if !self.last.fits(seen) {
            return false;
        }
        let mut ancestors = element.ancestors().filter_map(ElementRef::wrap).take(FAR);
        self.above.iter().all(|(compound, parent)| {
            let mut near = ancestors.by_ref().map(|one| compound.fits(&Seen::of(one.value())));
            if *parent { near.next() == Some(true) } else { near.any(|fits| fits) }
        })
    }
}

impl Compound {
    fn new(text: &'static str) -> Self {
        let mut compound = Self::default();
        let (mut rest, mut kind) = (text, ' ');
        while !rest.is_empty() {
            let end = match kind {
                '[' => rest.find(']').unwrap_or(rest.len()),
                _ => rest.find(['.', '#', '[']).unwrap_or(rest.len()),
            };
            let (part, later) = rest.split_at(end);
            match kind {
                '.' => compound.classes.push(part),
                '#' => compound.tests.push(Test::Is("id", part)),
                '[' => compound.tests.push(Test::new(part)),
                _ if !part.is_empty() => compound.name = Some(part),
                _ => {}
            }
            let later = later.strip_prefix(']').unwrap_or(later);
            kind = later.chars().next().unwrap_or(' ');
            rest = later.get(1..).unwrap_or_default();
        }
        compound
    }

    fn fits(&self, seen: &Seen<'_>) -> bool {
        self.name.is_none_or(|name| seen.element.name() == name)
            && (self.classes.is_empty()
                || seen.class.is_some_and(|all| {
                    self.classes.iter().all(|class| all.split_ascii_whitespace().any(|one| one == *class))
                }))
            && self.tests.iter().all(|test| test.fits(seen.element))
    }
}

impl Test {
    fn new(text: &'static str) -> Self {
        if let Some(name) = text.strip_prefix('!') {
            return Test::Lacks(name);
        }
        let Some((name, value)) = text.split_once('=') else { return Test::Has(text) };
        match name.split_at_checked(name.len().saturating_sub(1)) {
            Some((name, "^")) => Test::Starts(name, value),
            Some((name, "*")) => Test::Holds(name, value),
            Some((name, "#")) => Test::Numbered(name, value),
            _ => Test::Is(name, value),
        }
    }

    fn fits(&self, element: &Element) -> bool {
        let get = |name: &str| attribute(element, name);
        match *self {
            Test::Has(name) => get(name).is_some(),
            Test::Lacks(name) => get(name).is_none(),
            Test::Is(name, value) => get(name) == Some(value),
            Test::Starts(name, start) => get(name).is_some_and(|value| value.starts_with(start)),
            Test::Holds(name, part) => get(name).is_some_and(|value| value.contains(part)),
            Test::Numbered(name, start) => get(name)
                .and_then(|value| value.strip_prefix(start))
                .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::document::parse_fragment;
    use crate::ingest::html::below;

    fn value(markup: &str, selector: &'static str) -> Option<String> {
        let html = parse_fragment(markup).unwrap();
        let selector = Selector::new(selector);
        let mut best = None;
        for element in below(html.root_element()) {
            selector.prefer(element, &mut best);
        }
        best.and_then(|hit| hit.value())
    }

    #[test]
    fn the_preferred_alternative_wins_wherever_it_stands() {
        let markup = "<p><b class='guest'>x</b><a class='big username'>ann</a></p>";
        assert_eq!(value(markup, "a.username, b.guest").as_deref(), Some("ann"));
        assert_eq!(value(markup, ".missing, b.guest").as_deref(), Some("x"));
    }

    #[test]
    fn chains_ask_for_ancestors_and_parents() {
        let markup = "<div class=q><p><i>deep</i></p><u>flat</u></div>";
        assert_eq!(value(markup, "div.q i").as_deref(), Some("deep"));
        assert_eq!(value(markup, "div.q > i"), None);
        assert_eq!(value(markup, "div.q > u").as_deref(), Some("flat"));
    }

    #[test]
    fn attributes_are_tested_and_taken() {
        let markup = "<a id=post_12 href='/x#post12'>t</a><a id=post_menu>m</a>";
        assert_eq!(value(markup, "a[id#=post_] @href").as_deref(), Some("/x#post12"));
        assert_eq!(value(markup, "a[!href]").as_deref(), Some("m"));
        assert_eq!(value(markup, "[href*=#post] @id").as_deref(), Some("post_12"));
        assert_eq!(value(markup, "#post_menu").as_deref(), Some("m"));
        assert_eq!(value(markup, "a[id=post_menu][id^=post]").as_deref(), Some("m"));
    }
}
