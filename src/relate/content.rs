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

/// How many words two sorted lists share.
pub(super) fn shared(one: &[u64], other: &[u64]) -> usize {
    let (mut left, mut right, mut count) = (0, 0, 0);
    while let (Some(a), Some(b)) = (one.get(left), other.get(right)) {
        match a.cmp(b) {
            std::cmp::Ordering::Less => left += 1,
            std::cmp::Ordering::Greater => right += 1,
            std::cmp::Ordering::Equal => {
                count += 1;
                left += 1;
                right += 1;
            }
        }
    }
    count
}
