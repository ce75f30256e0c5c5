//! Which element of a post holds its words, which its time and which its author's name: a vote of all posts.
//!
//! Each element of each post votes with its keys; a key that stands once in every post wins over one that
//! stands in some. No single post decides, so a profile column, an advertisement or a quotation that only
//! some posts have does not. Linear in the elements of the posts, each looked at a few times.

use std::collections::{HashMap, HashSet};

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::entry::Entry;
use super::groups::Region;
use super::name::{self, labels};
use super::sign::Signs;
use super::survey::Survey;
use super::times;

/// Keys that are tried in turn for a post that lacks the best one.
const CHOICES: usize = 12;

/// What was found of one post.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub body: Option<u32>,
    pub time: Option<u32>,
    pub author: Option<u32>,
}

/// What was found of all posts.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub found: Vec<Found>,
    /// The keys that won, the best first, for posts that stand elsewhere.
    pub body_keys: Vec<u64>,
    time_keys: Vec<u64>,
    name_keys: Vec<u64>,
}

impl Fields {
    /// Whether most posts have a time.
    pub(super) fn are_timed(&self) -> bool {
        self.found.iter().filter(|found| found.time.is_some()).count() * 2 > self.found.len()
    }
}

/// An element's vote.
#[derive(Debug, Clone, Copy)]
struct Vote {
    key: u64,
    region: u32,
    at: u32,
    /// What this element is worth, 0 to about 2.
    worth: f32,
}

/// Finds the fields of these posts.
pub(super) fn find(survey: &Survey<'_>, regions: &[Region]) -> Fields {
    let places: Vec<Vec<(u32, u64)>> = regions.iter().map(|region| places(survey, region)).collect();
    let mut fields = Fields { found: vec![Found::default(); regions.len()], ..Fields::default() };
    let elsewhere = of_something_else(survey, &places);
    // The second time the words are known to hold neither the name nor the time.
    for _ in 0..2 {
        let bodies = body_votes(survey, regions, &places, &fields.found);
        fields.body_keys = ranking(&bodies, regions.len(), 0.97);
        choose_bodies(&bodies, &fields.body_keys, &mut fields.found);
        let times = time_votes(survey, &places, &fields.found, &elsewhere);
        fields.time_keys = ranking(&times, regions.len(), 1.0);
        choose(&times, &fields.time_keys, &mut fields.found, |found, at| found.time = Some(at));
        let mut names = name_votes(survey, &places, &fields.found, false);
        let mut named: Vec<u32> = names.iter().map(|vote| vote.region).collect();
        named.sort_unstable();
        named.dedup();
        if named.len() * 2 <= regions.len() {
            names = name_votes(survey, &places, &fields.found, true);
        }
        fields.name_keys = ranking(&names, regions.len(), 1.0);
        choose(&names, &fields.name_keys, &mut fields.found, |found, at| found.author = Some(at));
    }
    guests(survey, &places, &mut fields.found);
    only_of_most(survey, &mut fields);
    fields
}

/// Keeps those keys of words that the words of most posts have: only they tell words elsewhere.
fn only_of_most(survey: &Survey<'_>, fields: &mut Fields) {
    let (mut counts, mut keys): (HashMap<u64, usize>, Vec<u64>) = (HashMap::new(), Vec::new());
    for body in fields.found.iter().filter_map(|found| found.body) {
        keys.extend_from_slice(survey.keys(body));
        keys.sort_unstable();
        keys.dedup();
        keys.drain(..).for_each(|key| *counts.entry(key).or_default() += 1);
    }
    let all = fields.found.len();
    fields.body_keys.retain(|key| counts.get(key).is_some_and(|count| count * 2 > all));
}

/// Whether the time or the name of one post has a class or the like in common with that of another.
pub(super) fn look_alike(survey: &Survey<'_>, one: &Found, other: &Found) -> bool {
    let alike = |one: Option<u32>, other: Option<u32>| {
        let (Some(one), Some(other)) = (one, other) else { return false };
        let theirs = survey.keys(other);
        survey.keys(one).iter().any(|key| theirs.contains(key))
    };
    alike(one.time, other.time) || alike(one.author, other.author)
}

