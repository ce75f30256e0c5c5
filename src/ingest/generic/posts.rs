//! The posts of a page: the regular ones, those that are wrapped in another way, none of them twice.

use std::collections::HashMap;
use std::rc::Rc;

use xxhash_rust::xxh3::Xxh3;

use super::fields::{self, Fields, Found};
use super::groups::{self, Region};
use super::survey::Survey;
use super::{evidence, ids, name, opening, when};
use crate::ingest::Document;

/// The posts of a page and where their fields are.
pub(super) struct Posts {
    pub regions: Vec<Region>,
    pub fields: Fields,
    /// How the thread opens, where the first post is not its opening.
    pub above: Above,
}

/// What the posts answer.
pub(super) enum Above {
    /// The first of them opens the thread.
    Nothing,
    /// The first of them was found above the rest and opens the thread.
    First,
    /// Something that is no post: an article.
    Article,
}

/// Finds the posts; `None` when what is repeated is no thread.
pub(super) fn find(document: &Document, survey: &Survey<'_>) -> Option<Posts> {
    let group = groups::find(survey)?;
    let mut regions = without_wrappers(survey, group.regions);
    let mut fields = fields::find(survey, &regions);
    if !evidence::is_thread(survey, &regions, &fields) {
        return None;
    }
    let under_article = group.is_comments && is_article_page(document);
    let (candidates, mut above) = candidates(survey, &regions, &fields, under_article)?;
    if !candidates.is_empty() {
        let first = regions.first()?.head;
        let (heads, found) = further(survey, &fields, candidates, first, under_article);
        if heads.first().is_some_and(|head| head.head < first) {
            above = Above::First;
        }
        regions = merged(regions, &mut fields, heads, found);
    }
    let mut kept: Vec<bool> = regions
        .iter()
        .zip(&fields.found)
        .map(|(region, found)| {
            found.body.is_some()
                && (found.time.is_some()
                    || found.author.is_some()
                    || ids::prefix(survey, region.head).is_some())
        })
        .collect();
    drop_repeats(survey, &regions, &fields, &mut kept);
    keep(&mut regions, &mut fields, &kept);
    (regions.len() >= 2).then_some(Posts { regions, fields, above })
}

/// Stretches that may be posts beside the regular ones, each with its words where they are known, and what
/// the posts answer as far as that tells.
type Candidate = (u32, u32, Option<u32>);

fn candidates(
    survey: &Survey<'_>,
    regions: &[Region],
    fields: &Fields,
    under_article: bool,
) -> Option<(Vec<Candidate>, Above)> {
    let nested = regions.iter().any(|region| region.inside.is_some());
    let mut above = if under_article || nested { Above::Article } else { Above::Nothing };
    let first = regions.first()?.head;
    let last = regions.iter().map(|region| region.end).max()?;
    let mut more = opening::of_the_same_kind(survey, regions, &fields.body_keys);
    more.retain(|(head, ..)| *head < last);
    // Of what stands above the first post only the nearest can open the thread.
    let before = more.iter().filter(|(head, ..)| *head < first).count();
    more.drain(..before.saturating_sub(1));
    if under_article && before == 0 {
        more.clear();
    }
    let mut candidates: Vec<Candidate> =
        more.into_iter().map(|(head, end, body)| (head, end, Some(body))).collect();
    if before == 0 && !under_article && (nested || opening::are_answers(survey, regions)) {
        match opening::above(survey, regions) {
            Some((head, end, false)) => candidates.insert(0, (head, end, None)),
            Some((.., true)) => above = Above::Article,
            None => {}
        }
    }
    Some((candidates, above))
}

/// Those of the candidates that are posts.
fn further(
    survey: &Survey<'_>,
    fields: &Fields,
    candidates: Vec<Candidate>,
    first: u32,
    under_article: bool,
) -> (Vec<Region>, Vec<Found>) {
    let heads: Vec<Region> = candidates
        .iter()
        .map(|&(head, end, _)| Region { head, end, holes: Vec::new(), inside: None })
        .collect();
    let mut found = fields::find_with(survey, &heads, fields);
    for (found, (.., body)) in found.iter_mut().zip(&candidates) {
        found.body = body.or(found.body);
    }
    let regular = fields.found.first().copied().unwrap_or_default();
    let is_post = |(region, found): &(Region, Found)| {
        found.body.is_some()
            && found.author.is_some()
            && (found.time.is_some() || !fields.are_timed())
            && !are_of_one_post(survey, found, &regular)
            // An article has words like those of its comments, but another head.
            && (!under_article || region.head > first || fields::look_alike(survey, found, &regular))
    };
    heads.into_iter().zip(found).filter(is_post).unzip()
}

/// Whether two stretches are by the same person at the same time: a post and its title.
fn are_of_one_post(survey: &Survey<'_>, one: &Found, other: &Found) -> bool {
    let named = |found: &Found| found.author.map(|at| name::of(survey, at).unwrap_or_default().to_string());
    let timed = |found: &Found| found.time.map(|at| format!("{:?}", when::of(survey, at)));
    let same = |one: Option<String>, other: Option<String>| one.is_some() && one == other;
    same(named(one), named(other)) && same(timed(one), timed(other))
}

