//! Which elements of the page are its posts: the group of elements alike in which most hold a time, a name
//! and words.
//!
//! Every class, id pattern, place and path of the page makes a group; each is weighed by what its members
//! hold once what belongs to members inside them is taken off. A wrapper around several posts has fewer
//! members and loses; a part of a post lacks the time or the name and loses too. Where posts are rows that
//! follow one another and not elements, a row that bears the name and time begins one.
//!
//! Sorting the keys costs n log n of the page's elements, weighing is linear.

use std::collections::HashSet;

use super::entry::Sum;
use super::ids;
use super::keys;
use super::sign::Signs;
use super::survey::{NONE, Survey};

/// Fewest members with a time and words.
const FEWEST: usize = 2;

/// How much more a group weighs whose members are numbered.
const NUMBERED: f64 = 1.15;

/// Prose that makes a full post; more does not weigh more.
const FULL: u32 = 300;

/// A stretch of the page that may be a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Region {
    /// The element that begins it.
    pub head: u32,
    /// One past its last element.
    pub end: u32,
    /// The stretches inside that are posts of their own.
    pub holes: Vec<(u32, u32)>,
    /// The post around it.
    pub inside: Option<usize>,
}

impl Region {
    /// The elements that are this post's and no inner post's.
    pub(super) fn own(&self) -> impl Iterator<Item = u32> + '_ {
        let mut holes = self.holes.iter().peekable();
        let mut at = self.head;
        std::iter::from_fn(move || {
            while let Some((_, end)) = holes.next_if(|(start, _)| *start <= at) {
                at = at.max(*end);
            }
            let here = at;
            at += 1;
            (here < self.end).then_some(here)
        })
    }

    /// What is this post's alone.
    pub(super) fn sum(&self, survey: &Survey<'_>) -> Sum {
        let all = survey.between(self.head, self.end);
        self.holes.iter().fold(all, |sum, (start, end)| sum.less(survey.between(*start, *end)))
    }
}

/// The posts of the page, as far as they are alike.
#[derive(Debug)]
pub(super) struct Group {
    pub regions: Vec<Region>,
    /// Whether its names are those of comments under something.
    pub is_comments: bool,
}

/// Elements that share a key, each with that key, in the order of the page.
type Members<'k> = &'k [(u64, u32)];