/// Finds the fields of posts that stand elsewhere: where the others have theirs, else each by itself.
pub(super) fn find_with(survey: &Survey<'_>, regions: &[Region], known: &Fields) -> Vec<Found> {
    let places: Vec<Vec<(u32, u64)>> = regions.iter().map(|region| places(survey, region)).collect();
    let mut found = vec![Found::default(); regions.len()];
    let keys = |known: &[u64], votes: &[Vote]| {
        let mut keys: Vec<u64> = known.iter().take(3).copied().collect();
        keys.extend(ranking(votes, regions.len(), 1.0));
        keys
    };
    let bodies = body_votes(survey, regions, &places, &found);
    choose_bodies(&bodies, &known.body_keys, &mut found);
    let times = time_votes(survey, &places, &found, &of_something_else(survey, &places));
    choose(&times, &keys(&known.time_keys, &times), &mut found, |found, at| found.time = Some(at));
    let names = name_votes(survey, &places, &found, false);
    choose(&names, &keys(&known.name_keys, &names), &mut found, |found, at| found.author = Some(at));
    found
}

/// Gives each post its words: by one of the best keys, else whatever holds the most of them.
fn choose_bodies(votes: &[Vote], keys: &[u64], found: &mut [Found]) {
    const SURE: usize = 4;
    for one in found.iter_mut() {
        one.body = None;
    }
    choose(votes, keys.get(..SURE.min(keys.len())).unwrap_or_default(), found, |found, at| {
        found.body = Some(at)
    });
    let mut best: HashMap<u32, (f32, u32)> = HashMap::new();
    for vote in votes {
        let known = best.entry(vote.region).or_insert((vote.worth, vote.at));
        if (vote.worth, vote.at) > *known {
            *known = (vote.worth, vote.at);
        }
    }
    for (index, one) in found.iter_mut().enumerate() {
        one.body = one.body.or_else(|| best.get(&(index as u32)).map(|(_, at)| *at));
    }
}

/// Names of guests, who have no page of their own: they stand in what others' names stand in.
fn guests(survey: &Survey<'_>, places: &[Vec<(u32, u64)>], found: &mut [Found]) {
    let mut counts: HashMap<u64, usize> = HashMap::new();
    for author in found.iter().filter_map(|found| found.author) {
        for around in survey.above(author).take(2) {
            survey.keys(around).iter().for_each(|key| *counts.entry(*key).or_default() += 1);
        }
    }
    let most = counts.into_iter().max_by_key(|&(key, count)| (count, key));
    let Some((key, _)) = most.filter(|(_, count)| *count * 3 > found.len()) else { return };
    for (found, places) in found.iter_mut().zip(places).filter(|(found, _)| found.author.is_none()) {
        found.author = places
            .iter()
            .map(|(at, _)| *at)
            .find(|&at| survey.keys(at).contains(&key) && name::of(survey, at).is_some());
    }
}

/// Gives each post the element that was chosen for it.
fn choose(votes: &[Vote], keys: &[u64], found: &mut [Found], set: fn(&mut Found, u32)) {
    for (region, at) in chosen(votes, keys) {
        if let Some(found) = found.get_mut(region as usize) {
            set(found, at);
        }
    }
}

/// The elements of a post that are its own, each with its place in the post.
fn places(survey: &Survey<'_>, region: &Region) -> Vec<(u32, u64)> {
    let mut places = Vec::new();
    let mut around: Vec<(u32, u64)> = Vec::new();
    let mut row = 0;
    for at in region.own() {
        let entry = &survey.entries[at as usize];
        while around.last().is_some_and(|(end, _)| *end <= at) {
            around.pop();
        }
        let (outer, nth) = match around.last() {
            Some((_, path)) => (*path, entry.nth),
            None => {
                row += 1;
                (7, row)
            }
        };
        let path = xxh3_64_with_seed(survey.tag(at).as_bytes(), outer ^ u64::from(nth) << 40);
        around.push((entry.end, path));
        places.push((at, path));
    }
    places
}

/// Writes a vote of this element with each of its keys.
fn vote(
    survey: &Survey<'_>,
    (at, place): (u32, u64),
    region: usize,
    worth: f32,
    votes: &mut Vec<Vote>,
    keys: &mut Vec<u64>,
) {
    keys.extend_from_slice(survey.keys(at));
    keys.push(place);
    let entry = &survey.entries[at as usize];
    // A name of its own, as `time` has, tells as much as a class; `div` does not.
    if entry.time.is_some() || entry.name > 0 {
        keys.push(xxh3_64_with_seed(survey.tag(at).as_bytes(), 99));
    }
    keys.sort_unstable();
    keys.dedup();
    votes.extend(keys.drain(..).map(|key| Vote { key, region: region as u32, at, worth }));
}

/// Whether posts of their own stand inside this element.
fn holds_a_post(region: &Region, at: u32, entry: &Entry) -> bool {
    let next = region.holes.partition_point(|(start, _)| *start < at);
    region.holes.get(next).is_some_and(|(start, _)| *start < entry.end)
}

