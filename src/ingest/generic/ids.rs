//! What a post is called: the attribute that every post has and that no two share.

use std::collections::HashSet;

use super::entry::Bears;
use super::fields::Found;
use super::groups::Region;
use super::people::leads_to_a_person;
use super::survey::Survey;
use crate::ingest::html::attribute;

/// Elements at the start of a post in which its id is looked for.
const NEAR: usize = 60;

/// The ids of the posts.
#[derive(Debug, Default)]
pub(super) struct Ids {
    /// In the order of the posts; `None` for one that has none.
    pub ids: Vec<Option<String>>,
    /// The anchor of each post on its page.
    pub anchors: Vec<Option<String>>,
    /// Its own address as the page writes it.
    pub links: Vec<Option<String>>,
}

/// Where ids are looked for, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The element's own id.
    Head,
    /// An attribute of the element that is for programs.
    Data,
    /// An anchor, or the id of an element inside or just before.
    Inner,
    /// The end of the link around the time, or of one that points to a part of a page.
    Link,
}

pub(super) fn find(survey: &Survey<'_>, regions: &[Region], found: &[Found]) -> Ids {
    let anchors: Vec<Option<String>> = regions.iter().map(|region| anchor(survey, region)).collect();
    let links: Vec<Option<String>> =
        regions.iter().zip(found).map(|(region, found)| link(survey, region, found)).collect();
    let mut ids = vec![None; regions.len()];
    for place in [Place::Head, Place::Data, Place::Inner, Place::Link] {
        let raw: Vec<Option<String>> = regions
            .iter()
            .enumerate()
            .map(|(index, region)| match place {
                Place::Head => own_id(survey, region.head).map(str::to_owned),
                Place::Data => data_id(survey, region.head).map(str::to_owned),
                Place::Inner => anchors[index].clone(),
                Place::Link => links[index].clone().map(|link| link.trim_end_matches('/').to_owned()),
            })
            .collect();
        if let Some(short) = distinct(&raw) {
            ids = short;
            break;
        }
    }
    Ids { ids, anchors, links }
}

/// The ids without what all of them begin with, if nearly all posts have one and no two the same.
fn distinct(raw: &[Option<String>]) -> Option<Vec<Option<String>>> {
    let known: Vec<&str> = raw.iter().flatten().map(String::as_str).collect();
    if known.len() * 10 < raw.len() * 6 || known.is_empty() {
        return None;
    }
    let numbered: Vec<Option<String>> =
        raw.iter().map(|id| last_digits(id.as_deref()?).map(str::to_owned)).collect();
    let unique = |ids: &[Option<String>]| {
        let mut seen = HashSet::new();
        ids.iter().flatten().all(|id| seen.insert(id.as_str()))
    };
    // Ids such as `c_7f1` end in figures too, but not all after the same letters.
    let letters = |id: &str| last_digits(id).and_then(|digits| id.strip_suffix(digits)).map(str::to_owned);
    let first = known.first().and_then(|id| letters(id));
    let mixed = |letters: &String| {
        letters
            .rsplit(['-', '_', '#', '/'])
            .next()
            .is_some_and(|end| end.bytes().any(|byte| byte.is_ascii_digit()))
    };
    let all_numbered =
        first.as_ref().is_some_and(|letters| !mixed(letters)) && known.iter().all(|id| letters(id) == first);
    if all_numbered && unique(&numbered) {
        return Some(numbered);
    }
    let whole: Vec<Option<String>> = raw.to_vec();
    if !unique(&whole) {
        return None;
    }
    let prefix = common_prefix(&known);
    Some(whole.into_iter().map(|id| id.and_then(|id| id.get(prefix..).map(str::to_owned))).collect())
}

/// How many bytes all begin with, up to a mark that parts words.
fn common_prefix(ids: &[&str]) -> usize {
    let Some(first) = ids.first() else { return 0 };
    let same = |id: &&str| id.bytes().zip(first.bytes()).take_while(|(a, b)| a == b).count();
    let length = ids.iter().map(same).min().unwrap_or(0);
    first.as_bytes()[..length]
        .iter()
        .rposition(|byte| matches!(byte, b'_' | b'-' | b':' | b'/' | b'.'))
        .map_or(0, |at| at + 1)
}

