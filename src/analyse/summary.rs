//! The sentences that sum the thread up: quotations only, chosen along the argument.
//!
//! What the thread starts from, then the points most argued over, each followed down its chain: the surest
//! objection, the answer to it, the answer to that. A thread in which hardly anybody objects is no argument;
//! there the posts that drew most replies are quoted instead. Nothing is reworded, so nothing can be put into
//! anybody's mouth.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{KeyPoint, Unanswered, UnansweredKind};
use crate::argument::{Adu, AduId, RelationKind, Relations, Role, Units};
use crate::graph::ArgumentGraph;
use crate::thread::{Confidence, PostId, Span, Thread};
use crate::words;

/// One sentence of the summary.
#[derive(Debug, Clone)]
pub struct Sentence {
    /// Why it was chosen.
    pub kind: SentenceKind,
    /// The words.
    pub cite: Cite,
    /// The unit quoted.
    pub unit: Option<AduId>,
    /// How sure it is that this answers the sentence before, that somebody backs it, or that it asks; `None` where
    /// nothing is guessed.
    pub confidence: Option<Confidence>,
    /// Whether the quotation ends before its author's sentence does.
    pub cut: bool,
    /// Whether the quotation begins in the middle of its author's sentence.
    pub cut_before: bool,
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
    /// The surest objection to the point before it.
    Objection,
    /// The answer to the objection before it.
    Answer,
    /// The main sentence of a post that many replied to, in a thread that is no argument.
    MostAnswered,
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
            SentenceKind::MostAnswered => "Most answered",
            SentenceKind::Backed => "Backed by others",
            SentenceKind::OpenQuestion => "Left open",
        }
    }
}

/// Chains, posts that drew many replies, backed points and open questions at most.
const CHAINS: usize = 4;
const ANSWERED: usize = 4;
const BACKED: usize = 2;
const OPEN: usize = 2;

/// Sentences of a chain at most: a point, what is against it, and two replies.
const STEPS: usize = 4;

/// Links less sure than this are not worth telling, and points of fewer words say nothing out of their place.
const LEAST: f64 = 0.25;
const FEWEST_WORDS: usize = 5;

/// What is told without a chain is more likely than not.
const LIKELY: f64 = 0.5;

/// A unit of no more words than this is quoted with what follows it, as long as that is no longer than this.
const BARE: usize = 7;
const WITH_REASON: usize = 240;

/// A thread is an argument when at least one post in this many objects to another.
const PER_OBJECTION: usize = 8;

/// Quotations longer than this are cut, since a summary must be shorter than the thread.
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
    let targets = targets(relations);
    let mut summary =
        Summary { thread, units, relations, graph, targets, said: BTreeSet::new(), sentences: Vec::new() };
    let opening = summary.opening();
    if summary.is_argument() {
        summary.chains(opening, points);
    }
    if !summary.sentences.iter().any(|sentence| sentence.kind == SentenceKind::Objection) {
        summary.most_answered();
    }
    let likely = |sure: &Confidence| sure.value() >= LIKELY;
    let backed = points.iter().filter(|point| point.against == 0 && point.speak_for > 1);
    // That others said the very same post again is no guess; that somebody backs or rewords somebody is one.
    let repeated = |point: &KeyPoint| point.people > 1 && point.members.len() == 1;
    let backed = backed.filter(|point| repeated(point) || point.backing.as_ref().is_some_and(likely));
    for point in backed.take(BACKED) {
        summary.say(SentenceKind::Backed, point.unit, point.backing.filter(|_| !repeated(point)));
    }
    let questions = open.iter().filter(|open| open.kind == UnansweredKind::Question);
    let questions = questions
        .filter(|open| likely(&units.unit(open.unit).role.confidence) && asks(units.text(thread, open.unit)));
    for question in questions.take(OPEN) {
        let sure = units.unit(question.unit).role.confidence;
        summary.say(SentenceKind::OpenQuestion, question.unit, Some(sure));
    }
    if summary.sentences.is_empty() {
        summary.first_words();
    }
    summary.sentences
}

