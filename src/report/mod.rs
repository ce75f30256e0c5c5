//! What a reader is shown: one plain view, sorted and worded, from which every format is written.
//!
//! Formats read this and nothing else. Numbers are rounded here, words are chosen here, and whatever is a
//! guess bears its confidence and who made it.

mod coverage;
mod drawing;
pub mod formats;
mod outline;
mod view;

pub use coverage::Coverage;
pub use view::{
    AnnotatorView, CiteView, DuplicateView, FlagView, KeyPointView, MatchView, PostView, RelationView,
    ReplyView, Report, StandingView, SummaryView, ThreadView, UnansweredView, UnitView,
};

use crate::analyse::{Flag, KeyPoint, Sentence, Standing, Unanswered};
use crate::argument::{Relations, Stances, Units};
use crate::thread::{Duplicates, Thread};

/// Everything a report is made of.
#[derive(Debug, Clone, Copy)]
pub struct Findings<'a> {
    /// What was read.
    pub thread: &'a Thread,
    /// What was said twice.
    pub duplicates: &'a Duplicates,
    /// What the passages do.
    pub units: &'a Units,
    /// How the replies stand.
    pub stances: &'a Stances,
    /// What bears on what.
    pub relations: &'a Relations,
    /// What holds.
    pub standings: &'a [Standing],
    /// What the thread turns on.
    pub key_points: &'a [KeyPoint],
    /// What nobody answered.
    pub unanswered: &'a [Unanswered],
    /// What a moderator should look at.
    pub flags: &'a [Flag],
    /// The sentences that sum it up.
    pub summary: &'a [Sentence],
    /// Who judged: the annotator's name and its one line about itself.
    pub annotator: (&'static str, &'static str),
}
