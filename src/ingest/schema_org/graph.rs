//! Items with properties, wherever they were written down.

use std::collections::HashMap;

use scraper::ElementRef;

use crate::ingest::json::Value;

/// All items of a document, in its order.
#[derive(Default)]
pub(super) struct Graph<'a> {
    pub items: Vec<Item<'a>>,
    /// The fullest item of each id.
    by_id: HashMap<&'a str, usize>,
}

/// The item around another one, and the property that the inner one is there.
pub(super) type Inside<'a> = Option<(usize, Option<&'a str>)>;

/// A thing that is described.
#[derive(Default)]
pub(super) struct Item<'a> {
    /// Its types without the vocabulary's address.
    pub kinds: Vec<&'a str>,
    /// What the data call it, most often an address.
    pub id: Option<&'a str>,
    /// The anchor at or just before its element.
    pub anchor: Option<&'a str>,
    /// The item that it stands in and the property it is there, if any.
    pub inside: Inside<'a>,
    pub fields: Vec<(&'a str, Field<'a>)>,
    /// Its element, where it is markup.
    pub element: Option<ElementRef<'a>>,
}

/// The value of a property.
#[derive(Clone, Copy)]
pub(super) enum Field<'a> {
    Json(Value<'a>),
    Text(&'a str),
    Words(ElementRef<'a>),
    Item(usize),
}

impl<'a> Graph<'a> {
    /// Adds an item that stands in another as one of its properties, or for itself.
    pub(super) fn add(&mut self, item: Item<'a>) -> usize {
        let at = self.items.len();
        if let Some((outer, Some(name))) = item.inside
            && let Some(outer) = self.items.get_mut(outer)
        {
            outer.fields.push((name, Field::Item(at)));
        }
        self.items.push(item);
        at
    }

    /// Notes which item each id means; to be called once all are there.
    pub(super) fn index(&mut self) {
        for (at, item) in self.items.iter().enumerate() {
            let Some(id) = item.id else { continue };
            let fuller = |known: &usize| self.items[*known].fields.len() >= item.fields.len();
            if !self.by_id.get(id).is_some_and(fuller) {
                self.by_id.insert(id, at);
            }
        }
    }

    /// The item itself, or the one that it only refers to.
    pub(super) fn resolve(&self, at: usize) -> usize {
        match self.items.get(at) {
            Some(Item { id: Some(id), fields, .. }) if fields.is_empty() => self.named(id).unwrap_or(at),
            _ => at,
        }
    }

    /// The item with this id.
    pub(super) fn named(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }
}

impl<'a> Item<'a> {
    /// Whether it is of this type.
    pub(super) fn is(&self, kind: &str) -> bool {
        self.kinds.contains(&kind)
    }

    /// The values of the first of these properties that it has.
    pub(super) fn all<'i>(&'i self, names: &[&str]) -> Vec<Field<'a>> {
        let of = |wanted: &str| -> Vec<Field<'a>> {
            self.fields.iter().filter(|(name, _)| *name == wanted).map(|(_, field)| *field).collect()
        };
        names.iter().map(|name| of(name)).find(|found| !found.is_empty()).unwrap_or_default()
    }
}

/// A name without its vocabulary: `schema:text`, `https://schema.org/text`, `text`.
pub(super) fn local(name: &str) -> &str {
    name.rsplit(['/', '#', ':']).next().unwrap_or(name)
}