/// Whether it is written as a question.
fn asks(words: &str) -> bool {
    words.contains(['?', '？', '؟'])
}

/// What each unit objects to.
fn targets(relations: &Relations) -> BTreeMap<AduId, Vec<AduId>> {
    let mut targets: BTreeMap<AduId, Vec<AduId>> = BTreeMap::new();
    for relation in relations.all() {
        if let RelationKind::Rebut { from, to } = relation.kind {
            targets.entry(from).or_default().push(to);
        }
    }
    targets
}

struct Summary<'a> {
    thread: &'a Thread,
    units: &'a Units,
    relations: &'a Relations,
    graph: &'a ArgumentGraph,
    targets: BTreeMap<AduId, Vec<AduId>>,
    said: BTreeSet<AduId>,
    sentences: Vec<Sentence>,
}

impl Summary<'_> {
    /// The main sentence of the first post. A bare link has none: there the title is the start, not whatever
    /// somebody happened to write first below it.
    fn opening(&mut self) -> Option<AduId> {
        let root = self.thread.ids().next()?;
        if self.units.of(root).is_empty() && !self.thread.title.trim().is_empty() {
            return None;
        }
        self.first_words()
    }

    /// The main sentence of the first post that says something.
    fn first_words(&mut self) -> Option<AduId> {
        let first = self.thread.ids().find(|&post| !self.units.of(post).is_empty())?;
        let unit = self.main_sentence(first)?;
        self.say(SentenceKind::Opening, unit, None);
        Some(unit)
    }

    /// The first claim of a post, else its first question, else its first unit.
    fn main_sentence(&self, post: PostId) -> Option<AduId> {
        let units = self.units.of(post);
        let of_role = |role: Role| units.iter().find(|unit| unit.role.value == role);
        let unit = of_role(Role::Claim).or_else(|| of_role(Role::Question)).or_else(|| units.first());
        unit.map(|unit| unit.id)
    }

    fn is_argument(&self) -> bool {
        let speaking = self.thread.ids().filter(|&post| !self.units.of(post).is_empty()).count();
        let post = |unit: AduId| self.units.unit(unit).post;
        let objecting: BTreeSet<PostId> = self
            .targets
            .iter()
            .filter(|(from, to)| to.iter().any(|&to| post(to) != post(**from)))
            .map(|(&from, _)| post(from))
            .collect();
        !objecting.is_empty() && objecting.len() * PER_OBJECTION >= speaking
    }

    /// The chains from the points most argued over. A point next to what was already told is another branch
    /// of the same quarrel: it waits until everything else had its turn.
    fn chains(&mut self, opening: Option<AduId>, points: &[KeyPoint]) {
        let telling =
            |unit: AduId| self.units.text(self.thread, unit).split_whitespace().count() >= FEWEST_WORDS;
        let points: Vec<&KeyPoint> =
            points.iter().filter(|point| point.against > 0 && telling(point.unit)).collect();
        let mut told = 0;
        if let Some(opening) = opening.filter(|&opening| points.iter().any(|point| point.unit == opening)) {
            told += usize::from(self.chain(opening));
        }
        for elsewhere in [true, false] {
            for point in &points {
                if told == CHAINS {
                    return;
                }
                if self.said.contains(&point.unit) || (elsewhere && self.is_near(point.unit)) {
                    continue;
                }
                told += usize::from(self.chain(point.unit));
            }
        }
    }

    /// Whether it objects to something already said, or something already said objects to it.
    fn is_near(&self, unit: AduId) -> bool {
        let objects = self.targets.get(&unit).is_some_and(|to| to.iter().any(|to| self.said.contains(to)));
        let sources =
            self.graph.attackers(unit).into_iter().filter_map(|id| self.relations.all().get(id.index()));
        objects || sources.into_iter().any(|relation| self.said.contains(&relation.kind.from()))
    }

    /// A point, the surest objection to it and the replies; nothing when no objection is left to quote.
    fn chain(&mut self, point: AduId) -> bool {
        let mut steps = vec![(point, None)];
        while steps.len() < STEPS {
            let Some((last, _)) = steps.last().copied() else { break };
            let Some(next) = self.surest_attacker(last, &steps) else { break };
            steps.push((next.0, Some(next.1)));
        }
        if steps.len() < 2 {
            return false;
        }
        let kinds =
            [SentenceKind::Point, SentenceKind::Objection, SentenceKind::Answer, SentenceKind::Answer];
        for ((unit, confidence), kind) in steps.into_iter().zip(kinds) {
            self.say(kind, unit, confidence);
        }
        true
    }

    /// Who objects to it in so many words: a bare question or aside makes no sense out of its place.
    fn surest_attacker(
        &self,
        unit: AduId,
        before: &[(AduId, Option<Confidence>)],
    ) -> Option<(AduId, Confidence)> {
        let attackers = self.graph.attackers(unit);
        let relations = attackers.iter().filter_map(|id| self.relations.all().get(id.index()));
        let fit = relations.filter(|relation| {
            let from = relation.kind.from();
            let role = self.units.unit(from).role.value;
            matches!(relation.kind, RelationKind::Rebut { .. })
                && matches!(role, Role::Claim | Role::Premise | Role::Concession)
                && relation.confidence.value() >= LEAST
                && !self.said.contains(&from)
                && before.iter().all(|(said, _)| *said != from)
        });
        let surest =
            fit.max_by(|a, b| a.confidence.value().total_cmp(&b.confidence.value()).then(b.id.cmp(&a.id)));
        surest.map(|relation| (relation.kind.from(), relation.confidence))
    }

    /// The main sentences of the posts that most people replied to.
    fn most_answered(&mut self) {
        let mut answered: BTreeMap<PostId, BTreeSet<Option<usize>>> = BTreeMap::new();
        for post in self.thread.posts() {
            if let Some(reply) = post.reply_to.filter(|reply| reply.post.index() > 0) {
                let to = self.thread.post(reply.post);
                // People whose names are unknown count as one: they cannot be told apart.
                if post.author.is_none() || post.author != to.author {
                    answered.entry(reply.post).or_default().insert(post.author.map(|author| author.index()));
                }
            }
        }
        let mut posts: Vec<(usize, PostId)> =
            answered.into_iter().map(|(post, people)| (people.len(), post)).collect();
        posts.sort_by_key(|&(people, post)| (std::cmp::Reverse(people), post));
        let units: Vec<AduId> =
            posts.into_iter().filter_map(|(_, post)| self.main_sentence(post)).take(ANSWERED).collect();
        for unit in units {
            self.say(SentenceKind::MostAnswered, unit, None);
        }
    }

    /// A unit with the units that carry it on, where it says little without them.
    fn in_full(&self, unit: &Adu) -> Span {
        let text = self.thread.post(unit.post).text();
        let mut span = unit.span;
        for next in self.units.of(unit.post).iter().skip_while(|next| next.id <= unit.id) {
            let between = text.get(span.end()..next.span.start());
            let apart = between.is_none_or(|between| between.contains('\n') || !between.trim().is_empty());
            let long = next.span.end() - span.start() > WITH_REASON;
            if apart || long || next.role.value == Role::Question || !says_little(span.slice(text)) {
                break;
            }
            span = Span::of(text, span.start(), next.span.end()).unwrap_or(span);
        }
        span
    }

    fn say(&mut self, kind: SentenceKind, unit: AduId, confidence: Option<Confidence>) {
        if !self.said.insert(unit) {
            return;
        }
        let unit = self.units.unit(unit);
        let text = self.thread.post(unit.post).text();
        let (span, cut) = quotable(text, self.in_full(unit));
        let cite = Cite { post: unit.post, span };
        let cut_before = !begins_a_sentence(text, span.start());
        self.sentences.push(Sentence { kind, cite, unit: Some(unit.id), confidence, cut, cut_before });
    }
}

