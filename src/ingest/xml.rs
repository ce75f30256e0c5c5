//! Elements of XML exports and feeds, found by their names.
//!
//! The HTML parser would misread them (`<link>`, CDATA), and only a handful of elements matter. It keeps no
//! tree and knows no namespaces: a name is what stands in the text, prefix included.

use super::entity::unescape;

/// An element: what stands in its opening tag after the name, and what is inside it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'t> {
    attributes: &'t str,
    /// What stands between its tags.
    pub inner: &'t str,
}

impl<'t> Found<'t> {
    /// The attribute's value as it stands in the text.
    pub(super) fn attribute(&self, name: &str) -> Option<&'t str> {
        let mut rest = self.attributes;
        loop {
            let at = rest.find(name)?;
            let free = rest.get(..at).is_some_and(|before| before.ends_with(char::is_whitespace));
            rest = rest.get(at + name.len()..)?;
            let Some(value) = rest.trim_start().strip_prefix('=').filter(|_| free) else { continue };
            let value = value.trim_start();
            let mark = value.chars().next().filter(|mark| matches!(mark, '"' | '\''))?;
            return value.get(1..)?.split(mark).next();
        }
    }
}

/// All elements of this name that do not stand in another of the same name.
pub(super) fn all<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = Found<'t>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (found, after) = next(rest, name)?;
        rest = after;
        Some(found)
    })
}

/// The first element of this name.
pub(super) fn first<'t>(text: &'t str, name: &str) -> Option<Found<'t>> {
    next(text, name).map(|(found, _)| found)
}

/// The words of the first element of this name; `None` when it is empty or absent.
pub(super) fn words(text: &str, name: &str) -> Option<String> {
    let words = plain(first(text, name)?.inner);
    let words = words.trim();
    (!words.is_empty()).then(|| words.to_owned())
}

/// The text of an element: CDATA as it stands, else with what was escaped turned back.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, data)) = rest.split_once("<![CDATA[") {
        out.push_str(&unescape(before));
        let (inside, after) = data.split_once("]]>").unwrap_or((data, ""));
        out.push_str(inside);
        rest = after;
    }
    out.push_str(&unescape(rest));
    out
}

/// The first element of this name, and what follows it. Markup in CDATA or a comment is no element.
fn next<'t>(text: &'t str, name: &str) -> Option<(Found<'t>, &'t str)> {
    let mut open: Option<(usize, &'t str)> = None;
    let mut at = 0;
    loop {
        let tag_at = at + memchr::memchr(b'<', text.as_bytes().get(at..)?)?;
        let tag = text.get(tag_at..)?;
        let closed = [("<![CDATA[", "]]>"), ("<!--", "-->")];
        if let Some((start, end)) = closed.into_iter().find(|(start, _)| tag.starts_with(start)) {
            at = tag_at + start.len() + tag.get(start.len()..)?.find(end)? + end.len();
            continue;
        }
        at = tag_at + 1;
        let bare = tag.get(1..)?;
        match open {
            None => {
                let is_end = |c: char| c == '>' || c == '/' || c.is_whitespace();
                let Some(after) = bare.strip_prefix(name).filter(|after| after.starts_with(is_end)) else {
                    continue;
                };
                let end = after.find('>')?;
                let attributes = after.get(..end)?;
                let from = tag_at + 1 + name.len() + end + 1;
                if let Some(attributes) = attributes.strip_suffix('/') {
                    return Some((Found { attributes, inner: "" }, text.get(from..)?));
                }
                open = Some((from, attributes));
                at = from;
            }
            Some((from, attributes)) => {
                let closing = bare.strip_prefix('/').and_then(|end| end.strip_prefix(name));
                if let Some(after) = closing.and_then(|after| after.trim_start().strip_prefix('>')) {
                    return Some((Found { attributes, inner: text.get(from..tag_at)? }, after));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_found_by_name_and_cdata_is_text() {
        let text = r#"<!-- <a>no</a> --><ab>no</ab><a x:id='7' id = "8"><![CDATA[<a>&amp;]]> &amp;</a><a id="9"/><a>z</a>"#;
        let found: Vec<Found<'_>> = all(text, "a").collect();
        assert_eq!(found.len(), 3);
        assert_eq!((found[0].attribute("id"), found[0].attribute("x:id")), (Some("8"), Some("7")));
        assert_eq!(plain(found[0].inner), "<a>&amp; &");
        assert_eq!((found[1].attribute("id"), words(text, "ab").as_deref()), (Some("9"), Some("no")));
    }

    #[test]
    fn what_is_cut_off_is_no_element() {
        for text in ["<a", "<a>", "<a><![CDATA[", "<a></a", "<!--", "<a b=\"", ""] {
            assert!(first(text, "a").is_none(), "{text}");
        }
    }
}