/// Whether the page says that it is an article.
fn is_article_page(document: &Document) -> bool {
    [
        "property=\"og:type\" content=\"article\"",
        "wp-content/",
        "\"BlogPosting\"",
        "\"NewsArticle\"",
        "schema.org/BlogPosting",
    ]
    .iter()
    .any(|mark| document.mentions(mark))
}

/// The posts without elements that only hold posts: where nearly all bear a number, the others around them.
fn without_wrappers(survey: &Survey<'_>, regions: Vec<Region>) -> Vec<Region> {
    let is_numbered = |region: &Region| {
        survey.value(region.head).attrs().any(|(name, text)| {
            (name == "id" || name.starts_with("data-")) && text.bytes().any(|byte| byte.is_ascii_digit())
        })
    };
    let numbered = regions.iter().filter(|region| is_numbered(region)).count();
    if numbered == regions.len() || numbered * 10 < regions.len() * 8 {
        return regions;
    }
    let heads: Vec<u32> = regions
        .iter()
        .filter(|region| region.holes.is_empty() || is_numbered(region))
        .map(|region| region.head)
        .collect();
    groups::regions(survey, heads.into_iter())
}

/// A post that the page shows twice, above the others and in its place, is one post.
fn drop_repeats(survey: &Survey<'_>, regions: &[Region], fields: &Fields, kept: &mut [bool]) {
    const LONG: usize = 60;
    // Two posts with the same words and two numbers are two posts.
    let number = |index: usize| ids::number(survey, regions[index].head);
    let author = |found: &Found| found.author.and_then(|at| name::of(survey, at));
    // Most posts begin as no other does, and are not read to their ends for this.
    let begins = |found: &Found| Some((words(survey, found.body?, LONG).0, author(found)));
    let beginnings: Vec<Option<(u64, Option<Rc<str>>)>> = fields.found.iter().map(begins).collect();
    let mut counts: HashMap<&(u64, Option<Rc<str>>), usize> = HashMap::new();
    beginnings.iter().flatten().for_each(|beginning| *counts.entry(beginning).or_default() += 1);
    let mut last: HashMap<(u64, Option<Rc<str>>), usize> = HashMap::new();
    let mut repeated = Vec::new();
    for (index, (found, beginning)) in fields.found.iter().zip(&beginnings).enumerate() {
        let Some(body) = found.body else { continue };
        if beginning.as_ref().is_none_or(|beginning| counts.get(beginning) == Some(&1)) {
            continue;
        }
        let (text, length) = words(survey, body, usize::MAX);
        if length < LONG {
            continue;
        }
        let before = last.insert((text, author(found)), index);
        repeated.extend(before.filter(|&before| number(before) == number(index)));
    }
    if repeated.len() * 5 <= kept.len() {
        repeated.into_iter().for_each(|index| kept[index] = false);
    }
}

/// A mark of the first words of an element, up to a number of bytes, and how many bytes they are.
fn words(survey: &Survey<'_>, at: u32, most: usize) -> (u64, usize) {
    let (mut hash, mut length) = (Xxh3::new(), 0);
    for word in survey.element(at).text().flat_map(str::split_ascii_whitespace) {
        if length >= most {
            break;
        }
        hash.update(word.as_bytes());
        hash.update(b" ");
        length += word.len() + 1;
    }
    (hash.digest(), length.saturating_sub(1))
}

/// Puts further posts where they stand.
fn merged(regions: Vec<Region>, fields: &mut Fields, more: Vec<Region>, found: Vec<Found>) -> Vec<Region> {
    let before = std::mem::take(&mut fields.found);
    let mut all: Vec<(Region, Found, usize)> = regions
        .into_iter()
        .zip(before)
        .enumerate()
        .map(|(index, (region, found))| (region, found, index))
        .collect();
    let known = all.len();
    all.extend(more.into_iter().zip(found).map(|(region, found)| (region, found, usize::MAX)));
    all.sort_by_key(|(region, ..)| region.head);
    let mut moved = vec![0; known];
    for (index, (.., old)) in all.iter().enumerate() {
        if let Some(place) = moved.get_mut(*old) {
            *place = index;
        }
    }
    let mut regions = Vec::with_capacity(all.len());
    for (mut region, found, _) in all {
        region.inside = region.inside.and_then(|outer| moved.get(outer).copied());
        fields.found.push(found);
        regions.push(region);
    }
    regions
}

/// Drops the posts that are none; what stood inside one stands inside the one around it.
fn keep(regions: &mut Vec<Region>, fields: &mut Fields, kept: &[bool]) {
    let mut place: Vec<Option<usize>> = Vec::with_capacity(kept.len());
    let mut count = 0;
    for (index, region) in regions.iter_mut().enumerate() {
        region.inside = region.inside.and_then(|outer| place.get(outer).copied().flatten());
        if kept.get(index) == Some(&true) {
            place.push(Some(count));
            count += 1;
        } else {
            place.push(region.inside);
        }
    }
    let mut index = 0;
    regions.retain(|_| {
        index += 1;
        kept.get(index - 1) == Some(&true)
    });
    let mut index = 0;
    fields.found.retain(|_| {
        index += 1;
        kept.get(index - 1) == Some(&true)
    });
}