fn body_votes(
    survey: &Survey<'_>,
    regions: &[Region],
    places: &[Vec<(u32, u64)>],
    found: &[Found],
) -> Vec<Vote> {
    let (mut votes, mut keys) = (Vec::new(), Vec::new());
    for (index, (region, places)) in regions.iter().zip(places).enumerate() {
        let all = region.sum(survey);
        let all = (all.prose as f32 + 0.3 * all.linked as f32).max(1.0);
        for &place in places {
            let entry = &survey.entries[place.0 as usize];
            let inside = survey.inside(place.0);
            let length = inside.prose as f32 + 0.3 * inside.linked as f32;
            let quoted = entry.is_quoted;
            if length == 0.0 || quoted || holds_a_post(region, place.0, entry) {
                continue;
            }
            let mut worth = length / all;
            if entry.signs.has(Signs::BODY) && !entry.signs.has(Signs::AUTHOR) {
                worth *= 1.25;
            }
            if entry.signs.has(Signs::NOISE) {
                worth *= 0.3;
            }
            let guessing = found[index].time.is_none() && found[index].author.is_none();
            let holds = |field: Option<u32>| field.is_some_and(|field| place.0 < field && field < entry.end);
            if holds(found[index].time) {
                worth *= 0.6;
            } else if inside.times > 0 {
                worth *= 0.7;
            }
            if holds(found[index].author) {
                worth *= 0.6;
            } else if guessing && inside.names > 0 {
                worth *= 0.75;
            }
            vote(survey, place, index, worth, &mut votes, &mut keys);
        }
    }
    tallied(votes)
}

fn time_votes(
    survey: &Survey<'_>,
    places: &[Vec<(u32, u64)>],
    found: &[Found],
    elsewhere: &HashSet<u32>,
) -> Vec<Vote> {
    let (mut votes, mut keys) = (Vec::new(), Vec::new());
    for (index, places) in places.iter().enumerate() {
        let mut order = 1.0f32;
        for &place in places {
            let entry = &survey.entries[place.0 as usize];
            let Some(exact) = entry.time.filter(|_| !entry.is_quoted) else { continue };
            let mut worth = if exact { 1.5 } else { 1.0 };
            if entry.signs.has(Signs::TIME) {
                worth *= 1.15;
            }
            if elsewhere.contains(&place.0) {
                worth *= 0.15;
            }
            if is_inside(survey, found[index].body, place.0) {
                worth *= 0.4;
            }
            // The time of writing stands before others.
            vote(survey, place, index, worth * order, &mut votes, &mut keys);
            order *= 0.97;
        }
    }
    tallied(votes)
}

/// Times that are not those of writing.
fn of_something_else(survey: &Survey<'_>, places: &[Vec<(u32, u64)>]) -> HashSet<u32> {
    let timed =
        |at: &u32| survey.entries[*at as usize].time.is_some() && !survey.entries[*at as usize].is_quoted;
    let times = places.iter().flatten().map(|(at, _)| *at).filter(timed);
    times.filter(|&at| is_of_something_else(survey, at)).collect()
}

/// Whether a time is that of joining or editing: by its own words, the ones right before it, or its names.
fn is_of_something_else(survey: &Survey<'_>, at: u32) -> bool {
    let noise = |at: u32| survey.entries[at as usize].signs.has(Signs::NOISE);
    if noise(at) || survey.above(at).take(3).any(noise) {
        return true;
    }
    let element = survey.element(at);
    let own: String = element.text().take(4).collect();
    if own.len() < 120 && times::tells_of_something_else(&own) {
        return true;
    }
    let mut before = String::new();
    for sibling in element.prev_siblings().take(3) {
        if let Some(text) = sibling.value().as_text() {
            before.insert_str(0, text);
        } else if let Some(element) = scraper::ElementRef::wrap(sibling) {
            let text: String = element.text().take(4).collect();
            before.insert_str(0, &text);
        }
        if before.trim().len() > 3 {
            break;
        }
    }
    before.len() < 120 && times::tells_of_something_else(&before)
}

/// Whether this stands inside the other.
fn is_inside(survey: &Survey<'_>, outer: Option<u32>, at: u32) -> bool {
    outer.is_some_and(|outer| outer <= at && at < survey.entries[outer as usize].end)
}