/// The group that is most likely that of the posts.
pub(super) fn find(survey: &Survey<'_>) -> Option<Group> {
    let pairs = sorted_keys(survey);
    let mut groups: Vec<Members<'_>> =
        pairs.chunk_by(|a, b| a.0 == b.0).filter(|members| members.len() >= FEWEST).collect();
    // In the order of their first members, so that among equals the outermost wins.
    groups.sort_by_key(|members| members.first().map(|(key, at)| (*at, *key)));
    let mut best: Option<(f64, Members<'_>, bool)> = None;
    for members in groups {
        for rows in [false, true] {
            let weight = if rows { weigh_rows(survey, members) } else { weigh(survey, members) };
            if weight > best.map_or(0.0, |(before, ..)| before * 1.000_001) {
                best = Some((weight, members, rows));
            }
        }
    }
    let (_, members, rows) = best?;
    let regions =
        if rows { rows_of(survey, members) } else { regions(survey, members.iter().map(|(_, at)| *at)) };
    let regions = if rows { regions } else { with_the_bare(survey, regions) };
    let comments = members.iter().filter(|(_, at)| is_comment(survey, *at)).count();
    Some(Group { regions, is_comments: comments * 2 > members.len() })
}

/// Whether the element, or what is right around it, says that it is a comment.
fn is_comment(survey: &Survey<'_>, at: u32) -> bool {
    let says = |at: u32| survey.entries[at as usize].signs.has(Signs::COMMENT);
    says(at) || survey.above(at).take(2).any(says)
}

/// All keys of all elements that can be posts, those of one key together and in the order of the page.
fn sorted_keys(survey: &Survey<'_>) -> Vec<(u64, u32)> {
    let mut pairs = Vec::with_capacity(survey.entries.len() * 3);
    let mut keys = Vec::new();
    for at in 0..survey.len() {
        let entry = &survey.entries[at as usize];
        let held = survey.inside(at);
        let of_use = held.times + held.names > 0 && held.prose + held.linked > 0;
        if !of_use
            || entry.is_chrome
            || entry.is_quoted
            || entry.signs.has(Signs::SIGNATURE)
            || !keys::is_container(survey.tag(at))
        {
            continue;
        }
        keys::of_container(survey, at, &mut keys);
        keys.sort_unstable();
        keys.dedup();
        pairs.extend(keys.drain(..).map(|key| (key, at)));
    }
    pairs.sort_unstable();
    pairs
}

/// How much one member speaks for being a post, in a group of which most have a time or in one that has none.
fn worth(sum: Sum, timed: bool) -> f64 {
    if sum.prose + sum.linked == 0 || (timed && sum.times == 0) || (!timed && sum.names == 0) {
        return 0.0;
    }
    let words = f64::from(sum.prose.min(FULL)) / f64::from(FULL);
    // Some software shows programs no times.
    let timed = if timed { 1.0 } else { 0.3 };
    let named = if sum.names > 0 { 1.0 } else { 0.4 };
    // Lists of links have times and names too.
    let linked = f64::from(sum.linked) / f64::from(sum.linked + sum.prose);
    let prose = if linked > 0.8 { 0.3 } else { 1.0 };
    // Many times speak for a list inside.
    let single = 1.0 / (1.0 + f64::from(sum.times.saturating_sub(4)) * 0.1);
    (0.35 + 0.65 * words.sqrt()) * timed * named * prose * single
}

/// How much the sums of all members speak for their being posts.
fn weight_of(sums: &[Sum], page: Sum) -> f64 {
    let timed = sums.iter().filter(|sum| sum.times > 0).count() * 5 >= sums.len();
    let (mut total, mut posts, mut held) = (0.0, 0usize, Sum::default());
    for &sum in sums {
        let one = worth(sum, timed);
        total += one;
        posts += usize::from(one > 0.0);
        held = held.plus(sum);
    }
    let share = posts as f64 / sums.len().max(1) as f64;
    if posts < FEWEST || share < 0.5 || held.prose < 25 * posts as u32 {
        return 0.0;
    }
    let covered = f64::from(held.prose + held.linked) / f64::from((page.prose + page.linked).max(1));
    total * share.powf(1.5) * (1.0 + 0.05 * covered)
}

/// Weighs a group whose members are the posts.
fn weigh(survey: &Survey<'_>, members: &[(u64, u32)]) -> f64 {
    let mut sums: Vec<Sum> = members.iter().map(|(_, at)| survey.inside(*at)).collect();
    let mut around: Vec<usize> = Vec::new();
    for (index, (_, at)) in members.iter().enumerate() {
        while around.last().is_some_and(|&outer| survey.entries[members[outer].1 as usize].end <= *at) {
            around.pop();
        }
        if let Some(&outer) = around.last() {
            sums[outer] = sums[outer].less(survey.inside(*at));
        }
        around.push(index);
    }
    let bonus = if are_numbered(survey, members) { NUMBERED } else { 1.0 };
    bonus * weight_of(&sums, survey.inside(0))
}

/// Whether nearly all members bear a number, as posts that can be linked to do.
fn are_numbered(survey: &Survey<'_>, members: &[(u64, u32)]) -> bool {
    let numbered = members.iter().filter(|(_, at)| ids::number(survey, *at).is_some()).count();
    numbered * 10 >= members.len() * 9
}

/// The posts with those that stand in the same lists and are numbered in the same way, but bear neither a
/// time nor a name: notes of deleted posts, pings from elsewhere.
fn with_the_bare(survey: &Survey<'_>, regions: Vec<Region>) -> Vec<Region> {
    let tag = |at: u32| survey.tag(at);
    let Some(first) = regions.first().map(|region| region.head) else { return regions };
    let Some(prefix) = ids::prefix(survey, first) else { return regions };
    let alike = |at: u32| tag(at) == tag(first) && ids::prefix(survey, at) == Some(prefix);
    if regions.iter().filter(|region| alike(region.head)).count() * 10 < regions.len() * 9 {
        return regions;
    }
    let known: HashSet<u32> = regions.iter().map(|region| region.head).collect();
    let lists: HashSet<u32> = known.iter().map(|&at| survey.entries[at as usize].parent).collect();
    let is_bare = |&at: &u32| {
        let entry = &survey.entries[at as usize];
        let held = survey.inside(at);
        lists.contains(&entry.parent) && !known.contains(&at) && held.prose + held.linked > 0 && alike(at)
    };
    let bare: Vec<u32> = (first..survey.len()).filter(is_bare).collect();
    if bare.is_empty() || bare.len() * 2 > known.len() {
        return regions;
    }
    let mut heads: Vec<u32> = known.into_iter().chain(bare).collect();
    heads.sort_unstable();
    self::regions(survey, heads.into_iter())
}

/// Weighs a group whose members begin the posts; zero unless they are siblings and hold no posts themselves.
fn weigh_rows(survey: &Survey<'_>, members: &[(u64, u32)]) -> f64 {
    let parent = survey.entries[members[0].1 as usize].parent;
    let begins = |(_, at): &&(u64, u32)| {
        let inside = survey.inside(*at);
        inside.times + inside.names > 0 && inside.prose < FULL
    };
    let siblings = members.iter().all(|(_, at)| survey.entries[*at as usize].parent == parent);
    if parent == NONE || !siblings || members.iter().filter(begins).count() * 5 < members.len() * 4 {
        return 0.0;
    }
    let regions = rows_of(survey, members);
    let sums: Vec<Sum> = regions.iter().map(|region| region.sum(survey)).collect();
    0.93 * weight_of(&sums, survey.inside(0))
}

/// Posts that begin at these siblings and reach to the next; the last is as long as most.
fn rows_of(survey: &Survey<'_>, members: &[(u64, u32)]) -> Vec<Region> {
    let Some(&(_, first)) = members.first() else { return Vec::new() };
    let parent = survey.entries[first as usize].parent;
    let end = survey.entries.get(parent as usize).map_or(survey.len(), |entry| entry.end);
    let mut lengths: Vec<usize> = Vec::with_capacity(members.len());
    let mut regions: Vec<Region> = Vec::with_capacity(members.len());
    for (index, &(_, head)) in members.iter().enumerate() {
        let next = members.get(index + 1).map(|(_, next)| *next);
        let mut rows = 0;
        let mut at = head;
        while at < next.unwrap_or(end) {
            rows += 1;
            at = survey.entries[at as usize].end;
            if next.is_none() && rows >= usual(&lengths) {
                break;
            }
        }
        lengths.push(rows);
        regions.push(Region { head, end: at, holes: Vec::new(), inside: None });
    }
    regions
}

/// The middle one of these lengths; where there is none yet, two: a row of names and one of words.
fn usual(lengths: &[usize]) -> usize {
    let mut sorted = lengths.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or(2)
}

/// Regions of these elements, in the order of the page, each with the ones inside it taken out.
pub(super) fn regions(survey: &Survey<'_>, heads: impl Iterator<Item = u32>) -> Vec<Region> {
    let mut regions: Vec<Region> = Vec::new();
    let mut around: Vec<usize> = Vec::new();
    for head in heads {
        let end = survey.entries[head as usize].end;
        while around.last().is_some_and(|&outer| regions[outer].end <= head) {
            around.pop();
        }
        let inside = around.last().copied();
        if let Some(outer) = inside {
            regions[outer].holes.push((head, end));
        }
        around.push(regions.len());
        regions.push(Region { head, end, holes: Vec::new(), inside });
    }
    regions
}
