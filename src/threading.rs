//! Finds reply links that the platform does not declare: quotations, mentions, and for flat text what the
//! words and the order tell. Every link says how it is known; "unknown" is better than a wild guess.

use crate::thread::{Duplicates, Thread};

/// Resolves quotations and mentions, and infers the parents of a flat thread.
pub fn link(_thread: &mut Thread, _duplicates: &Duplicates) {}
