//! Which unit of the parent a reply aims at.

use std::collections::BTreeSet;

use super::main_unit;
use crate::argument::{Adu, AduId, Role};
use crate::thread::{PostId, Thread};
use crate::words;

/// A unit of a reply and the unit of the parent it aims at.
pub(super) struct Aim {
    pub from: AduId,
    pub to: AduId,
    /// How sure the choice of the target is.
    pub sure: f64,
    pub why: &'static str,
}

/// What a reply says, cut at its quotations of the parent: each stretch answers the quotation before it.
pub(super) struct Speech<'a> {
    stretches: Vec<(Option<String>, &'a Adu)>,
    said: BTreeSet<String>,
}

/// The choice of a target is this sure, by how it was made.
const BY_QUOTATION: f64 = 0.95;
const ONLY_ONE: f64 = 0.95;
const BY_WORDS: f64 = 0.85;
const BY_MAIN_CLAIM: f64 = 0.75;

/// Shared content words that make a target likely.
const ENOUGH_SHARED: usize = 2;

impl<'a> Speech<'a> {
    pub(super) fn of(thread: &Thread, post: PostId, parent: PostId, units: &'a [Adu]) -> Self {
        let body = &thread.post(post).body;
        let mut cuts: Vec<(usize, String)> = Vec::new();
        for (index, quote, quoted) in body.quotes() {
            if quote.of == Some(parent) {
                cuts.push((body.blocks()[index].span.end(), quoted));
            }
        }
        let mut stretches = Vec::new();
        let mut rest = units;
        let first = cuts.first().map_or(usize::MAX, |(end, _)| *end);
        let (before, after) = rest.split_at(rest.partition_point(|unit| unit.span.start() < first));
        rest = after;
        if cuts.is_empty() {
            stretches.extend(main_unit(thread, post, before).map(|unit| (None, unit)));
        }
        let mut cuts = cuts.into_iter().peekable();
        while let Some((_, quoted)) = cuts.next() {
            let end = cuts.peek().map_or(usize::MAX, |(end, _)| *end);
            let (stretch, after) = rest.split_at(rest.partition_point(|unit| unit.span.start() < end));
            rest = after;
            stretches.extend(main_unit(thread, post, stretch).map(|unit| (Some(quoted), unit)));
        }
        let said = units.iter().flat_map(|unit| content(unit.span.slice(body.text()))).collect();
        Self { stretches, said }
    }

    /// The aims at units of `parent`, at most one for each stretch.
    pub(super) fn aims(&self, thread: &Thread, parent: PostId, units: &[Adu]) -> Vec<Aim> {
        let argued: Vec<&Adu> =
            units.iter().filter(|unit| !matches!(unit.role.value, Role::None | Role::Question)).collect();
        let candidates: Vec<&Adu> =
            if argued.is_empty() { longest_statement(units).collect() } else { argued };
        let text = thread.post(parent).text();
        let aims = self.stretches.iter().filter_map(|(quoted, from)| {
            let (to, sure, why) = match quoted {
                Some(quoted) => by_quotation(text, &candidates, quoted),
                None => None,
            }
            .or_else(|| only_one(&candidates))
            .or_else(|| by_words(text, &candidates, &self.said))
            .or_else(|| {
                let main = main_of(thread, parent, &candidates)?;
                Some((main, BY_MAIN_CLAIM, "answers the post's main claim"))
            })?;
            Some(Aim { from: from.id, to, sure, why })
        });
        aims.collect()
    }
}

/// A parent without a tagged argument still says something that a reply can deny: its longest statement.
fn longest_statement(units: &[Adu]) -> impl Iterator<Item = &Adu> {
    units
        .iter()
        .filter(|unit| unit.role.value != Role::Question)
        .max_by_key(|unit| (unit.span.len(), std::cmp::Reverse(unit.id)))
        .into_iter()
}

fn main_of(thread: &Thread, parent: PostId, candidates: &[&Adu]) -> Option<AduId> {
    let owned: Vec<Adu> = candidates.iter().map(|unit| (*unit).clone()).collect();
    main_unit(thread, parent, &owned).map(|unit| unit.id)
}

fn only_one(candidates: &[&Adu]) -> Option<(AduId, f64, &'static str)> {
    match candidates {
        [one] => Some((one.id, ONLY_ONE, "answers the post's only argument")),
        _ => None,
    }
}

fn by_quotation(text: &str, candidates: &[&Adu], quoted: &str) -> Option<(AduId, f64, &'static str)> {
    let quoted = words::normal(quoted);
    let wanted: BTreeSet<String> = content(&quoted).collect();
    let scored = candidates.iter().map(|unit| {
        let said = words::normal(unit.span.slice(text));
        let inside = quoted.contains(&said) || said.contains(&quoted);
        let shared = content(&said).filter(|word| wanted.contains(word)).count();
        (inside, shared, std::cmp::Reverse(unit.id))
    });
    let (inside, shared, std::cmp::Reverse(unit)) = scored.max()?;
    (inside || shared > 0).then_some((unit, BY_QUOTATION, "quotes it"))
}

fn by_words(text: &str, candidates: &[&Adu], said: &BTreeSet<String>) -> Option<(AduId, f64, &'static str)> {
    let scored = candidates.iter().map(|unit| {
        let mine: BTreeSet<String> = content(unit.span.slice(text)).collect();
        let shared = mine.intersection(said).count();
        (shared, std::cmp::Reverse(mine.len()), std::cmp::Reverse(unit.id))
    });
    let (shared, _, std::cmp::Reverse(unit)) = scored.max()?;
    (shared >= ENOUGH_SHARED).then_some((unit, BY_WORDS, "shares its words"))
}

/// The words that carry a text's topic, as stems.
fn content(text: &str) -> impl Iterator<Item = String> {
    words::each(text).filter_map(|(_, word)| {
        let word = words::normal(word);
        (word.len() > 2 && !words::is_stop(&word)).then(|| words::stem(&word).to_owned())
    })
}
