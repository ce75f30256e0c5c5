//! A stretch of a post's text.

/// A byte range of one post's plain text, on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The span, if it lies in `text`, ends after it starts and cuts no character in two.
    pub fn of(text: &str, start: usize, end: usize) -> Option<Self> {
        let fits = start <= end && text.is_char_boundary(start) && text.is_char_boundary(end);
        fits.then_some(Self { start: start as u32, end: end as u32 })
    }

    /// The span of the whole text.
    pub fn whole(text: &str) -> Self {
        Self { start: 0, end: text.len() as u32 }
    }

    /// First byte.
    pub fn start(self) -> usize {
        self.start as usize
    }

    /// One past the last byte.
    pub fn end(self) -> usize {
        self.end as usize
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether it covers nothing.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether the two share a byte.
    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The words it covers. The text must be the one it was made for.
    pub fn slice(self, text: &str) -> &str {
        text.get(self.start()..self.end()).unwrap_or_default()
    }
}
