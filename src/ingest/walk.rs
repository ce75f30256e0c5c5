//! Visits the elements of a page with a say in which of them to look inside.
//!
//! For pages in which posts stand beside much else: what a reader has taken as a post is not looked at again.
//! Nothing recurses, however deep a page nests.

use scraper::ElementRef;

/// Shows the elements below this one to `see`, in the order of the page; `see` says whether to go on inside.
pub(super) fn walk<'a>(root: ElementRef<'a>, mut see: impl FnMut(ElementRef<'a>) -> bool) {
    let mut at = root.first_child();
    while let Some(mut node) = at {
        let inside = ElementRef::wrap(node).is_some_and(&mut see);
        at = node.first_child().filter(|_| inside);
        while at.is_none() {
            at = node.next_sibling();
            if at.is_none() {
                match node.parent().filter(|parent| parent.id() != root.id()) {
                    Some(parent) => node = parent,
                    None => break,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::document::parse_fragment;

    #[test]
    fn what_is_inside_is_seen_only_on_request() {
        let html = parse_fragment("<p>a<b>b<u>u</u></b><i>c</i></p><q>d</q>").unwrap();
        let mut seen = Vec::new();
        walk(html.root_element(), |element| {
            seen.push(element.value().name().to_owned());
            element.value().name() != "b"
        });
        assert_eq!(seen, ["p", "b", "i", "q"]);
    }
}
