//! Whether a claim stands, how strongly, and why in one line.

use serde::Serialize;

use crate::argument::{AduId, Relation, RelationId, Relations, Role, Units};
use crate::graph::{Acceptance, ArgumentGraph};
use crate::thread::{Confidence, Thread};

/// The standing of one claim.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The claim.
    pub unit: AduId,
    /// Whether it holds.
    pub label: Label,
    /// How sure the links are that the label rests on; `None` when nobody is seen to object.
    pub confidence: Option<Confidence>,
    /// Gradual strength from 0 to 1.
    pub strength: f64,
    /// One line in plain words.
    pub reason: String,
}

/// The three labels of the grounded labelling (Caminada 2006: in, out, undecided), as readers are told them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// No objection to it stands.
    Stands,
    /// An objection to it stands.
    Falls,
    /// Neither: it and its objections hold each other up.
    Contested,
}

impl Label {
    fn of(acceptance: Acceptance) -> Self {
        match acceptance {
            Acceptance::In => Label::Stands,
            Acceptance::Out => Label::Falls,
            Acceptance::Undecided => Label::Contested,
        }
    }

    /// The word that the JSON contract uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Label::Stands => "stands",
            Label::Falls => "falls",
            Label::Contested => "contested",
        }
    }
}

/// The standing of every claim, and of everything else that is attacked, by unit.
pub fn standings(
    thread: &Thread,
    units: &Units,
    relations: &Relations,
    graph: &ArgumentGraph,
) -> Vec<Standing> {
    let labels = graph.grounded();
    let strengths = graph.strengths(units, relations);
    let words = Words { thread, units, relations, labels: &labels };
    let grounds = Grounds { relations, graph, labels: &labels };
    let mut standings = Vec::new();
    for unit in units.all() {
        let attackers = graph.attackers(unit.id);
        if unit.role.value != Role::Claim && attackers.is_empty() {
            continue;
        }
        standings.push(Standing {
            unit: unit.id,
            label: Label::of(labels[unit.id.index()]),
            confidence: grounds.confidence(unit.id, &attackers),
            strength: strengths[unit.id.index()],
            reason: words.reason(unit.id, &attackers, graph.supporters(unit.id).len()),
        });
    }
    standings
}

/// What a label rests on.
///
/// The labelling takes every link at its word, so a claim falls by a link that is hardly more than a guess.
/// The confidence says so: it is that of the weakest link which the label cannot do without.
struct Grounds<'a> {
    relations: &'a Relations,
    graph: &'a ArgumentGraph,
    labels: &'a [Acceptance],
}

impl Grounds<'_> {
    fn confidence(&self, unit: AduId, attackers: &[RelationId]) -> Option<Confidence> {
        match self.labels[unit.index()] {
            Acceptance::Out => self.surest(attackers, Acceptance::In),
            Acceptance::Undecided => self.surest(attackers, Acceptance::Undecided),
            Acceptance::In => {
                let answers = attackers.iter().map(|&attacker| self.answer(attacker));
                answers.min_by(|a, b| a.value().total_cmp(&b.value()))
            }
        }
    }

    /// The surest accepted objection to an attack: to who makes it, or to the step itself.
    fn answer(&self, attacker: RelationId) -> Confidence {
        let Some(relation) = self.relations.all().get(attacker.index()) else { return Confidence::NONE };
        let mut against = self.graph.attackers(relation.kind.from());
        against.extend(self.graph.undercuts(attacker));
        self.surest(&against, Acceptance::In).unwrap_or(Confidence::NONE)
    }

    fn surest(&self, relations: &[RelationId], source: Acceptance) -> Option<Confidence> {
        let relations = relations.iter().filter_map(|id| self.relations.all().get(id.index()));
        let wanted = relations.filter(|relation| self.labels[relation.kind.from().index()] == source);
        wanted.map(|relation| relation.confidence).max_by(|a, b| a.value().total_cmp(&b.value()))
    }
}

/// What is needed to word a reason.
struct Words<'a> {
    thread: &'a Thread,
    units: &'a Units,
    relations: &'a Relations,
    labels: &'a [Acceptance],
}

impl Words<'_> {
    fn reason(&self, unit: AduId, attackers: &[RelationId], supporters: usize) -> String {
        let backed = match supporters {
            0 => String::new(),
            1 => "; 1 reason or reply backs it".to_owned(),
            n => format!("; {n} reasons or replies back it"),
        };
        match self.labels[unit.index()] {
            Acceptance::In if attackers.is_empty() => format!("nobody is seen to object{backed}"),
            Acceptance::In => format!("{}{backed}", self.answered(attackers)),
            Acceptance::Out => format!("{}{backed}", self.beaten(attackers)),
            Acceptance::Undecided => {
                let by = self.surest(attackers, |acceptance| acceptance != Acceptance::Out);
                let who = by.map_or_else(|| "its objections".to_owned(), |relation| self.who(relation));
                format!("it and {who} hold each other up, and nothing settles it{backed}")
            }
        }
    }

    fn answered(&self, attackers: &[RelationId]) -> String {
        match attackers {
            [one] => {
                let who = self.relations.all().get(one.index()).map_or_else(String::new, |one| self.who(one));
                format!("the objection in {who} is itself rebutted and not defended")
            }
            several => format!("all {} objections to it are themselves rebutted", several.len()),
        }
    }

    /// Names the edge that would flip it: without the surest standing objection, would it stand?
    fn beaten(&self, attackers: &[RelationId]) -> String {
        let standing =
            attackers.iter().filter(|id| self.source_is(**id, |acceptance| acceptance == Acceptance::In));
        let count = standing.count();
        let Some(surest) = self.surest(attackers, |acceptance| acceptance == Acceptance::In) else {
            return "an objection to it stands".to_owned();
        };
        let sure = (surest.confidence.value() * 100.0).round();
        let who = self.who(surest);
        match count {
            0 | 1 => format!(
                "no answer to the objection in {who} is seen; without that link ({sure} % sure) it would stand"
            ),
            n => format!("{n} objections stand unanswered, the surest in {who} ({sure} % sure)"),
        }
    }

    fn surest(&self, attackers: &[RelationId], wanted: fn(Acceptance) -> bool) -> Option<&Relation> {
        let candidates = attackers.iter().filter(|id| self.source_is(**id, wanted));
        let relations = candidates.filter_map(|id| self.relations.all().get(id.index()));
        relations.max_by(|a, b| a.confidence.value().total_cmp(&b.confidence.value()).then(b.id.cmp(&a.id)))
    }

    fn source_is(&self, relation: RelationId, wanted: fn(Acceptance) -> bool) -> bool {
        let source = self.relations.all().get(relation.index()).map(|relation| relation.kind.from());
        source.is_some_and(|unit| wanted(self.labels[unit.index()]))
    }

    /// "#12 (ann)": the post that a relation's source stands in.
    fn who(&self, relation: &Relation) -> String {
        let post = self.units.unit(relation.kind.from()).post;
        match self.thread.author_of(post) {
            Some(author) => format!("#{} ({author})", post.index()),
            None => format!("#{}", post.index()),
        }
    }
}
