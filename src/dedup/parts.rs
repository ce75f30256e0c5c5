//! Passages of one post that stand inside another.
pub(super) const RUN: usize = 8;
use crate::thread::{Part, Post};
use super::groups::Groups;
use super::same::Texts;
pub(super) fn list(_posts: &[Post], _texts: &Texts, _groups: &mut Groups) -> Vec<Part> { Vec::new() }
