//! Text in which markup was escaped once more: Reddit's API without `raw_json`, and the items of feeds.
//!
//! Only the five characters that escaping touches; HTML's own names are the HTML parser's business.

use std::borrow::Cow;

/// The text with `&lt;`, `&gt;`, `&amp;`, `&quot;` and the spellings of an apostrophe turned back, once.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    const NAMES: [(&str, char); 8] = [
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&amp;", '&'),
        ("&quot;", '"'),
        ("&#39;", '\''),
        ("&#039;", '\''),
        ("&#x27;", '\''),
        ("&apos;", '\''),
    ];
    let Some(first) = memchr::memchr(b'&', text.as_bytes()) else { return Cow::Borrowed(text) };
    let (kept, mut rest) = text.split_at(first);
    let mut plain = String::with_capacity(text.len());
    plain.push_str(kept);
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        let (before, from) = rest.split_at(at);
        plain.push_str(before);
        let (character, after) = NAMES
            .iter()
            .find_map(|(name, character)| Some((*character, from.strip_prefix(name)?)))
            .unwrap_or_else(|| ('&', from.strip_prefix('&').unwrap_or_default()));
        plain.push(character);
        rest = after;
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_escaped_twice_is_turned_back_once() {
        assert_eq!(
            unescape("a &amp;lt; b &lt;p&gt; &#39;x&#039; &nbsp; & é&"),
            "a &lt; b <p> 'x' &nbsp; & é&"
        );
        assert_eq!(unescape("plain"), "plain");
    }
}
