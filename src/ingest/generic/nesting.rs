//! Which post answers which, as far as the markup says: a parent that it names, posts inside posts, levels.
//!
//! Quotations are not looked at here; they tell of posts, not of places.

use std::collections::HashMap;

use super::entry::Bears;
use super::groups::Region;
use super::ids;
use super::survey::Survey;
use crate::ingest::html::attribute;

/// Elements at the start of a post that may bear its level or parent.
const NEAR: usize = 25;

/// What a post answers by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Nothing tells.
    Unknown,
    /// It stands on the outermost level of a page with levels.
    Top,
    /// It answers this post.
    Under(usize),
}

pub(super) fn find(survey: &Survey<'_>, regions: &[Region], ids: &[Option<String>]) -> Vec<Place> {
    let by_id: HashMap<&str, usize> =
        ids.iter().enumerate().filter_map(|(at, id)| Some((id.as_deref()?, at))).collect();
    let named: Vec<Option<Place>> = regions
        .iter()
        .enumerate()
        .map(|(index, region)| {
            named_parent(survey, region, &by_id).filter(|place| *place != Place::Under(index))
        })
        .collect();
    let says = named.iter().filter(|place| matches!(place, Some(Place::Under(_)))).count();
    let nested = regions.iter().any(|region| region.inside.is_some());
    let levels = if nested { None } else { levels(survey, regions) };
    let by_level = levels.map(|levels| by_level(&levels));
    regions
        .iter()
        .enumerate()
        .map(|(index, region)| match (named[index], region.inside, &by_level) {
            (Some(place), ..) if says > 0 => place,
            (_, Some(outer), _) => Place::Under(outer),
            (_, None, Some(places)) => places[index],
            _ if nested || says > 0 => Place::Top,
            _ => Place::Unknown,
        })
        .collect()
}

/// The parent that an attribute or a link names.
fn named_parent(survey: &Survey<'_>, region: &Region, by_id: &HashMap<&str, usize>) -> Option<Place> {
    let known = |value: &str| {
        let at = by_id.get(value).or_else(|| by_id.get(ids::last_digits(value)?));
        at.map(|&at| Place::Under(at))
    };
    let mut top = None;
    for at in region.own().take(NEAR).filter(|&at| survey.bears(at, Bears::DATA)) {
        for (name, text) in survey.value(at).attrs() {
            let of_parent =
                (name.starts_with("data-") || name.ends_with("parentid") || name.ends_with("parent-id"))
                    && (name.contains("parent")
                        || name.ends_with("reply-to")
                        || name.ends_with("replyto")
                        || name.ends_with("topid"));
            if !of_parent {
                continue;
            }
            match known(text) {
                Some(place) => return Some(place),
                None if matches!(text, "" | "0" | "root" | "null") => top = Some(Place::Top),
                None => {}
            }
        }
    }
    let mut links = region.own().take(4 * NEAR).filter_map(|at| {
        let href = survey.href(at).filter(|href| href.contains('#'))?;
        let class = survey.class(at).unwrap_or_default();
        let mut text = survey.element(at).text();
        let shown = text.next().unwrap_or_default().trim().to_lowercase();
        let is_parent = class.contains("parent")
            || class.contains("reply-to")
            || class.contains("replyto")
            || matches!(shown.as_str(), "parent" | "in reply to" | "up");
        if is_parent { href.rsplit('#').next().and_then(known) } else { None }
    });
    links.next().or(top)
}

