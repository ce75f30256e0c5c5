//! JSON-LD as items. Contexts are not looked up: schema.org's names are told by themselves.

use super::graph::{Field, Graph, Inside, Item, local};
use crate::ingest::json::Value;

/// Adds what a block of JSON-LD describes.
pub(super) fn add<'a>(root: Value<'a>, graph: &mut Graph<'a>) {
    let mut waiting: Vec<(Value<'a>, Inside<'a>)> = vec![(root, None)];
    while let Some((value, inside)) = waiting.pop() {
        let from = waiting.len();
        if value.is_object() {
            object(value, inside, graph, &mut waiting);
        } else if is_list(value) {
            waiting.extend(value.items().map(|item| (item, inside)));
        } else if let Some((outer, Some(name))) = inside
            && let Some(outer) = graph.items.get_mut(outer)
        {
            outer.fields.push((name, Field::Json(value)));
        }
        if let Some(new) = waiting.get_mut(from..) {
            new.reverse();
        }
    }
    graph.index();
}

/// Adds an object, and what it holds to what waits.
fn object<'a>(
    object: Value<'a>,
    inside: Inside<'a>,
    graph: &mut Graph<'a>,
    waiting: &mut Vec<(Value<'a>, Inside<'a>)>,
) {
    if let Some(value) = ["@value", "@list", "@set"].iter().find_map(|key| object.get(key)) {
        waiting.push((value, inside));
        return;
    }
    let mut item = Item { inside, ..Item::default() };
    let mut held = Vec::new();
    for (name, value) in object.entries() {
        match name {
            "@type" | "type" => {
                let one = value.as_str();
                let kinds = one.into_iter().chain(value.items().filter_map(Value::as_str));
                item.kinds.extend(kinds.map(local));
            }
            "@id" => item.id = value.as_str(),
            "@graph" => held.push((value, None)),
            _ if name.starts_with('@') => {}
            _ => held.push((value, Some(local(name)))),
        }
    }
    let at = graph.add(item);
    waiting.extend(held.into_iter().map(|(value, name)| (value, name.map(|name| (at, Some(name))))));
}

fn is_list(value: Value<'_>) -> bool {
    value.items().next().is_some()
}
