//! Which unit of the parent a reply aims at.

use super::content::Content;
use super::main_unit;
use crate::argument::{Adu, AduId, Annotation, Role};
use crate::thread::{PostId, Span, Thread};
use crate::words;

/// A unit of a reply and the unit of the parent it aims at.
pub(super) struct Aim {
    pub from: AduId,
    pub to: AduId,
    /// Where the quotation ends that leads to it.
    pub after: Option<usize>,
    /// How sure the choice of the target is.
    pub sure: f64,
    pub why: &'static str,
}

/// What the annotator says of the main point and of what it answers.
pub(super) struct Told<'s> {
    pub main: Option<Span>,
    pub target: Option<&'s Annotation<Span>>,
}

/// What a reply says, cut at its quotations of the parent: each stretch answers the quotation before it.
pub(super) struct Speech<'a> {
    stretches: Vec<Stretch<'a>>,
    said: Vec<u64>,
}

/// What is said in one go, by its main unit, and the quotation before it with where it ends.
struct Stretch<'a> {
    quoted: Option<(usize, String)>,
    main: &'a Adu,
}

/// The choice of a target is this sure, by how it was made: estimates, not measured.
const BY_QUOTATION: f64 = 0.95;
const ONLY_ONE: f64 = 0.95;
const BY_WORDS: f64 = 0.85;
const BY_MAIN_CLAIM: f64 = 0.75;

/// Shared content words that make a target likely.
const ENOUGH_SHARED: usize = 2;

impl<'a> Speech<'a> {
    pub(super) fn of(
        thread: &Thread,
        content: &Content,
        post: PostId,
        parent: PostId,
        units: &'a [Adu],
        told: &Told<'_>,
    ) -> Self {
        let body = &thread.post(post).body;
        let cuts: Vec<(usize, String)> = body
            .quotes()
            .filter(|(_, quote, _)| quote.of == Some(parent))
            .map(|(index, _, quoted)| (body.blocks()[index].span.end(), quoted))
            .collect();
        let mut stretches = Vec::new();
        if cuts.is_empty() {
            let main =
                units.iter().find(|unit| Some(unit.span) == told.main && unit.role.value != Role::Question);
            stretches.extend(
                main.or_else(|| main_unit(thread, post, units)).map(|main| Stretch { quoted: None, main }),
            );
        }
        let mut cuts = cuts.into_iter().peekable();
        while let Some((start, quoted)) = cuts.next() {
            let end = cuts.peek().map_or(usize::MAX, |(end, _)| *end);
            let from = units.partition_point(|unit| unit.span.start() < start);
            let to = units.partition_point(|unit| unit.span.start() < end);
            let main = main_unit(thread, post, &units[from..to]);
            stretches.extend(main.map(|main| Stretch { quoted: Some((start, quoted)), main }));
        }
        let mut said: Vec<u64> = units.iter().flat_map(|unit| content.of(unit.id)).copied().collect();
        said.sort_unstable();
        said.dedup();
        Self { stretches, said }
    }

    /// The aims at units of `parent`, at most one for each stretch.
    pub(super) fn aims(
        &self,
        thread: &Thread,
        content: &Content,
        parent: PostId,
        units: &[Adu],
        told: &Told<'_>,
    ) -> Vec<Aim> {
        let text = thread.post(parent).text();
        // Nobody can be for or against a question.
        let (questions, statements): (Vec<&Adu>, Vec<&Adu>) =
            units.iter().partition(|unit| is_question(text, unit));
        let argued: Vec<&Adu> =
            statements.iter().filter(|unit| unit.role.value != Role::None).copied().collect();
        let candidates: Vec<&Adu> =
            if argued.is_empty() { longest_statement(text, &statements).collect() } else { argued };
        let aims = self.stretches.iter().filter_map(|Stretch { quoted, main }| {
            let words = quoted.as_ref().map(|(_, words)| words.as_str());
            if words.is_some_and(|words| quotes_question(text, &questions, &candidates, words)) {
                return None;
            }
            let quotation = words.and_then(|words| by_quotation(text, &candidates, words));
            let (to, sure, why) = quotation
                .or_else(|| only_one(&candidates))
                .or_else(|| by_annotator(&candidates, told))
                .or_else(|| by_words(content, &candidates, &self.said))
                .or_else(|| by_main_claim(thread, parent, &candidates))?;
            let after = quoted.as_ref().map(|(end, _)| *end);
            Some(Aim { from: main.id, to, after, sure, why })
        });
        aims.collect()
    }
}