/// Whether a quotation would end in the middle of a sentence, or say as little as "That is not right."
fn says_little(words: &str) -> bool {
    words::without_pause(words).len() < words.len() || words.split_whitespace().count() <= BARE
}

/// Whether a sentence or line of the text begins here.
fn begins_a_sentence(text: &str, at: usize) -> bool {
    let before = text[..at].trim_end_matches([' ', '\t', '"', '\'', '(', '“', '‘', '«', '*', '_']);
    match before.chars().next_back() {
        // A line that goes on where it was broken.
        Some('\n') => {
            let line = before.trim_end();
            let broken =
                line.ends_with(|c: char| c.is_alphanumeric() || c == ',') && !before.ends_with("\n\n");
            !(broken && text[at..].starts_with(char::is_lowercase))
        }
        Some(last) => !last.is_alphanumeric() && !matches!(last, ',' | ';' | '-' | '–' | '—'),
        None => true,
    }
}

/// The part of a span that is quoted, and whether its author's sentence goes on.
fn quotable(text: &str, span: Span) -> (Span, bool) {
    let words = span.slice(text);
    let end = if words.len() > LONGEST { clause_end(words) } else { words.len() };
    let kept = words::without_pause(&words[..end]);
    // A unit that is nothing but punctuation is left as it is.
    let end = if kept.is_empty() { words.len() } else { kept.len() };
    let cut = end < words.len();
    (Span::of(text, span.start(), span.start() + end).unwrap_or(span), cut)
}