/// Votes for names: for what looks like one, or for whatever short words stand outside the post's own.
fn name_votes(survey: &Survey<'_>, places: &[Vec<(u32, u64)>], found: &[Found], anything: bool) -> Vec<Vote> {
    let labels = labels(survey, places, anything);
    let (mut votes, mut keys) = (Vec::new(), Vec::new());
    for (index, places) in places.iter().enumerate() {
        let mut order = 1.0f32;
        for &place in places {
            let entry = &survey.entries[place.0 as usize];
            if entry.is_quoted || entry.time.is_some() || (entry.name == 0 && !anything) {
                continue;
            }
            if found[index].body == Some(place.0) {
                continue;
            }
            if anything {
                let leaf = survey.element(place.0).children().all(|child| child.value().is_text());
                if !leaf {
                    continue;
                }
            }
            let Some(name) = name::of(survey, place.0).filter(|name| !labels.contains(name)) else {
                continue;
            };
            let mut worth = if entry.name == 2 { 1.4 } else { 1.0 };
            if entry.signs.has(Signs::AUTHOR) && !entry.signs.has(Signs::NOISE) {
                worth *= 1.3;
            }
            if anything && matches!(survey.tag(place.0), "a" | "b" | "strong" | "h3" | "h4" | "cite") {
                worth *= 1.3;
            }
            if is_inside(survey, found[index].body, place.0) {
                worth *= 0.3;
            }
            // The longer of two nested ones has more than the name in it.
            if name.contains(' ') {
                worth *= 0.95;
            }
            vote(survey, place, index, worth * order, &mut votes, &mut keys);
            order *= 0.98;
        }
    }
    // Words that are the same everywhere are a label.
    let mut votes = tallied(votes);
    let mut kept = Vec::with_capacity(votes.len());
    for group in votes.chunk_by_mut(|a, b| a.key == b.key) {
        let first = group.first().and_then(|vote| name::of(survey, vote.at));
        let same = group.len() >= 4 && group.iter().all(|vote| name::of(survey, vote.at) == first);
        for vote in group.iter_mut() {
            if same {
                vote.worth *= 0.1;
            }
            kept.push(*vote);
        }
    }
    kept
}

/// Sorts votes by key, post and place.
fn tallied(mut votes: Vec<Vote>) -> Vec<Vote> {
    votes.sort_unstable_by_key(|vote| (vote.key, vote.region, vote.at));
    votes
}

/// The keys in the order of their votes. Where an inner one is worth nearly as much as the best (`near`),
/// the inner one comes first.
fn ranking(votes: &[Vote], posts: usize, near: f64) -> Vec<u64> {
    let mut scores: Vec<(f64, u32, u64)> = Vec::new();
    for of_key in votes.chunk_by(|a, b| a.key == b.key) {
        let (mut sum, mut held) = (0.0f64, 0usize);
        for of_post in of_key.chunk_by(|a, b| a.region == b.region) {
            held += 1;
            // More than one in a post: only the best counts, and less.
            let best = of_post.iter().map(|vote| f64::from(vote.worth)).fold(0.0, f64::max);
            sum += best;
        }
        let single = held as f64 / of_key.len() as f64;
        let score = sum / posts.max(1) as f64 * (0.4 + 0.6 * single);
        let first = of_key.first().map_or(0, |vote| vote.at);
        scores.push((score, first, of_key[0].key));
    }
    // Among equals the first of the page; the key itself only makes the order certain.
    scores.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    if near < 1.0
        && let Some(&(best, ..)) = scores.first()
    {
        let close = scores.iter().take_while(|(score, ..)| *score >= best * near).count();
        // A stable order: of the keys of one element the one that most posts have stays first.
        scores[..close].sort_by_key(|&(_, first, _)| std::cmp::Reverse(first));
    }
    scores.into_iter().take(CHOICES).map(|(.., key)| key).collect()
}

/// For each post the element that the first of these keys names which it has.
fn chosen(votes: &[Vote], keys: &[u64]) -> Vec<(u32, u32)> {
    let mut best: HashMap<u32, (usize, f32, u32)> = HashMap::new();
    for (rank, &key) in keys.iter().enumerate() {
        let from = votes.partition_point(|vote| vote.key < key);
        for vote in votes[from..].iter().take_while(|vote| vote.key == key) {
            let known = best.get(&vote.region).copied();
            let better = known.is_none_or(|(before, worth, _)| before == rank && vote.worth > worth);
            if better {
                best.insert(vote.region, (rank, vote.worth, vote.at));
            }
        }
    }
    let mut chosen: Vec<(u32, u32)> = best.into_iter().map(|(region, (.., at))| (region, at)).collect();
    chosen.sort_unstable();
    chosen
}