/// The level of each post as classes, attributes, indents or spacers tell it; `None` where all are the same.
fn levels(survey: &Survey<'_>, regions: &[Region]) -> Option<Vec<u32>> {
    let readers: [fn(&Survey<'_>, u32) -> Option<u32>; 4] = [class_level, attribute_level, indent, spacer];
    readers.iter().find_map(|read| {
        let found: Vec<Option<u32>> = regions
            .iter()
            .map(|region| {
                let around = survey.above(region.head).take(1);
                let mut near = region.own().take(NEAR).chain(around);
                near.find_map(|at| read(survey, at))
            })
            .collect();
        let known = found.iter().flatten().count();
        let first = found.iter().flatten().next().copied();
        let varied = found.iter().flatten().any(|&level| Some(level) != first);
        let lowest = found.iter().flatten().min().copied().unwrap_or(0);
        (varied && known * 10 >= regions.len() * 4)
            .then(|| found.into_iter().map(|level| level.unwrap_or(lowest)).collect())
    })
}

/// The level that a class tells: `depth-2`, `level3`, `indent-1`.
pub(super) fn level_of_class(class: &str) -> Option<u32> {
    class.split_ascii_whitespace().find_map(|one| {
        let lower = one.to_ascii_lowercase();
        let digits =
            ids::last_digits(&lower).filter(|digits| digits.len() <= 3 && lower.ends_with(digits))?;
        let name = lower[..lower.len() - digits.len()].trim_end_matches(['-', '_']);
        let level = ["depth", "level", "indent", "lvl", "nest", "nesting", "nested", "tier"]
            .iter()
            .any(|word| name.ends_with(word));
        level.then(|| digits.parse().ok()).flatten()
    })
}

fn class_level(survey: &Survey<'_>, at: u32) -> Option<u32> {
    survey.level_of_class(at)
}

fn attribute_level(survey: &Survey<'_>, at: u32) -> Option<u32> {
    if !survey.bears(at, Bears::DATA) {
        return None;
    }
    survey.value(at).attrs().find_map(|(name, text)| {
        let level = ["depth", "level", "indent", "nesting"].iter().any(|word| name.contains(word));
        level.then(|| text.trim().parse::<u32>().ok()).flatten().filter(|&level| level < 2_000)
    })
}

/// An indent in a style: `margin-left: 40px`.
fn indent(survey: &Survey<'_>, at: u32) -> Option<u32> {
    let style = survey.bears(at, Bears::STYLE).then(|| attribute(survey.value(at), "style")).flatten()?;
    style.split(';').find_map(|rule| {
        let (name, value) = rule.split_once(':')?;
        let name = name.trim();
        let sideways = matches!(
            name,
            "margin-left"
                | "padding-left"
                | "margin-inline-start"
                | "padding-inline-start"
                | "--depth"
                | "--level"
        );
        let digits: String = value.trim().chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        sideways.then(|| digits.parse::<f32>().ok()).flatten().map(|width| (width * 4.0) as u32)
    })
}

/// The width of an image or cell that only moves the rest to the right.
fn spacer(survey: &Survey<'_>, at: u32) -> Option<u32> {
    if survey.tag(at) != "img" {
        return None;
    }
    let value = survey.value(at);
    let empty = attribute(value, "src").is_some_and(|src| {
        let name = src.rsplit('/').next().unwrap_or_default();
        ["s.gif", "spacer", "blank", "clear", "pixel", "trans", "indent"]
            .iter()
            .any(|word| name.starts_with(word))
    });
    attribute(value, "width").filter(|_| empty)?.trim_end_matches("px").parse().ok()
}

/// Each post answers the last one before it on a lower level.
fn by_level(levels: &[u32]) -> Vec<Place> {
    let mut open: Vec<usize> = Vec::new();
    levels
        .iter()
        .enumerate()
        .map(|(index, level)| {
            while open.last().is_some_and(|&before| levels[before] >= *level) {
                open.pop();
            }
            let place = open.last().map_or(Place::Top, |&before| Place::Under(before));
            open.push(index);
            place
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_answers_the_last_one_on_a_lower_level() {
        let places = by_level(&[0, 40, 80, 40, 0]);
        assert_eq!(places, [Place::Top, Place::Under(0), Place::Under(1), Place::Under(0), Place::Top]);
    }
}
