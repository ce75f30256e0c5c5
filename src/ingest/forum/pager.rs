//! The next page by the numbers of the pages, for engines and skins whose links have no name for it.

use scraper::ElementRef;

use crate::ingest::html::{attribute, below, text_of};

/// Elements of a pager that are looked at.
const ELEMENTS: usize = 200;

/// What a row of page numbers tells.
#[derive(Debug, Default)]
pub(super) struct Pager<'a> {
    /// The page shown: the first number that is no link.
    current: Option<u32>,
    /// The linked pages.
    links: Vec<(u32, &'a str)>,
}

impl<'a> Pager<'a> {
    /// Reads a row of page numbers, unless one with links was read before.
    pub(super) fn see(&mut self, row: ElementRef<'a>) {
        if self.current.is_some() && !self.links.is_empty() {
            return;
        }
        let mut pager = Pager::default();
        for element in below(row).take(ELEMENTS) {
            let value = element.value();
            let leaf = element.children().all(|child| child.value().is_text());
            let shown = || text_of(element).trim_matches(['[', ']', '(', ')']).trim().parse::<u32>().ok();
            match (value.name(), attribute(value, "href")) {
                ("a", Some(href)) => pager.links.extend(shown().map(|number| (number, href))),
                ("strong" | "b" | "span" | "em" | "a" | "li", _) if leaf && pager.current.is_none() => {
                    pager.current = shown();
                }
                _ => {}
            }
        }
        if pager.current.is_some() {
            *self = pager;
        }
    }

    /// The number of this page, when it is shown.
    pub(super) fn current(&self) -> Option<u32> {
        self.current.filter(|_| !self.links.is_empty())
    }

    /// The link to the page after this one.
    pub(super) fn next(&self) -> Option<&'a str> {
        self.link(self.current?.checked_add(1)?)
    }

    /// The link to the page before this one.
    pub(super) fn previous(&self) -> Option<&'a str> {
        self.link(self.current?.checked_sub(1)?)
    }

    fn link(&self, wanted: u32) -> Option<&'a str> {
        self.links.iter().find(|(number, _)| *number == wanted).map(|(_, href)| *href)
    }
}
