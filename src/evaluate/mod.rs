//! Measures annotators on labelled data, by the same code path that maps threads.
//!
//! A set is a file of JSON lines with `id`, `text`, `parent`, `label` and, for targets, `main` and `target`. Answers
//! are restricted to the labels that occur in it. It measures; it tunes nothing.

mod metrics;
mod set;

pub use metrics::{Class, Measured};
pub use set::{Prediction, Seen, Task, measure, seen};
