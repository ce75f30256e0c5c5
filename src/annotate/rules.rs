//! Cue words and punctuation: the explainable floor.

use super::{Annotator, Exchange, Judgement};

/// Judges by cue words.
#[derive(Debug)]
pub struct Rules;

impl Annotator for Rules {
    fn name(&self) -> &'static str {
        "rules"
    }

    fn about(&self) -> &'static str {
        "cue words and punctuation; explainable, right about half of the time"
    }

    fn judge(&self, _exchanges: &[Exchange<'_>]) -> Vec<Judgement> {
        Vec::new()
    }
}
