//! Microdata and RDFa as items: the same thing under other names of attributes.

use ego_tree::NodeId;
use scraper::ElementRef;

use super::graph::{Field, Graph, Item, local};
use crate::ingest::html::attribute;

/// Properties whose value is where a link leads, not the words that bear it.
const LINKS: &[&str] = &[
    "url",
    "sameAs",
    "image",
    "mainEntityOfPage",
    "discussionUrl",
    "parentItem",
    "reply_of",
    "replyToUrl",
    "interactionType",
];

/// Relations of RDFa that are about a thread.
const RELATIONS: &[&str] =
    &["sioc:has_creator", "sioc:reply_of", "schema:author", "schema:parentItem", "schema:comment"];

/// Adds what the elements below this one describe.
pub(super) fn add<'a>(root: ElementRef<'a>, graph: &mut Graph<'a>) {
    let mut walk = Walk { graph, open: Vec::new(), relations: Vec::new(), anchor: None };
    let mut at = Some(*root);
    while let Some(mut node) = at {
        let inside = ElementRef::wrap(node).is_none_or(|element| walk.see(element));
        at = node.first_child().filter(|_| inside);
        while at.is_none() {
            walk.leave(node.id());
            if node.id() == root.id() {
                break;
            }
            at = node.next_sibling();
            if at.is_none() {
                match node.parent() {
                    Some(parent) => node = parent,
                    None => break,
                }
            }
        }
    }
    graph.index();
}

struct Walk<'g, 'a> {
    graph: &'g mut Graph<'a>,
    /// The items whose elements are open.
    open: Vec<(NodeId, usize)>,
    /// Open elements that say how the item inside them relates to the one around them.
    relations: Vec<(NodeId, &'a str)>,
    /// The latest name of a place on the page.
    anchor: Option<&'a str>,
}

impl<'a> Walk<'_, 'a> {
    /// Looks at an element; says whether to look inside.
    fn see(&mut self, element: ElementRef<'a>) -> bool {
        let value = element.value();
        if matches!(value.name(), "script" | "style" | "template" | "svg" | "head") {
            return value.name() == "head";
        }
        let get = |name: &str| attribute(value, name);
        let own = get("id").or_else(|| get("name")).filter(|id| id.ends_with(|c: char| c.is_ascii_digit()));
        self.anchor = own.filter(|_| value.name() != "meta").or(self.anchor);
        let types = get("itemtype").or_else(|| get("typeof"));
        let name = get("itemprop").or_else(|| get("property")).and_then(first_name);
        let around = self.open.last().map(|(_, item)| *item);
        if let Some(relation) = get("rel").and_then(relation) {
            match (get("resource"), around) {
                (Some(to), Some(around)) if types.is_none() => self.field(around, relation, Field::Text(to)),
                _ => self.relations.push((element.id(), relation)),
            }
        }
        if types.is_some() || get("itemscope").is_some() {
            self.begin(element, types, name, around);
        } else if let (Some(around), Some(names)) = (around, get("itemprop").or_else(|| get("property"))) {
            for name in names.split_ascii_whitespace().map(local) {
                self.field(around, name, field_of(element, name));
            }
        }
        true
    }

    /// Begins an item.
    fn begin(
        &mut self,
        element: ElementRef<'a>,
        types: Option<&'a str>,
        name: Option<&'a str>,
        around: Option<usize>,
    ) {
        let value = element.value();
        let id = ["itemid", "resource", "about"].iter().find_map(|name| attribute(value, name));
        let relation = self.relations.last().map(|(_, relation)| *relation);
        // `typeof` and `property` on one element: the property is the item's own, as Drupal writes names.
        let name = name.filter(|_| attribute(value, "itemprop").is_some() || relation.is_none()).or(relation);
        let item = Item {
            kinds: types.unwrap_or_default().split_ascii_whitespace().map(local).collect(),
            id: id.filter(|id| !id.is_empty()),
            anchor: self.anchor,
            inside: around.map(|around| (around, name)),
            element: Some(element),
            ..Item::default()
        };
        let at = self.graph.add(item);
        self.open.push((element.id(), at));
    }

    fn field(&mut self, item: usize, name: &'a str, field: Field<'a>) {
        if let Some(item) = self.graph.items.get_mut(item) {
            item.fields.push((name, field));
        }
    }

    fn leave(&mut self, node: NodeId) {
        if self.open.last().is_some_and(|(open, _)| *open == node) {
            self.open.pop();
        }
        if self.relations.last().is_some_and(|(open, _)| *open == node) {
            self.relations.pop();
        }
    }
}

fn field_of<'a>(element: ElementRef<'a>, name: &str) -> Field<'a> {
    let value = element.value();
    let get = |name: &str| attribute(value, name);
    let link = || get("href").or_else(|| get("src")).filter(|_| LINKS.contains(&name));
    let written = get("content").or_else(|| get("datetime")).or_else(link);
    written.map_or(Field::Words(element), Field::Text)
}

fn first_name(names: &str) -> Option<&str> {
    names.split_ascii_whitespace().next().map(local)
}

fn relation(names: &str) -> Option<&str> {
    names.split_ascii_whitespace().find(|name| RELATIONS.contains(name)).map(local)
}
