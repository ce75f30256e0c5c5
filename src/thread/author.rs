//! Who wrote.

/// Index into [`Thread::authors`](super::Thread::authors); handed out by the thread alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AuthorId(u32);

impl AuthorId {
    pub(super) fn new(index: u32) -> Self {
        Self(index)
    }

    /// The position in the thread's list of authors.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Somebody who wrote in the thread, as the platform names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// Verbatim; `name@host` on federated platforms, where the short name is not unique.
    pub name: String,
}
