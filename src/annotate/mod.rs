//! Back ends that judge: what a passage does, how a reply stands, how it speaks to people.
//!
//! Questions come in batches of [`Exchange`]s: a reply with its passages and the words it answers, read
//! once for all judgements, because that is how a model reads and how people do. No back end sees a thread,
//! a graph or a page.

mod aim;
mod linear;
#[cfg(feature = "model")]
mod model;
mod rules;

pub use linear::seen as seen_by_linear;
#[cfg(feature = "model")]
pub use model::sentence_vectors;

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

/// The place of the largest of these values, the first of several, and the value.
fn largest(values: &[f64]) -> (usize, f64) {
    let best = values.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)));
    best.map_or((0, 0.0), |(at, &value)| (at, value))
}

/// All annotators, the most accurate first.
pub static ANNOTATORS: &[&dyn Annotator] = &[
    #[cfg(feature = "model")]
    &model::EMBEDDED,
    &linear::Linear,
    &rules::Rules,
];

/// What `auto` lets a reading take before it chooses a quicker annotator.
const PATIENCE: f64 = 60.0;

/// An annotator and how it came to judge.
#[derive(Clone)]
pub struct Choice {
    /// Who judges.
    pub annotator: &'static dyn Annotator,
    /// Why, in words; `None` when the user named it.
    pub why: Option<String>,
}

/// The annotator with this name; `auto` is the model, unless reading `bytes` of text (replies and what they
/// answer) on so many `cores` would take longer than a minute: then it is the linear one.
pub fn choose(name: &str, bytes: usize, cores: usize) -> Result<Choice> {
    if name != "auto" {
        return named(name).map(|annotator| Choice { annotator, why: None });
    }
    let (name, why) = match model_seconds(bytes, cores) {
        None => ("linear", "because this build has no model".to_owned()),
        Some(seconds) if seconds <= PATIENCE => {
            ("model", format!("which needs {} for this thread", duration(seconds)))
        }
        Some(seconds) => {
            let needs = duration(seconds);
            (
                "linear",
                format!("because model would need {needs} (--annotator model has it read all the same)"),
            )
        }
    };
    let why = format!("auto chose {name}, {why}");
    named(name).map(|annotator| Choice { annotator, why: Some(why) })
}

/// The model with other weights than those of the binary, as `training/export.py` writes them; `name` is the file's.
/// They stay in memory until the program ends.
pub fn with_weights(name: &str, file: &[u8]) -> Result<&'static dyn Annotator> {
    #[cfg(feature = "model")]
    let opened: std::result::Result<&'static dyn Annotator, String> =
        model::Model::open(file).map(|model| model as &dyn Annotator);
    #[cfg(not(feature = "model"))]
    let opened: std::result::Result<&'static dyn Annotator, String> =
        Err(format!("this build has no model to read its {} bytes with", file.len()));
    opened.map_err(|reason| Error::Setting { what: format!("{name} as the model's weights"), reason })
}

/// How long the model would read so many bytes on so many cores; `None` in a build without it.
fn model_seconds(bytes: usize, cores: usize) -> Option<f64> {
    #[cfg(feature = "model")]
    let seconds = Some(model::seconds(bytes));
    #[cfg(not(feature = "model"))]
    let seconds = None::<f64>.filter(|_| bytes > 0);
    seconds.map(|seconds| seconds / cores.max(1) as f64)
}

fn duration(seconds: f64) -> String {
    match seconds {
        ..1.5 => "about a second".to_owned(),
        ..100.0 => format!("about {seconds:.0} seconds"),
        _ => format!("about {:.0} minutes", seconds / 60.0),
    }
}

/// The annotator with this name.
pub fn named(name: &str) -> Result<&'static dyn Annotator> {
    let found = ANNOTATORS.iter().find(|annotator| annotator.name() == name);
    found.copied().ok_or_else(|| Error::Unknown {
        kind: "annotator",
        given: name.to_owned(),
        known: ANNOTATORS.iter().map(|annotator| annotator.name()).collect::<Vec<_>>().join(", "),
    })
}

/// What tells which of the parent's passages is answered: the signs of each, for fitting their weights.
pub fn signs_of_targets(exchange: &Exchange<'_>, main: Option<usize>) -> Vec<Vec<f64>> {
    aim::signs(exchange, main).into_iter().map(Vec::from).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auto_says_what_it_chose_and_why() {
        let short = choose("auto", 20_000, 2).unwrap();
        let long = choose("auto", 1_000_000_000, 2).unwrap();
        assert_eq!(long.annotator.name(), "linear");
        let name = short.annotator.name();
        assert_eq!(name, if cfg!(feature = "model") { "model" } else { "linear" });
        for choice in [&short, &long] {
            let why = choice.why.clone().unwrap();
            assert!(why.starts_with(&format!("auto chose {}, ", choice.annotator.name())), "{why}");
        }
    }

    #[test]
    fn a_named_annotator_needs_no_reason() {
        assert!(choose("rules", 1_000_000_000, 1).unwrap().why.is_none());
        let error = choose("oracle", 0, 1).err().unwrap().to_string();
        assert!(error.contains("oracle") && error.contains("linear"), "{error}");
    }
}
