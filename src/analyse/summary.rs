//! The sentences that sum the thread up: quotations only, chosen along the argument.
//!
//! What the thread starts from, then the points most argued over, each with the strongest objection and the
//! answer to it, then what others back and what is left open. Nothing is reworded, so nothing can be put into
//! anybody's mouth.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{KeyPoint, Unanswered, UnansweredKind};
use crate::argument::{Adu, AduId, RelationKind, Relations, Role, Units};
use crate::graph::ArgumentGraph;
use crate::thread::{PostId, Span, Thread};

/// One sentence of the summary.
#[derive(Debug, Clone)]
pub struct Sentence {
    /// Why it was chosen.
    pub kind: SentenceKind,
    /// The words.
    pub cite: Cite,
    /// The unit quoted.
    pub unit: Option<AduId>,
}

/// A verbatim quotation.
#[derive(Debug, Clone, Copy)]
pub struct Cite {
    /// The post.
    pub post: PostId,
    /// Where in its text.
    pub span: Span,
}

/// What a sentence of the summary is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SentenceKind {
    /// What the thread starts from.
    Opening,
    /// A point that people argue over.
    Point,
    /// The strongest objection to the point before it.
    Objection,
    /// The answer to the objection before it.
    Answer,
    /// A point that others back.
    Backed,
    /// A question that nobody answered.
    OpenQuestion,
}

impl SentenceKind {
    /// A few words that say what the quotation is.
    pub fn lead(self) -> &'static str {
        match self {
            SentenceKind::Opening => "It starts from",
            SentenceKind::Point => "Argued over",
            SentenceKind::Objection => "Against it",
            SentenceKind::Answer => "In reply",
            SentenceKind::Backed => "Backed by others",
            SentenceKind::OpenQuestion => "Left open",
        }
    }
}

/// Points, backed points and open questions at most.
const POINTS: usize = 4;
const BACKED: usize = 2;
const OPEN: usize = 2;

/// Quotations longer than this are cut at a word, since a summary must be shorter than the thread.
const LONGEST: usize = 420;

/// The summary of a thread.
pub fn summarise(
    thread: &Thread,
    units: &Units,
    relations: &Relations,
    graph: &ArgumentGraph,
    points: &[KeyPoint],
    open: &[Unanswered],
) -> Vec<Sentence> {
    let mut summary =
        Summary { thread, units, relations, graph, said: BTreeSet::new(), sentences: Vec::new() };
    summary.opening();
    for point in points.iter().filter(|point| point.against > 0).take(POINTS) {
        summary.point(point.unit);
    }
    for point in points.iter().filter(|point| point.against == 0 && point.speak_for > 1).take(BACKED) {
        summary.say(SentenceKind::Backed, point.unit);
    }
    let questions = open.iter().filter(|open| open.kind == UnansweredKind::Question);
    for question in questions.take(OPEN) {
        summary.say(SentenceKind::OpenQuestion, question.unit);
    }
    summary.sentences
}

struct Summary<'a> {
    thread: &'a Thread,
    units: &'a Units,
    relations: &'a Relations,
    graph: &'a ArgumentGraph,
    said: BTreeSet<AduId>,
    sentences: Vec<Sentence>,
}

impl Summary<'_> {
    /// The first claim of the thread, else the first question, else its first unit.
    fn opening(&mut self) {
        let first = self.thread.ids().find(|&post| !self.units.of(post).is_empty());
        let units = first.map_or(&[][..], |post| self.units.of(post));
        let of_role = |role: Role| units.iter().find(|unit| unit.role.value == role);
        let unit = of_role(Role::Claim).or_else(|| of_role(Role::Question)).or_else(|| units.first());
        if let Some(unit) = unit.map(|unit| unit.id) {
            self.say(SentenceKind::Opening, unit);
        }
    }

    /// A point, the surest objection to it, and the surest answer to that.
    fn point(&mut self, unit: AduId) {
        self.say(SentenceKind::Point, unit);
        let Some(objection) = self.surest_attacker(unit) else { return };
        self.say(SentenceKind::Objection, objection);
        if let Some(answer) = self.surest_attacker(objection) {
            self.say(SentenceKind::Answer, answer);
        }
    }

    fn surest_attacker(&self, unit: AduId) -> Option<AduId> {
        let attackers = self.graph.attackers(unit);
        let relations = attackers.iter().filter_map(|id| self.relations.all().get(id.index()));
        let rebuts = relations.filter(|relation| matches!(relation.kind, RelationKind::Rebut { .. }));
        let surest =
            rebuts.max_by(|a, b| a.confidence.value().total_cmp(&b.confidence.value()).then(b.id.cmp(&a.id)));
        surest.map(|relation| relation.kind.from())
    }

    fn say(&mut self, kind: SentenceKind, unit: AduId) {
        if !self.said.insert(unit) {
            return;
        }
        let unit: &Adu = self.units.unit(unit);
        let text = self.thread.post(unit.post).text();
        let span = shortened(text, unit.span);
        self.sentences.push(Sentence { kind, cite: Cite { post: unit.post, span }, unit: Some(unit.id) });
    }
}

/// The span, cut at the last space before [`LONGEST`] bytes.
fn shortened(text: &str, span: Span) -> Span {
    if span.len() <= LONGEST {
        return span;
    }
    let words = span.slice(text);
    let mut end = LONGEST;
    while !words.is_char_boundary(end) {
        end -= 1;
    }
    let end = words[..end].rfind(char::is_whitespace).unwrap_or(end);
    Span::of(text, span.start(), span.start() + end).unwrap_or(span)
}