/// The last run of digits.
pub(super) fn last_digits(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    let end = bytes.iter().rposition(u8::is_ascii_digit)? + 1;
    let start = bytes[..end].iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |at| at + 1);
    text.get(start..end)
}

/// The number that an element bears: in its id, else in an attribute that holds one.
pub(super) fn number<'a>(survey: &Survey<'a>, at: u32) -> Option<&'a str> {
    own_id(survey, at).and_then(last_digits).or_else(|| data_id(survey, at).and_then(last_digits))
}

/// What stands before the number that ends an element's id: `comment-` of `comment-12`.
pub(super) fn prefix<'a>(survey: &Survey<'a>, at: u32) -> Option<&'a str> {
    let id = own_id(survey, at)?;
    let prefix = id.trim_end_matches(|c: char| c.is_ascii_digit());
    (prefix.len() < id.len() && !prefix.is_empty()).then_some(prefix)
}

fn own_id<'a>(survey: &Survey<'a>, at: u32) -> Option<&'a str> {
    survey.id(at).filter(|id| !id.is_empty() && id.len() < 100)
}

/// An attribute such as `data-post-id` or `data-comment_id`.
fn data_id<'a>(survey: &Survey<'a>, at: u32) -> Option<&'a str> {
    if !survey.bears(at, Bears::DATA) {
        return None;
    }
    let is_id = |name: &str| {
        name.starts_with("data-")
            && name.ends_with("id")
            && !["user", "author", "parent", "topic", "thread", "poster", "member"]
                .iter()
                .any(|not| name.contains(not))
            || name == "comment-id"
            || name == "post-id"
    };
    survey
        .value(at)
        .attrs()
        .find(|(name, value)| is_id(name) && !value.is_empty() && value.len() < 100)
        .map(|(_, value)| value)
}

/// The first anchor of a post: its own id, one inside, or one just before it.
fn anchor(survey: &Survey<'_>, region: &Region) -> Option<String> {
    let digits = |id: &&str| id.bytes().any(|byte| byte.is_ascii_digit()) && id.len() < 100;
    if let Some(id) = own_id(survey, region.head).filter(digits) {
        return Some(id.to_owned());
    }
    let named = |at: u32| {
        let name = || attribute(survey.value(at), "name");
        let known = survey.id(at).or_else(|| if survey.tag(at) == "a" { name() } else { None });
        known.filter(digits).map(str::to_owned)
    };
    let mut before = survey.element(region.head).prev_siblings().filter_map(scraper::ElementRef::wrap);
    let just_before = before.next().and_then(|element| {
        let value = element.value();
        let name = attribute(value, "name").or(attribute(value, "id"));
        name.filter(|_| value.name() == "a").filter(digits).map(str::to_owned)
    });
    just_before.or_else(|| region.own().skip(1).take(NEAR).find_map(named))
}

/// The post's own address: the link around or in its time, else one to a part of a page.
fn link(survey: &Survey<'_>, region: &Region, found: &Found) -> Option<String> {
    let href = |at: u32| {
        let of_use = |href: &&str| {
            !href.is_empty() && *href != "#" && !href.starts_with("javascript:") && !leads_to_a_person(href)
        };
        survey.href(at).filter(|_| survey.tag(at) == "a").filter(of_use)
    };
    if let Some(time) = found.time {
        let around = std::iter::once(time).chain(survey.above(time).take(2)).filter(|&at| at >= region.head);
        let inside = (time + 1..survey.entries[time as usize].end).take(4);
        if let Some(href) = around.chain(inside).find_map(href) {
            return Some(href.to_owned());
        }
    }
    let words =
        |at: &u32| found.body.is_none_or(|body| *at < body || *at >= survey.entries[body as usize].end);
    let pointed =
        |href: &&str| href.contains('#') && last_digits(href).is_some_and(|digits| href.ends_with(digits));
    region.own().filter(words).take(4 * NEAR).filter_map(href).find(pointed).map(str::to_owned)
}
