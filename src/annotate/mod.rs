//! Back ends that judge: what a passage does, how a reply stands, how it speaks to people.
//!
//! Questions come in batches of [`Exchange`]s: a reply with its passages and the words it answers, read
//! once for all judgements, because that is how a model reads and how people do. No back end sees a thread,
//! a graph or a page.

mod rules;

use crate::argument::{Annotation, Role, Stance, Tone};
use crate::error::{Error, Result};
use crate::language::Language;
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
}

/// All annotators, the default first.
pub static ANNOTATORS: &[&dyn Annotator] = &[
    &rules::Rules, //
];

/// The annotator with this name; `auto` is the first.
pub fn named(name: &str) -> Result<&'static dyn Annotator> {
    let found = ANNOTATORS.iter().find(|annotator| annotator.name() == name || name == "auto");
    found.copied().ok_or_else(|| Error::Unknown {
        kind: "annotator",
        given: name.to_owned(),
        known: ANNOTATORS.iter().map(|annotator| annotator.name()).collect::<Vec<_>>().join(", "),
    })
}
