//! Decides which unit answers which.

use crate::argument::{Relations, Stances, Units};
use crate::thread::{Duplicates, Thread};

/// The relations between units: inside a post from premises to claims, between posts from a reply's main
/// unit to what it answers (a quotation decides, then similarity, then the parent's main claim).
pub fn relations(
    _thread: &Thread,
    _duplicates: &Duplicates,
    _units: &Units,
    _stances: &Stances,
) -> Relations {
    Relations::new()
}