/// Where a clause ends and its sentence goes on.
const PAUSES: [char; 3] = [',', ';', ':'];

/// The last pause before a text gets too long, or the last space where there is none near the end.
fn clause_end(words: &str) -> usize {
    let mut most = LONGEST;
    while !words.is_char_boundary(most) {
        most -= 1;
    }
    let within = &words[..most];
    let pause = within.match_indices(PAUSES).map(|(at, _)| at).rfind(|&at| {
        let next = words[at + 1..].chars().next();
        at * 3 >= LONGEST * 2 && next.is_some_and(char::is_whitespace)
    });
    pause.or_else(|| within.rfind(char::is_whitespace)).unwrap_or(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str) -> (&str, bool) {
        let span = Span::of(text, 0, text.len()).unwrap();
        let (span, cut) = quotable(text, span);
        (span.slice(text), cut)
    }

    #[test]
    fn a_clause_is_quoted_without_the_comma_it_ends_in_and_known_to_go_on() {
        assert_eq!(quoted("You can copy it,"), ("You can copy it", true));
        assert_eq!(quoted("You can copy it."), ("You can copy it.", false));
        assert_eq!(quoted(","), (",", false));
        assert_eq!(quoted("You can copy it :slight_smile:"), ("You can copy it :slight_smile:", false));
        assert_eq!(quoted("You can copy it at 10:30:"), ("You can copy it at 10:30", true));
    }

    #[test]
    fn a_quotation_from_the_middle_of_a_sentence_is_known_to_be_one() {
        let begins = |text: &str, words: &str| begins_a_sentence(text, text.find(words).unwrap());
        for (text, words) in [
            ("It rains.", "It"),
            ("It rains. We stay.", "We"),
            ("He said: \"We stay.\"", "We"),
            ("It rains\nWe stay", "We"),
            ("So it is.\n\nand so on", "and"),
        ] {
            assert!(begins(text, words), "{text}");
        }
        for (text, words) in [
            ("It rains, because we stay.", "because"),
            ("It rains because we stay.", "because"),
            ("It rains a lot\nin the hills", "in the"),
        ] {
            assert!(!begins(text, words), "{text}");
        }
    }

    #[test]
    fn a_long_sentence_is_cut_at_the_last_pause_near_the_limit_or_else_between_words() {
        let long = format!("{}end, {}", "word ".repeat(70), "tail ".repeat(40));
        let (kept, cut) = quoted(&long);
        assert!(cut && kept.ends_with("word end"), "{kept}");
        let long = "word ".repeat(200);
        let (kept, cut) = quoted(&long);
        assert!(cut && kept.ends_with(" word") && kept.len() <= LONGEST, "{kept}");
        let long = "é".repeat(1000);
        assert!(quoted(&long).0.len() <= LONGEST);
    }
}
