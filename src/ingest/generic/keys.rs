//! What elements of one kind have in common: a class, the pattern of an id, a place.
//!
//! An element has several keys, for skins add classes of their own to some posts and not to others; which
//! of them stands for "a post" or "its words" is decided by counting. A key is a hash and tells nothing
//! about what it was made of.

use scraper::node::Element;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::survey::Survey;

/// Classes that count.
const CLASSES: usize = 8;

const CLASS: u64 = 1;
const ID: u64 = 2;
const MARK: u64 = 3;
const SIBLING: u64 = 4;
const PATH: u64 = 5;

/// Writes the keys that the classes of an element give; `tag` is the hash of its name.
pub(super) fn of_class(classes: &str, tag: u64, keys: &mut Vec<u64>) {
    let classes = classes.split_ascii_whitespace().take(CLASSES).filter(|class| class.len() < 80);
    keys.extend(classes.map(|class| pattern(class, tag ^ CLASS)));
}

/// Writes the keys that the names of an element give.
pub(super) fn of_names(element: &Element, keys: &mut Vec<u64>) {
    let tag = xxh3_64_with_seed(element.name().as_bytes(), 0);
    for (name, text) in element.attrs() {
        match name {
            "class" => of_class(text, tag, keys),
            "id" => {
                if text.bytes().any(|byte| byte.is_ascii_digit()) && text.len() < 80 {
                    keys.push(pattern(text, tag ^ ID));
                }
                if let Some(at) = text.find(['_', '-', '/']) {
                    keys.push(xxh3_64_with_seed(&text.as_bytes()[..at], tag ^ MARK));
                }
            }
            "itemprop" | "itemtype" | "component" | "data-role" | "data-testid" | "role" => {
                keys.push(pattern(text, tag ^ MARK ^ xxh3_64_with_seed(name.as_bytes(), 0)));
            }
            _ => {}
        }
    }
}

/// Writes all keys of an element that may be a post.
pub(super) fn of_container(survey: &Survey<'_>, at: u32, keys: &mut Vec<u64>) {
    keys.extend_from_slice(survey.keys(at));
    let entry = &survey.entries[at as usize];
    keys.push(xxh3_64_with_seed(survey.tag(at).as_bytes(), SIBLING | (u64::from(entry.parent) << 3)));
    keys.push(u64::from(entry.path) << 3 | PATH);
}

/// The key of a text without its numbers.
fn pattern(text: &str, seed: u64) -> u64 {
    let mut short = [0u8; 96];
    let mut length = 0;
    for byte in text.bytes() {
        let byte = if byte.is_ascii_digit() { b'#' } else { byte.to_ascii_lowercase() };
        let again = byte == b'#' && length > 0 && short[length - 1] == b'#';
        if !again && length < short.len() {
            short[length] = byte;
            length += 1;
        }
    }
    xxh3_64_with_seed(&short[..length], seed)
}

/// Whether an element of this name can hold a post.
pub(super) fn is_container(name: &str) -> bool {
    matches!(
        name,
        "div"
            | "li"
            | "article"
            | "section"
            | "tr"
            | "tbody"
            | "table"
            | "dl"
            | "dt"
            | "dd"
            | "details"
            | "td"
            | "center"
            | "fieldset"
            | "ul"
            | "ol"
            | "form"
            | "header"
            | "p"
            | "blockquote"
            | "h3"
            | "h4"
            | "font"
            | "span"
            | "main"
    ) || name.contains('-')
}