type Choice = (AduId, f64, &'static str);

/// A parent without a tagged argument still says something that a reply can deny: its longest statement.
/// An address is none.
fn longest_statement<'u>(text: &str, statements: &[&'u Adu]) -> impl Iterator<Item = &'u Adu> {
    let is_address = |word: &str| word.contains("://");
    let says = |unit: &&Adu| !unit.span.slice(text).split_whitespace().all(is_address);
    statements
        .iter()
        .copied()
        .filter(says)
        .max_by_key(|unit| (unit.span.len(), std::cmp::Reverse(unit.id)))
        .into_iter()
}

fn only_one(candidates: &[&Adu]) -> Option<Choice> {
    match candidates {
        [one] => Some((one.id, ONLY_ONE, "answers the post's only argument")),
        _ => None,
    }
}

/// The annotator's own choice, if it is one of the candidates.
fn by_annotator(candidates: &[&Adu], told: &Told<'_>) -> Option<Choice> {
    let target = told.target?;
    let unit = candidates.iter().find(|unit| unit.span == target.value)?;
    Some((unit.id, 0.5 + 0.5 * target.confidence.value(), "the annotator reads it as aimed at this"))
}

/// Whether a unit asks, as the annotator or its own last mark says.
fn is_question(text: &str, unit: &Adu) -> bool {
    let ends = |c: char| !c.is_alphanumeric() && !matches!(c, '?' | '.' | '!' | '？');
    unit.role.value == Role::Question || unit.span.slice(text).trim_end_matches(ends).ends_with(['?', '？'])
}

/// Whether the words quoted are rather one of the questions than one of the statements.
fn quotes_question(text: &str, questions: &[&Adu], statements: &[&Adu], quoted: &str) -> bool {
    let best = |units: &[&Adu]| likeness(text, units, quoted).map(|(inside, shared, _)| (inside, shared));
    let asked = best(questions).filter(|(inside, shared)| *inside || *shared > 0);
    asked.is_some() && asked > best(statements)
}

fn by_quotation(text: &str, candidates: &[&Adu], quoted: &str) -> Option<Choice> {
    let (inside, shared, std::cmp::Reverse(unit)) = likeness(text, candidates, quoted)?;
    (inside || shared > 0).then_some((unit, BY_QUOTATION, "quotes it"))
}

/// Of these units the one likest to the words quoted: whether one holds the other, and the words they share.
fn likeness(text: &str, units: &[&Adu], quoted: &str) -> Option<(bool, usize, std::cmp::Reverse<AduId>)> {
    let quoted = words::normal(quoted);
    let wanted = words::content_words(&quoted);
    let scored = units.iter().map(|unit| {
        let said = words::normal(unit.span.slice(text));
        let inside = quoted.contains(&said) || said.contains(&quoted);
        (inside, words::shared(&words::content_words(&said), &wanted), std::cmp::Reverse(unit.id))
    });
    scored.max()
}

fn by_words(content: &Content, candidates: &[&Adu], said: &[u64]) -> Option<Choice> {
    let scored = candidates.iter().map(|unit| {
        let mine = content.of(unit.id);
        (words::shared(mine, said), std::cmp::Reverse(mine.len()), std::cmp::Reverse(unit.id))
    });
    let (shared, _, std::cmp::Reverse(unit)) = scored.max()?;
    (shared >= ENOUGH_SHARED).then_some((unit, BY_WORDS, "shares its words"))
}

fn by_main_claim(thread: &Thread, parent: PostId, candidates: &[&Adu]) -> Option<Choice> {
    let main = main_unit(thread, parent, candidates.iter().copied())?;
    Some((main.id, BY_MAIN_CLAIM, "answers the post's main claim"))
}
