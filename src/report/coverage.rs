//! How much of the thread the report rests on.

use serde::Serialize;

use crate::argument::Units;
use crate::thread::{Duplicates, State, Thread};

/// Counts of posts. `read == deleted + repeats + with_units + skipped`, always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// What the source declares, the root counted in.
    pub declared: Option<u32>,
    /// Posts that the source holds: all but stubs.
    pub read: u32,
    /// Posts whose words their author or a moderator took away.
    pub deleted: u32,
    /// Posts folded into an earlier one that says the same.
    pub repeats: u32,
    /// Posts in which something was cut and tagged.
    pub with_units: u32,
    /// Posts with nothing to tag: only a quotation, code, an image, or a language not known.
    pub skipped: u32,
    /// Stubs: posts that others answer and that the source does not hold. Not counted as read.
    pub stubs: u32,
}

impl Coverage {
    /// Counts every post once.
    pub fn of(thread: &Thread, duplicates: &Duplicates, units: &Units) -> Self {
        let mut coverage = Self {
            declared: thread.declared,
            read: 0,
            deleted: 0,
            repeats: 0,
            with_units: 0,
            skipped: 0,
            stubs: 0,
        };
        for post in thread.posts() {
            coverage.read += u32::from(post.state != State::Missing);
            let slot = match post.state {
                State::Missing => &mut coverage.stubs,
                State::DeletedByAuthor | State::RemovedByModerator => &mut coverage.deleted,
                State::Present if duplicates.is_repeat(post.id) => &mut coverage.repeats,
                State::Present if !units.of(post.id).is_empty() => &mut coverage.with_units,
                State::Present => &mut coverage.skipped,
            };
            *slot += 1;
        }
        coverage
    }

    /// One line for people, such as "declared 47, read 38, 2 deleted, 5 repeats folded".
    pub fn line(&self) -> String {
        let mut words = Vec::new();
        if let Some(declared) = self.declared {
            words.push(format!("declared {declared}"));
        }
        words.push(format!("read {}", self.read));
        let counted = [
            (self.deleted, "deleted", "deleted"),
            (self.repeats, "repeat folded", "repeats folded"),
            (self.skipped, "without anything to tag", "without anything to tag"),
            (self.stubs, "answered but not in the source", "answered but not in the source"),
        ];
        for (count, one, many) in counted {
            if count > 0 {
                words.push(format!("{count} {}", if count == 1 { one } else { many }));
            }
        }
        words.join(", ")
    }
}
