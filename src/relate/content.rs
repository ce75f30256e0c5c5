//! The words that carry a unit's topic, looked up once for each unit.

use crate::argument::{AduId, Units};
use crate::thread::Thread;
use crate::words::content_words;

/// The content words of every unit, as sorted hashes of their stems.
#[derive(Debug)]
pub struct Content {
    words: Vec<Vec<u64>>,
}

impl Content {
    /// Looks them up, once for all stages that compare units.
    pub fn of_units(thread: &Thread, units: &Units) -> Self {
        let words = units.all().iter().map(|unit| content_words(units.text(thread, unit.id)));
        Self { words: words.collect() }
    }

    /// The words of one unit.
    pub fn of(&self, unit: AduId) -> &[u64] {
        &self.words[unit.index()]
    }
}
