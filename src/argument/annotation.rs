//! A judgement that somebody or something made.

use std::borrow::Cow;

use crate::thread::Confidence;

/// A value that was inferred: never shown without its confidence and its annotator.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation<T> {
    /// What was judged.
    pub value: T,
    /// How probable the annotator holds it; calibrated where the annotator says so.
    pub confidence: Confidence,
    /// The annotator's name.
    pub by: &'static str,
    /// The cue or reason in plain words; empty when there is none to give.
    pub why: Cow<'static, str>,
}

impl<T> Annotation<T> {
    /// An annotation by `by` for the reason `why`.
    pub fn new(value: T, confidence: f64, by: &'static str, why: impl Into<Cow<'static, str>>) -> Self {
        Self { value, confidence: Confidence::clamped(confidence), by, why: why.into() }
    }
}
