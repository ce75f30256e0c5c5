//! Back ends that judge: what a passage does, how a reply stands, how it speaks to people.
//!
//! Questions come in batches of [`Exchange`]s: a reply with its passages and the words it answers, read
//! once for all judgements, because that is how a model reads and how people do. No back end sees a thread,
//! a graph or a page.

mod linear;
mod model;
mod rules;

pub use linear::seen as seen_by_linear;

use crate::argument::{Annotation, Role, Stance, Tone};
use crate::error::{Error, Result};
use crate::language::{self, Language};
use crate::thread::Span;

/// A reply to be read: its text, its passages and what it answers.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    /// The reply's plain text.
    pub text: &'a str,
    /// The passages of the reply's own words that want a role and a tone, in order.
    pub passages: &'a [Span],
    /// The author's own words of the post answered, or the part of it that the reply quotes; `None` for a
    /// post that answers nothing.
    pub parent: Option<&'a str>,
    /// The passages of `parent`, in order; empty where it is a quotation.
    pub parent_passages: &'a [Span],
}

/// What an annotator says of one exchange.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// The stance towards the parent; `None` without a parent.
    pub stance: Option<Annotation<Stance>>,
    /// One role for each passage.
    pub roles: Vec<Annotation<Role>>,
    /// One tone for each passage.
    pub tones: Vec<Annotation<Tone>>,
    /// The language that the annotator does not know and therefore did not judge; the answers above then
    /// say nothing.
    pub foreign: Option<Language>,
    /// The passage that carries the main point; `None` when the annotator does not say.
    pub main: Option<usize>,
    /// The passage of the parent that is answered; `None` when the annotator does not say.
    pub target: Option<Annotation<usize>>,
}

/// Something that judges exchanges.
///
/// The same exchange always gets the same judgement, whatever else is in the batch.
pub trait Annotator: Sync {
    /// The short name, as `--annotator` takes it and as every annotation bears it.
    fn name(&self) -> &'static str;

    /// One line for people: what it goes by and how good it is.
    fn about(&self) -> &'static str;

    /// One judgement for each exchange, with as many roles and tones as it has passages.
    fn judge(&self, exchanges: &[Exchange<'_>]) -> Vec<Judgement>;

    /// For each exchange the probabilities of these answers to one question about the whole reply, taken as
    /// one passage; they add up to one. Answers that the annotator does not know get none.
    fn weigh(&self, question: Question, exchanges: &[Exchange<'_>], answers: &[&str]) -> Vec<Vec<f64>>;
}

/// A question about a whole reply, as labelled sets ask it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// How it stands to its parent.
    Stance,
    /// What it does in the argument.
    Role,
    /// How it speaks to people. Of two answers the one that is not `ok` is asked for.
    Tone,
    /// Whether it advertises.
    Spam,
}

/// The probabilities of known answers, spread over the ones that are asked for.
fn spread(answers: &[&str], known: &[(&str, f64)]) -> Vec<f64> {
    let of = |answer: &&str| known.iter().find(|(name, _)| name == answer).map_or(0.0, |(_, share)| *share);
    let shares: Vec<f64> = answers.iter().map(of).collect();
    let sum: f64 = shares.iter().sum();
    let even = 1.0 / answers.len().max(1) as f64;
    shares.into_iter().map(|share| if sum > 0.0 { share / sum } else { even }).collect()
}

/// All annotators, the default first: the rules, until the model reads every kind of set as well as planned.
pub static ANNOTATORS: &[&dyn Annotator] = &[&rules::Rules, &linear::Linear, &model::Model];

/// The annotator with this name; `auto` is the first.
pub fn named(name: &str) -> Result<&'static dyn Annotator> {
    let found = ANNOTATORS.iter().find(|annotator| annotator.name() == name || name == "auto");
    found.copied().ok_or_else(|| Error::Unknown {
        kind: "annotator",
        given: name.to_owned(),
        known: ANNOTATORS.iter().map(|annotator| annotator.name()).collect::<Vec<_>>().join(", "),
    })
}

/// The language of an exchange's own words, when it is one that no annotator knows.
fn foreign(exchange: &Exchange<'_>) -> Option<Language> {
    let (first, last) = (exchange.passages.first()?, exchange.passages.last()?);
    let own = exchange.text.get(first.start()..last.end()).unwrap_or_default();
    language::of(own).filter(|found| !found.is_english())
}

/// What is said of a reply that cannot be read for its language.
fn abstention(exchange: &Exchange<'_>, by: &'static str) -> Judgement {
    const WHY: &str = "not English";
    Judgement {
        stance: exchange.parent.map(|_| Annotation::new(Stance::Neutral, 0.25, by, WHY)),
        roles: exchange.passages.iter().map(|_| Annotation::new(Role::None, 0.2, by, WHY)).collect(),
        tones: exchange.passages.iter().map(|_| Annotation::new(Tone::Ok, 0.5, by, WHY)).collect(),
        foreign: foreign(exchange),
        main: None,
        target: None,
    }
}
